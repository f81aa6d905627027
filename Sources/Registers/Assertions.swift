internal import KubeModel
package import Reachability

/// Connections that the owner demands, or demands not to be: checks of their own.
package struct Assertions: Sendable {
  package struct Assertion: Sendable {
    package let id: String
    package let title: String
    package let reason: String
    /// Whether the traffic has to pass; else it must not.
    package let isAllowed: Bool
    package let from: End
    package let to: End
    /// Nil for all traffic.
    package let ports: TrafficSet?
  }

  /// One end of a connection.
  package enum End: Sendable {
    case place(PlaceSelector)
    /// A zone of the register of zones.
    case zone(String)
  }

  package private(set) var all: [Assertion] = []

  /// What holds where no register is recorded: nothing is demanded.
  package static let none = Assertions()
}

// MARK: Reading

extension Assertions {
  package static let registerName = "assertions"

  static let register = KnownRegister(
    registerName, kind: "Assertions", "connections that have to be, or must not be", read: Assertions.read)

  static func read(_ fields: inout FieldReader) -> Assertions? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["assertions"], required: ["assertions"])
    var assertions = Assertions()
    for (index, entry) in fields.list(spec, "assertions", at: path).enumerated() {
      let place = path + [.key("assertions"), .index(index)]
      fields.checkKeys(
        entry, at: place, allowed: ["id", "title", "reason", "allow", "deny"], required: ["id", "title", "reason"])
      let id = fields.text(entry, "id", at: place)
      if !id.isEmpty, !CheckName.isOwn(id) {
        fields.report(place + [.key("id")], "'\(id)' is no id of an own check; write \(CheckName.ownPrefix) and capital letters, digits, dashes")
      } else if !id.isEmpty, assertions.all.contains(where: { $0.id == id }) {
        fields.report(place + [.key("id")], "the assertion '\(id)' is there already")
      }
      let keys = ["allow", "deny"].filter { entry[$0] != nil }
      guard keys.count == 1 else {
        if entry.map != nil { fields.report(place, "one of 'allow' and 'deny' is needed, and not both") }
        continue
      }
      let (inner, body) = (entry[keys[0]] ?? .null, place + [.key(keys[0])])
      fields.checkKeys(inner, at: body, allowed: ["from", "to", "ports"], required: ["from", "to"])
      let ports = fields.ports(inner, "ports", at: body)
      guard let from = end(inner, "from", at: body, &fields), let to = end(inner, "to", at: body, &fields) else { continue }
      if !from.hasWorkloads, !to.hasWorkloads {
        fields.report(body, "what flows between addresses outside does not pass through the cluster")
      }
      assertions.all.append(
        Assertion(
          id: id, title: fields.text(entry, "title", at: place), reason: fields.text(entry, "reason", at: place),
          isAllowed: keys[0] == "allow", from: from, to: to, ports: ports))
    }
    return assertions
  }

  private static func end(_ value: Value, _ key: String, at path: [PathStep], _ fields: inout FieldReader) -> End? {
    guard let found = value[key] else { return nil }
    let place = path + [.key(key)]
    guard found["zone"] != nil else { return fields.place(found, at: place, besides: ["zone"]).map(End.place) }
    fields.checkKeys(found, at: place, allowed: ["zone"])
    let name = fields.text(found, "zone", at: place)
    return name.isEmpty ? nil : .zone(name)
  }

  package init?(recorded bytes: [UInt8]) {
    guard let content = KnownRegister.content(bytes, Assertions.read) else { return nil }
    self = content
  }
}

extension Assertions.End {
  fileprivate var hasWorkloads: Bool {
    switch self {
    case .place(let place): place.addresses.isEmpty
    case .zone(let name): name != Zones.outside
    }
  }
}
