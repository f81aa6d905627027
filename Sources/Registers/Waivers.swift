internal import Integrity
internal import KubeModel

/// Findings that an owner lives with for a time, with someone else's consent.
package struct Waivers: Sendable, Hashable {
  package struct Waiver: Sendable, Hashable {
    package let id: String
    package let check: String
    /// Findings by their fingerprints: another finding of the same thing is not waived.
    package let fingerprints: [String]
    /// Clusters in which it holds; all where none is named.
    package let clusters: [String]
    package let owner: String
    package let approver: String
    package let reason: String
    /// Since when it is said to hold, in milliseconds since 1970; it holds from when it was recorded all the same.
    package let from: Int64?
    /// It does not hold from then on.
    package let expires: Int64

    package init(
      id: String, check: String, fingerprints: [String], clusters: [String], owner: String, approver: String, reason: String,
      from: Int64?, expires: Int64
    ) {
      self.id = id
      self.check = check
      self.fingerprints = fingerprints
      self.clusters = clusters
      self.owner = owner
      self.approver = approver
      self.reason = reason
      self.from = from
      self.expires = expires
    }

    package func covers(_ fingerprint: String, of check: String, in cluster: String, at moment: Int64) -> Bool {
      self.check == check && moment < expires && fingerprints.contains(fingerprint)
        && (clusters.isEmpty || clusters.contains(cluster))
    }
  }

  /// In the order of the file.
  package let all: [Waiver]

  /// Whether any of them covers a finding.
  package func covers(_ fingerprint: String, of check: String, in cluster: String, at moment: Int64) -> Bool {
    all.contains { $0.covers(fingerprint, of: check, in: cluster, at: moment) }
  }

  package static let none = Waivers([])

  package init(_ all: [Waiver]) { self.all = all }

  /// Reads a register that was recorded; nil where it does not read.
  package init?(recorded bytes: [UInt8]) {
    guard let waivers = KnownRegister.content(bytes, Waivers.read) else { return nil }
    self = waivers
  }

  /// The register's file.
  package var text: [UInt8] {
    CanonicalYAML.bytes(
      of: [
        "apiVersion": "ambit/v1", "kind": "Waivers", "spec": ["waivers": .list(all.map(Waivers.value))],
      ])
  }

  private static func value(_ waiver: Waiver) -> Value {
    var map = Mapping([
      ("id", .string(waiver.id)), ("check", .string(waiver.check)),
      ("fingerprints", .list(waiver.fingerprints.map(Value.string))),
    ])
    if !waiver.clusters.isEmpty { map["clusters"] = .list(waiver.clusters.map(Value.string)) }
    map["owner"] = .string(waiver.owner)
    map["approver"] = .string(waiver.approver)
    map["reason"] = .string(waiver.reason)
    map["from"] = waiver.from.map { .string(Moment(milliseconds: $0).text) }
    map["expires"] = .string(Moment(milliseconds: waiver.expires).text)
    return .map(map)
  }
}

extension Waivers {
  package static let registerName = "waivers"

  static let register = KnownRegister(
    registerName, kind: "Waivers", "findings that are accepted for a time", read: Waivers.read)

  private static func read(_ fields: inout FieldReader) -> Waivers? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["waivers"], required: ["waivers"])
    var waivers: [Waiver] = []
    var lines: [String: Int] = [:]
    for (index, entry) in fields.list(spec, "waivers", at: path).enumerated() {
      let place = path + [.key("waivers"), .index(index)]
      let required = ["id", "check", "fingerprints", "owner", "approver", "reason", "expires"]
      fields.checkKeys(entry, at: place, allowed: required + ["clusters", "from"], required: required)
      let id = fields.text(entry, "id", at: place)
      if let line = lines[id] {
        fields.report(place + [.key("id")], "waiver '\(id)' is given already on line \(line)")
      } else if !id.isEmpty {
        lines[id] = fields.document.line(of: place + [.key("id")])
      }
      let fingerprints = fields.texts(entry, "fingerprints", at: place)
      for (text, place) in fingerprints where text.utf8.count != 64 || !text.allSatisfy(\.isHexDigit) {
        fields.report(place, "'\(text)' is no fingerprint of a finding; `ambit check -o json` tells them")
      }
      if entry["fingerprints"]?.list?.isEmpty == true {
        fields.report(place + [.key("fingerprints")], "a waiver names the findings that it covers")
      }
      let owner = fields.text(entry, "owner", at: place)
      let approver = fields.text(entry, "approver", at: place)
      if !owner.isEmpty, owner == approver {
        fields.report(place + [.key("approver")], "the approver is the owner; somebody else has to agree")
      }
      let from = entry["from"] == nil ? nil : fields.moment(entry, "from", at: place)
      guard let expires = fields.moment(entry, "expires", at: place) else { continue }
      waivers.append(
        Waiver(
          id: id, check: fields.text(entry, "check", at: place), fingerprints: fingerprints.map(\.text),
          clusters: fields.strings(entry, "clusters", at: place), owner: owner, approver: approver,
          reason: fields.text(entry, "reason", at: place), from: from, expires: expires))
    }
    return Waivers(waivers)
  }
}

extension Waivers {
  /// A short name made from what a waiver covers: the same for the same findings.
  package static func id(_ check: String, _ fingerprints: [String]) -> String {
    String(SHA256Digest.hex(Array(([check] + fingerprints).joined(separator: "\n").utf8)).prefix(8))
  }
}
