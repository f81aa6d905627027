internal import KubeModel

/// How often each cluster is to be read, so that what nobody saw is told from what did not change.
package struct Cadence: Sendable, Hashable {
  /// Lengths in milliseconds.
  package struct Entry: Sendable, Hashable {
    package let every: Int64
    /// How much later than that a reading may be.
    package let tolerance: Int64
    /// After a reading, a gap begins when this has passed without another.
    package var limit: Int64 { every + tolerance }
  }

  private var ofAll: Entry?
  private var ofClusters: [String: Entry] = [:]

  /// What holds where nothing is declared.
  package static let none = Cadence()

  private init() {}

  /// What is declared for a cluster; nil where nothing is.
  package func entry(for cluster: String) -> Entry? { ofClusters[cluster] ?? ofAll }

  /// Reads a register that was recorded; nil where it does not read.
  package init?(recorded bytes: [UInt8]) {
    guard let cadence = KnownRegister.content(bytes, Cadence.read) else { return nil }
    self = cadence
  }
}

extension Cadence {
  package static let registerName = "cadence"

  static let register = KnownRegister(
    registerName, kind: "Cadence", "how often clusters are to be read", read: Cadence.read)

  private static func read(_ fields: inout FieldReader) -> Cadence? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["every", "tolerance", "clusters"])
    var cadence = Cadence()
    if spec["every"] != nil || spec["tolerance"] != nil { cadence.ofAll = entry(spec, at: path, &fields) }
    guard let clusters = spec["clusters"] else {
      if cadence.ofAll == nil { fields.report(path, "it says neither 'every' nor 'clusters'") }
      return cadence
    }
    guard let map = clusters.map else {
      fields.report(path + [.key("clusters")], "'clusters' must be a mapping of names of clusters")
      return cadence
    }
    for name in map.keys {
      let value = map[name] ?? .null
      let place = path + [.key("clusters"), .key(name)]
      fields.checkKeys(value, at: place, allowed: ["every", "tolerance"], required: ["every"])
      cadence.ofClusters[name] = entry(value, at: place, &fields)
    }
    return cadence
  }

  private static func entry(_ value: Value, at path: [PathStep], _ fields: inout FieldReader) -> Entry? {
    if value["every"] == nil { fields.report(path, "the key 'every' is missing") }
    guard let every = fields.length(value, "every", at: path) else { return nil }
    // As much again, where nothing is said: one reading may be missed.
    return Entry(every: every, tolerance: fields.length(value, "tolerance", at: path) ?? every)
  }
}
