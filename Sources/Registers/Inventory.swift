internal import KubeModel

/// The clusters that there are to be, so that one that nobody read is missed.
package struct Inventory: Sendable, Hashable {
  package struct Cluster: Sendable, Hashable {
    package let name: String
    package let purpose: String?
    /// The cluster line that holds what is intended, as `ambit import` made it.
    package let intended: String?
  }

  /// Sorted by name.
  package let clusters: [Cluster]

  package static let none = Inventory(clusters: [])

  private init(clusters: [Cluster]) { self.clusters = clusters }

  package func cluster(_ name: String) -> Cluster? { clusters.first { $0.name == name } }

  /// Reads a register that was recorded; nil where it does not read.
  package init?(recorded bytes: [UInt8]) {
    guard let inventory = KnownRegister.content(bytes, Inventory.read) else { return nil }
    self = inventory
  }
}

extension Inventory {
  package static let registerName = "inventory"

  static let register = KnownRegister(
    registerName, kind: "Inventory", "the clusters that there are to be", read: Inventory.read)

  private static func read(_ fields: inout FieldReader) -> Inventory? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["clusters"], required: ["clusters"])
    var clusters: [Cluster] = []
    for (index, entry) in fields.list(spec, "clusters", at: path).enumerated() {
      let place = path + [.key("clusters"), .index(index)]
      fields.checkKeys(entry, at: place, allowed: ["name", "purpose", "intended"], required: ["name"])
      let name = fields.text(entry, "name", at: place)
      if clusters.contains(where: { $0.name == name }) {
        fields.report(place + [.key("name")], "cluster '\(name)' is given twice")
      }
      clusters.append(
        Cluster(
          name: name, purpose: fields.optionalText(entry, "purpose", at: place),
          intended: fields.optionalText(entry, "intended", at: place)))
    }
    return Inventory(clusters: clusters.sorted { $0.name < $1.name })
  }
}
