import FoundationEssentials
import KubeModel

/// Reads the fields of one kubeconfig entry; errors name the entry, the field and the file, never the value.
struct KubeconfigFields {
  /// `user 'alice' in /home/alice/.kube/config`.
  let origin: String
  let directory: String
  private let fields: Value

  init(_ entry: Kubeconfig.Entry, kind: String) {
    origin = "\(kind) '\(entry.name.printable(limit: 100))' in \(entry.file)"
    directory = entry.directory
    fields = entry.fields
  }

  subscript(key: String) -> Value? {
    guard let value = fields[key], !value.isNull else { return nil }
    return value
  }

  /// A string, or nil where it is missing or empty.
  func text(_ key: String) throws -> String? {
    guard let value = self[key] else { return nil }
    guard let string = value.string else {
      throw ClusterReaderError(.kubeconfig, "\(key) of \(origin) is no string", hint: "put it in quotes")
    }
    return string.isEmpty ? nil : string
  }

  /// A string that goes into a request's header: no control characters.
  func secret(_ key: String) throws -> Secret? {
    guard let string = try text(key) else { return nil }
    return try Secret(headerText: string, what: "\(key) of \(origin)")
  }

  func flag(_ key: String) throws -> Bool {
    guard let value = self[key] else { return false }
    guard let bool = value.bool else {
      throw ClusterReaderError(.kubeconfig, "\(key) of \(origin) is neither true nor false")
    }
    return bool
  }

  /// A list of strings; empty where it is missing.
  func texts(_ key: String) throws -> [String] {
    guard let value = self[key] else { return [] }
    return try strings(value, of: key)
  }

  /// A mapping whose values are lists of strings; empty where it is missing.
  func textLists(_ key: String) throws -> [String: [String]] {
    guard let value = self[key] else { return [:] }
    guard let map = value.map else { throw ClusterReaderError(.kubeconfig, "\(key) of \(origin) is no mapping") }
    return try map.entries.reduce(into: [:]) { $0[$1.key] = try strings($1.value, of: key) }
  }

  private func strings(_ value: Value, of key: String) throws -> [String] {
    guard let strings = value.strings, strings.count == value.list?.count else {
      throw ClusterReaderError(
        .kubeconfig, "\(key) of \(origin) is no list of strings", hint: "write it as a list, its items in quotes")
    }
    return strings
  }

  /// The bytes of `<key>-data` (base64), else of the file that `key` names.
  func contents(_ key: String) throws -> SecretBytes? {
    if let inline = try text("\(key)-data") {
      let packed = inline.filter { !$0.isWhitespace }
      guard let data = Data(base64Encoded: packed), !data.isEmpty else {
        throw ClusterReaderError(
          .kubeconfig, "\(key)-data of \(origin) is not base64",
          hint: "write the PEM file's base64 there, or name the file with \(key)")
      }
      return SecretBytes(bytes: [UInt8](data), origin: "\(key)-data of \(origin)")
    }
    guard let path = try text(key) else { return nil }
    let bytes = try LocalFile.read(
      LocalFile.resolve(path, in: directory), what: "\(key) of \(origin)",
      hint: "put the file there, or correct \(key) of \(origin)")
    return SecretBytes(bytes: bytes, origin: "\(key) of \(origin)")
  }
}

extension Secret {
  /// A token or password as a header carries it, blanks around it taken off; throws where it holds a control character.
  init(headerText: String, what: String) throws {
    let trimmed = headerText.trimmingBlanks
    guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw ClusterReaderError(
        .kubeconfig, "\(what) is empty or holds a line break or control character",
        hint: "renew the credential")
    }
    self.init(trimmed)
  }
}

extension String {
  var trimmingBlanks: String {
    let isBlank = { (character: Character) in character.isWhitespace || character.isNewline }
    guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
      return ""
    }
    return String(self[first...last])
  }
}
