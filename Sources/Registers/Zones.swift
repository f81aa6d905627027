internal import KubeModel
package import Reachability

/// What the owner keeps apart: zones of workloads and addresses, and what may flow between them.
package struct Zones: Sendable {
  package struct Zone: Sendable {
    package let name: String
    package let description: String?
    package let members: [PlaceSelector]
  }

  /// Traffic from one zone to another that the owner speaks of.
  package struct Flow: Sendable {
    package let from: String
    package let to: String
    /// Nil for all traffic.
    package let ports: TrafficSet?
    package let isPermitted: Bool
    package let reason: String
  }

  /// Addresses outside of the cluster that are in no zone.
  package static let outside = "outside"
  /// Workloads that are in no zone.
  package static let unclassified = "unclassified"

  package private(set) var zones: [Zone] = []
  package private(set) var flows: [Flow] = []
  /// Whether what no flow speaks of is forbidden between different zones.
  package private(set) var isDeniedByDefault = false

  /// What holds where no register is recorded: there are no zones.
  package static let none = Zones()

  package var isEmpty: Bool { zones.isEmpty }
  /// The declared zones and the built-in ones.
  package var names: [String] { zones.map(\.name) + [Zones.outside, Zones.unclassified] }
  package func zone(_ name: String) -> Zone? { zones.first { $0.name == name } }

  /// The zones that a pod is in; none where it is unclassified.
  package func zones(of labels: [String: String], in namespace: String, labelled namespaceLabels: [String: String]) -> [String] {
    zones.filter { $0.members.contains { $0.selects(labels, in: namespace, labelled: namespaceLabels) } }.map(\.name)
  }

  /// The addresses outside that a zone holds.
  package func addresses(of name: String) -> [IPRange] {
    let all = zones.flatMap { $0.members.flatMap(\.addresses) }
    if name == Zones.outside { return IPRange.subtract(all, from: [.all4, .all6]) }
    return IPRange.union(zone(name)?.members.flatMap(\.addresses) ?? [])
  }

  /// What may not pass from one zone to another, and why; none where everything may.
  package func forbidden(from source: String, to destination: String) -> (traffic: TrafficSet, reasons: [String])? {
    let own = flows.filter { $0.from == source && $0.to == destination }
    let denied = own.filter { !$0.isPermitted }
    var traffic = TrafficSet.union(of: denied.map { $0.ports ?? .everything })
    var reasons = denied.map(\.reason)
    if isDeniedByDefault && source != destination {
      let permitted = TrafficSet.union(of: own.filter(\.isPermitted).map { $0.ports ?? .everything })
      traffic = traffic.union(TrafficSet.everything.subtracting(permitted))
      if reasons.isEmpty { reasons = ["no flow permits it"] }
    }
    return traffic.isEmpty ? nil : (traffic, reasons)
  }
}

// MARK: Reading

extension Zones {
  package static let registerName = "zones"

  static let register = KnownRegister(
    registerName, kind: "Zones", "what is kept apart, and what may flow between", read: Zones.read)

  static func read(_ fields: inout FieldReader) -> Zones? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["default", "zones", "flows"], required: ["default", "zones"])
    var zones = Zones()
    let word = fields.text(spec, "default", at: path)
    if fields.expect(word, in: ["deny", "allow"], "no default", at: path + [.key("default")]) {
      zones.isDeniedByDefault = word == "deny"
    }
    for (index, entry) in fields.list(spec, "zones", at: path).enumerated() {
      zones.add(entry, at: path + [.key("zones"), .index(index)], &fields)
    }
    let flows = spec["flows"] ?? .map(Mapping())
    fields.checkKeys(flows, at: path + [.key("flows")], allowed: ["permitted", "forbidden"])
    for key in ["permitted", "forbidden"] {
      for (index, entry) in fields.list(flows, key, at: path + [.key("flows")]).enumerated() {
        zones.add(flow: entry, isPermitted: key == "permitted", at: path + [.key("flows"), .key(key), .index(index)], &fields)
      }
    }
    return zones
  }

  private mutating func add(_ entry: Value, at place: [PathStep], _ fields: inout FieldReader) {
    fields.checkKeys(entry, at: place, allowed: ["name", "description", "members"], required: ["name", "members"])
    let name = fields.text(entry, "name", at: place)
    if names.contains(name) {
      let isBuiltIn = [Zones.outside, Zones.unclassified].contains(name)
      fields.report(
        place + [.key("name")], isBuiltIn ? "'\(name)' is a zone that is there anyway" : "the zone '\(name)' is declared already")
    }
    var members: [PlaceSelector] = []
    for (index, member) in fields.list(entry, "members", at: place).enumerated() {
      if let selector = fields.place(member, at: place + [.key("members"), .index(index)]) { members.append(selector) }
    }
    if entry["members"]?.list?.isEmpty == true { fields.report(place + [.key("members")], "a zone needs a member") }
    zones.append(Zone(name: name, description: fields.optionalText(entry, "description", at: place), members: members))
  }

  private mutating func add(flow entry: Value, isPermitted: Bool, at place: [PathStep], _ fields: inout FieldReader) {
    fields.checkKeys(entry, at: place, allowed: ["from", "to", "ports", "reason"], required: ["from", "to", "reason"])
    let (from, to) = (fields.text(entry, "from", at: place), fields.text(entry, "to", at: place))
    _ = fields.expect(from, in: names, "no zone", at: place + [.key("from")])
    _ = fields.expect(to, in: names, "no zone", at: place + [.key("to")])
    if from == Zones.outside && to == Zones.outside {
      fields.report(place, "what flows between addresses outside does not pass through the cluster")
    }
    let flow = Flow(
      from: from, to: to, ports: fields.ports(entry, "ports", at: place), isPermitted: isPermitted,
      reason: fields.text(entry, "reason", at: place))
    let traffic = flow.ports ?? .everything
    for other in flows where other.from == from && other.to == to && other.isPermitted != isPermitted {
      guard !(other.ports ?? .everything).intersection(traffic).isEmpty else { continue }
      fields.report(place, "'\(from)' to '\(to)' is permitted and forbidden for the same traffic")
    }
    flows.append(flow)
  }

  package init?(recorded bytes: [UInt8]) {
    guard let content = KnownRegister.content(bytes, Zones.read) else { return nil }
    self = content
  }
}
