/// Names of ports as traffic of their own: each takes a point behind all traffic of the axis.
///
/// Which port of a pod a rule means by a name is known where there is a pod. Of pods that may yet be
/// deployed it is only known that they may have a port of the name.
struct PortNames: Sendable {
  private let points: [NamedPort: UInt32]

  /// Those that the egress rules of policies mention.
  init(_ policies: [Policy]) {
    var points: [NamedPort: UInt32] = [:]
    for rule in policies.flatMap({ $0.sections[.egress]?.rules ?? [] }) {
      for name in rule.portNames where points[name] == nil {
        points[name] = PortNames.firstPoint + UInt32(points.count)
      }
    }
    self.points = points
  }

  /// The axis of `TrafficSet` ends below.
  private static let firstPoint: UInt32 = 6 << 16

  func point(_ name: NamedPort) -> UInt32? { points[name] }

  /// The names that a rule is about: those it states, and all of a protocol of which it has every port.
  func traffic(_ fixed: TrafficSet, _ named: [NamedPort]) -> TrafficSet {
    points.reduce(.none) { traffic, entry in
      let whole = entry.key.transport.map { TrafficSet($0) } ?? .everyPort
      guard named.contains(entry.key) || fixed.isSuperset(of: whole) else { return traffic }
      return traffic.union(TrafficSet(unchecked: [entry.value...entry.value]))
    }
  }
}

extension PolicyRule {
  /// The ports that it speaks of by name.
  var portNames: [NamedPort] {
    if case .some(_, let named, _, _) = traffic { named } else { [] }
  }
}
