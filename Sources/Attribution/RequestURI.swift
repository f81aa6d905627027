/// The path and query of a request, as the client sent them.
package struct RequestURI: Sendable, Hashable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// The path, still percent-encoded.
  package var path: Substring { text.prefix { $0 != "?" } }

  /// The parameters in the order in which they stand, decoded. One without `=` has an empty value.
  package var query: [(name: String, value: String)] {
    text.dropFirst(path.count + 1).prefix { $0 != "#" }.split(separator: "&").map { pair in
      let name = pair.prefix { $0 != "=" }
      return (RequestURI.decoded(name, isQuery: true), RequestURI.decoded(pair.dropFirst(name.count + 1), isQuery: true))
    }
  }

  /// The values of a parameter, which can be given more than once.
  package func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

  /// The first value of a parameter.
  package subscript(name: String) -> String? { query.first { $0.name == name }?.value }

  /// What the path names, or nil where it is no resource's. The same reading as the API server's own.
  package var objectReference: AuditObjectReference? {
    var parts = path.split(separator: "/").map { RequestURI.decoded($0, isQuery: false) }[...]
    let prefix = parts.popFirst()
    guard prefix == "api" || prefix == "apis" else { return nil }
    guard let group = prefix == "api" ? "" : parts.popFirst(), let version = parts.popFirst() else { return nil }
    // Deprecated ways to watch, and to reach what a server proxies.
    if ["watch", "proxy"].contains(parts.first) { parts.removeFirst() }
    return AuditObjectReference(group: group, version: version, path: parts)
  }

  private static func decoded(_ text: Substring, isQuery: Bool) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
    var result: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
        let value = UInt8(Substring(digits), radix: 16)
      {
        result.append(value)
        rest = rest.dropFirst(2)
      } else {
        result.append(isQuery && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension AuditObjectReference {
  /// Reads what stands behind a group and a version: `namespaces/NAMESPACE/RESOURCE/NAME/SUBRESOURCE`, or the same
  /// without the namespace; nil where nothing does.
  init?(group: String, version: String, path: ArraySlice<String>) {
    var parts = path
    guard let first = parts.first else { return nil }
    var namespace: String?
    if first == "namespaces", parts.count > 1 {
      namespace = parts[parts.startIndex + 1]
      // A namespace is in itself, and has two subresources.
      let isOfNamespace = parts.count == 2 || ["status", "finalize"].contains(parts[parts.startIndex + 2])
      if !isOfNamespace { parts.removeFirst(2) }
    }
    var rest = parts
    self.init(
      resource: rest.popFirst(), namespace: namespace, name: rest.popFirst(), uid: nil, apiGroup: group,
      apiVersion: version, resourceVersion: nil, subresource: rest.popFirst())
  }
}
