package import KubeModel

/// A register that this version knows: its files are read before they are recorded.
///
/// A new one is a file with its content and how that is read, and a line in `all`.
package struct KnownRegister: Sendable {
  /// The name of its file in the store, without the ending.
  package let name: String
  /// What its files say under `kind`.
  package let kind: String
  /// What it decides, in a few words.
  package let summary: String
  private let check: @Sendable (inout FieldReader) -> Void

  /// - Parameter read: reads the content under `spec`, and reports what is wrong with it.
  init<Content>(
    _ name: String, kind: String, _ summary: String, read: @escaping @Sendable (inout FieldReader) -> Content?
  ) {
    self.name = name
    self.kind = kind
    self.summary = summary
    check = { _ = read(&$0) }
  }

  package static let all = [
    Identities.register, Cadence.register, Waivers.register, Attestations.register, Inventory.register, Zones.register,
    Parameters.register, Exclusions.register, Assertions.register,
  ]

  package static func named(_ name: String) -> KnownRegister? { all.first { $0.name == name } }

  private static let apiVersion = "ambit/v1"

  /// Which register a file is of; nil where any problem was found.
  package static func read(_ bytes: [UInt8]) -> (register: KnownRegister?, problems: [FieldProblem]) {
    let (register, problems) = FieldReader.read(bytes, as: "a register's file") { (fields) -> KnownRegister? in
      let root = fields.root
      fields.checkKeys(root, at: [], allowed: ["apiVersion", "kind", "spec"], required: ["apiVersion", "kind", "spec"])
      let version = fields.text(root, "apiVersion", at: [])
      if !version.isEmpty, version != apiVersion {
        fields.report([.key("apiVersion")], "'\(version)' is not known; this version reads \(apiVersion)")
      }
      let kind = fields.text(root, "kind", at: [])
      guard let register = all.first(where: { $0.kind == kind }) else {
        if !kind.isEmpty {
          let known = all.map(\.kind)
          let near = NearMiss.suffix(kind, among: known)
          fields.report(
            [.key("kind")], "there is no register '\(kind)'" + (near.isEmpty ? "; there are \(known.joined(separator: ", "))" : near))
        }
        return nil
      }
      if root["spec"] != nil { register.check(&fields) }
      return register
    }
    return (register, problems)
  }

  /// Reads a register that was recorded; nil where it does not read, as one of a later version may.
  static func content<Content>(
    _ bytes: [UInt8], _ read: (inout FieldReader) -> Content?
  ) -> Content? {
    FieldReader.read(bytes, as: "a register's file", read).result
  }
}
