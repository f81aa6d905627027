internal import Integrity
internal import KubeModel

/// What people, and tools other than Ambit, answered for.
package struct Attestations: Sendable, Hashable {
  /// Paper from outside for a check or a control.
  package struct Attestation: Sendable, Hashable {
    package enum Outcome: String, Sendable, CaseIterable { case pass, fail }

    /// A file that was brought; its bytes are in the store beside the register.
    package struct File: Sendable, Hashable {
      package let name: String
      /// The SHA-256 of its bytes, in hexadecimal.
      package let digest: String
      package init(name: String, digest: String) {
        self.name = name
        self.digest = digest
      }
    }

    package let id: String
    /// The id of a check, or `FRAMEWORK/CONTROL`.
    package let subject: String
    /// Clusters of which it speaks; all where none is named.
    package let clusters: [String]
    package let statement: String
    package let by: String
    package let outcome: Outcome
    /// Who or what found it out, where that is a tool: its name and version.
    package let tool: String?
    package let file: File?
    /// When what it tells was done, in milliseconds since 1970; when it was recorded where that is not said.
    package let performed: Int64?
    package let validUntil: Int64

    package init(
      id: String, subject: String, clusters: [String], statement: String, by: String, outcome: Outcome, tool: String?,
      file: File?, performed: Int64?, validUntil: Int64
    ) {
      self.id = id
      self.subject = subject
      self.clusters = clusters
      self.statement = statement
      self.by = by
      self.outcome = outcome
      self.tool = tool
      self.file = file
      self.performed = performed
      self.validUntil = validUntil
    }
  }

  /// In the order of the file.
  package let all: [Attestation]

  package static let none = Attestations([])

  package init(_ all: [Attestation]) { self.all = all }

  /// Reads a register that was recorded; nil where it does not read.
  package init?(recorded bytes: [UInt8]) {
    guard let attestations = KnownRegister.content(bytes, Attestations.read) else { return nil }
    self = attestations
  }

  /// What speaks for a check or a control in a cluster, the last given last.
  package func speaking(for subject: String, in cluster: String) -> [Attestation] {
    all.filter { $0.subject == subject && ($0.clusters.isEmpty || $0.clusters.contains(cluster)) }
  }

  /// The register's file.
  package var text: [UInt8] {
    CanonicalYAML.bytes(
      of: [
        "apiVersion": "ambit/v1", "kind": "Attestations",
        "spec": ["attestations": .list(all.map(Attestations.value))],
      ])
  }

  private static func value(_ attestation: Attestation) -> Value {
    var map = Mapping([("id", .string(attestation.id)), ("for", .string(attestation.subject))])
    if !attestation.clusters.isEmpty { map["clusters"] = .list(attestation.clusters.map(Value.string)) }
    map["statement"] = .string(attestation.statement)
    map["by"] = .string(attestation.by)
    map["outcome"] = .string(attestation.outcome.rawValue)
    map["tool"] = attestation.tool.map(Value.string)
    map["file"] = attestation.file.map { ["name": .string($0.name), "sha256": .string($0.digest)] }
    map["performed"] = attestation.performed.map { .string(Moment(milliseconds: $0).text) }
    map["validUntil"] = .string(Moment(milliseconds: attestation.validUntil).text)
    return .map(map)
  }
}

extension Attestations {
  package static let registerName = "attestations"

  static let register = KnownRegister(
    registerName, kind: "Attestations", "what people answered for, and until when", read: Attestations.read)

  private static func read(_ fields: inout FieldReader) -> Attestations? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["attestations"], required: ["attestations"])
    var attestations: [Attestation] = []
    var lines: [String: Int] = [:]
    for (index, entry) in fields.list(spec, "attestations", at: path).enumerated() {
      let place = path + [.key("attestations"), .index(index)]
      let required = ["id", "for", "statement", "by", "validUntil"]
      fields.checkKeys(
        entry, at: place, allowed: required + ["clusters", "outcome", "tool", "file", "performed"], required: required)
      let id = fields.text(entry, "id", at: place)
      if let line = lines[id] {
        fields.report(place + [.key("id")], "attestation '\(id)' is given already on line \(line)")
      } else if !id.isEmpty {
        lines[id] = fields.document.line(of: place + [.key("id")])
      }
      let word = fields.optionalText(entry, "outcome", at: place) ?? Attestation.Outcome.pass.rawValue
      let outcome = Attestation.Outcome(rawValue: word)
      if outcome == nil { fields.report(place + [.key("outcome")], "'\(word)' is no outcome; it is pass or fail") }
      let performed = entry["performed"] == nil ? nil : fields.moment(entry, "performed", at: place)
      guard let validUntil = fields.moment(entry, "validUntil", at: place) else { continue }
      attestations.append(
        Attestation(
          id: id, subject: fields.text(entry, "for", at: place), clusters: fields.strings(entry, "clusters", at: place),
          statement: fields.text(entry, "statement", at: place), by: fields.text(entry, "by", at: place),
          outcome: outcome ?? .fail, tool: fields.optionalText(entry, "tool", at: place), file: file(entry, at: place, &fields),
          performed: performed, validUntil: validUntil))
    }
    return Attestations(attestations)
  }

  private static func file(_ entry: Value, at place: [PathStep], _ fields: inout FieldReader) -> Attestation.File? {
    guard let file = entry["file"] else { return nil }
    let place = place + [.key("file")]
    fields.checkKeys(file, at: place, allowed: ["name", "sha256"], required: ["name", "sha256"])
    let digest = fields.text(file, "sha256", at: place)
    if !digest.isEmpty, digest.utf8.count != 64 || !digest.allSatisfy(\.isHexDigit) {
      fields.report(place + [.key("sha256")], "'\(digest)' is no SHA-256; `sha256sum FILE` prints one")
    }
    return Attestation.File(name: fields.text(file, "name", at: place), digest: digest)
  }
}

extension Attestations {
  /// A short name made from what an attestation says and when.
  package static func id(_ subject: String, _ statement: String, _ digest: String?, _ time: Int64) -> String {
    String(SHA256Digest.hex(Array([subject, statement, digest ?? "", String(time)].joined(separator: "\n").utf8)).prefix(8))
  }
}
