internal import KubeModel

/// What the owner takes out of checks, and answers for: it counts as not applicable, and never as a pass.
package struct Exclusions: Sendable {
  package struct Entry: Sendable {
    package let namespaces: Set<String>
    /// Workloads, `NAMESPACE/KIND/NAME`.
    package let workloads: Set<String>
    /// Ids of checks; nil for all of them.
    package let checks: Set<String>?
    package let owner: String
    package let reason: String

    /// What stands as the reason of an outcome.
    package var text: String { "excluded by the owner (\(owner)): \(reason)" }
  }

  package private(set) var entries: [Entry] = []

  /// What holds where no register is recorded: nothing is excluded.
  package static let none = Exclusions()

  /// The entries that a check has to heed.
  package func entries(for check: String) -> [Entry] { entries.filter { $0.checks?.contains(check) ?? true } }
}

// MARK: Reading

extension Exclusions {
  package static let registerName = "exclusions"

  static let register = KnownRegister(
    registerName, kind: "Exclusions", "what is taken out of checks, by whom and why", read: Exclusions.read)

  static func read(_ fields: inout FieldReader) -> Exclusions? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["exclusions"], required: ["exclusions"])
    var exclusions = Exclusions()
    for (index, entry) in fields.list(spec, "exclusions", at: path).enumerated() {
      let place = path + [.key("exclusions"), .index(index)]
      fields.checkKeys(
        entry, at: place, allowed: ["namespaces", "workloads", "checks", "owner", "reason"],
        required: ["checks", "owner", "reason"])
      if entry.map != nil, entry["namespaces"] == nil, entry["workloads"] == nil {
        fields.report(place, "'namespaces' or 'workloads' are needed, to say what is excluded")
      }
      for (text, place) in fields.texts(entry, "workloads", at: place)
      where text.split(separator: "/", omittingEmptySubsequences: false).count != 3 {
        fields.report(place, "'\(text)' is no workload; write NAMESPACE/KIND/NAME, such as kube-system/DaemonSet/kube-proxy")
      }
      let checks = fields.texts(entry, "checks", at: place)
      for (text, place) in checks where text != "*" && !CheckName.isOwn(text) {
        _ = fields.expect(text, in: CheckName.all, "no check", at: place)
      }
      exclusions.entries.append(
        Entry(
          namespaces: Set(fields.strings(entry, "namespaces", at: place)),
          workloads: Set(fields.strings(entry, "workloads", at: place)),
          checks: checks.contains { $0.text == "*" } ? nil : Set(checks.map(\.text)),
          owner: fields.text(entry, "owner", at: place), reason: fields.text(entry, "reason", at: place)))
    }
    return exclusions
  }

  package init?(recorded bytes: [UInt8]) {
    guard let content = KnownRegister.content(bytes, Exclusions.read) else { return nil }
    self = content
  }
}
