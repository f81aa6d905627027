/// What differs between an engine and one that was made from it with other policies.
///
/// Only ends that the changed policies apply to are looked at, and of these only the columns whose verdicts differ.
package struct ChangedConnections {
  package struct Change: Sendable {
    package let source: Connections.End
    package let destination: Connections.End
    package let old: Connections.Outcome
    package let new: Connections.Outcome
  }

  /// In no order.
  package private(set) var changes: [Change] = []
  private let old: ReachabilityEngine
  private let new: ReachabilityEngine

  package init(_ old: ReachabilityEngine, _ new: ReachabilityEngine) {
    self.old = old
    self.new = new
    let model = new.model
    var pairs: Set<UInt64> = []
    var ranges = ByDirection { _ in Set<UInt64>() }
    for direction in Direction.allCases {
      let start = new.rangeStart(direction)
      let end = start + new.spokenRanges(direction).count
      for own in new.touched[direction] {
        let differing = ChangedConnections.columns(
          old.row(own, direction), new.row(own, direction), count: new.columnCount(direction))
        let workloads = model.workloadsOfEndpoint[own]
        differing.forEach { column in
          if column < model.endpoints.count {
            for left in workloads {
              for right in model.workloadsOfEndpoint[column] where left != right {
                let (from, to) = direction == .egress ? (left, right) : (right, left)
                pairs.insert(UInt64(from) << 32 | UInt64(to))
              }
            }
          } else if column >= start && column < end {
            for workload in workloads { ranges[direction].insert(UInt64(workload) << 32 | UInt64(column - start)) }
          }
        }
      }
    }
    for pair in pairs { compare(Int(pair >> 32), Int(pair & 0xFFFF_FFFF)) }
    for direction in Direction.allCases {
      for pair in ranges[direction] { compare(Int(pair >> 32), range: Int(pair & 0xFFFF_FFFF), direction) }
    }
  }

  /// The columns whose states differ.
  private static func columns(_ left: Row, _ right: Row, count: Int) -> Bitset {
    var differing = Bitset(count: count)
    var rest = Bitset(count: count, filled: 0..<count)
    for part in left.parts {
      for other in right.parts where other.state != part.state {
        differing.formUnion(part.columns.intersection(other.columns))
      }
      rest.subtract(part.columns)
    }
    // Where the left row has its base, and then where the right one has.
    for part in right.parts where part.state != left.base { differing.formUnion(part.columns.intersection(rest)) }
    for part in right.parts { rest.subtract(part.columns) }
    if left.base != right.base { differing.formUnion(rest) }
    for part in left.parts where part.state != right.base {
      differing.formUnion(right.parts.reduce(into: part.columns) { $0.subtract($1.columns) })
    }
    return differing
  }

  private mutating func compare(_ source: Int, _ destination: Int) {
    func state(_ engine: ReachabilityEngine) -> UInt32 {
      engine.state(
        from: engine.model.workloads[source].endpoints, to: engine.model.workloads[destination].endpoints)
    }
    add(.workload(source), .workload(destination), state(old), state(new))
  }

  private mutating func compare(_ workload: Int, range: Int, _ direction: Direction) {
    let place = new.ranges(direction)[range]
    func state(_ engine: ReachabilityEngine) -> UInt32 {
      engine.state(engine.model.workloads[workload].endpoints, direction, range: range)
    }
    let (own, other) = (Connections.End.workload(workload), Connections.End.addresses(place))
    add(direction == .egress ? own : other, direction == .egress ? other : own, state(old), state(new))
  }

  private mutating func add(_ source: Connections.End, _ destination: Connections.End, _ left: UInt32, _ right: UInt32) {
    guard left != right else { return }
    changes.append(
      Change(
        source: source, destination: destination, old: Connections.Outcome(old.table.map(left)),
        new: Connections.Outcome(new.table.map(right))))
  }
}
