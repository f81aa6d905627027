package import KubeModel

/// `KIND/NAME` as a user writes it.
package struct ObjectReference: Sendable {
  package let text: String
  package let types: [ResourceType]
  package let name: String
  package let namespace: String?

  /// - Throws: where the kind is not one that Ambit records, with the nearest one.
  package init(_ text: String, namespace: String?) throws {
    guard let slash = text.firstIndex(of: "/"), text[text.index(after: slash)...].isEmpty == false else {
      throw AmbitError(
        .usage, "'\(text)' is no object", hint: "write KIND/NAME, such as netpol/allow-web")
    }
    self.text = text
    self.namespace = namespace
    let kind = String(text[..<slash])
    let name = String(text[text.index(after: slash)...])
    let found = try ObjectReference.types(kind)
    // A pod or a controller is found as the workload that it was folded into.
    let isFolded = found.first?.role == .folded
    types = isFolded ? [ResourceCatalog.workloads] : found
    self.name = isFolded ? "\(found.first?.kind.lowercased() ?? "").\(name)" : name
  }

  /// The types that a word names; several where groups share a kind.
  package static func types(_ word: String) throws -> [ResourceType] {
    if word == "cluster" { return [StoredObject.clusterType] }
    guard let type = ResourceCatalog.type(named: word) else {
      throw AmbitError(
        .usage,
        "'\(word)' is no kind that Ambit records" + NearMiss.suffix(word, among: ResourceCatalog.names),
        hint: "see the kinds with `ambit list --help`")
    }
    return [type]
  }

  func matches(_ id: ObjectID) -> Bool {
    // `workload/api` finds `deployment.api`.
    let isWorkload = types.first == ResourceCatalog.workloads && id.name.hasSuffix(".\(name)")
    return (id.name == name || isWorkload)
      && (namespace == nil || id.namespace == nil || id.namespace == namespace)
  }
}
