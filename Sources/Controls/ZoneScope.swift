package import KubeModel
internal import Reachability
package import Registers

/// What is in a zone, what is connected to it, and what is out of its scope, workload by workload.
///
/// As PCI DSS means it: what can reach a zone, or be reached from it, is in scope too. Connections are direct ones.
package struct ZoneScope: Sendable {
  /// A connection with the zone.
  package struct Flow: Sendable, Hashable {
    /// Whether the workload reaches the zone; else the zone reaches it.
    package let isInward: Bool
    /// Workloads of the zone at the other end, `payments/db[Deployment]`; all of them where that is so.
    package let others: [String]
    package let isWithAll: Bool
    /// The ports in words.
    package let traffic: String
    /// Whether it passes under conditions only.
    package let isConditional: Bool

    package init(isInward: Bool, others: [String], isWithAll: Bool, traffic: String, isConditional: Bool) {
      self.isInward = isInward
      self.others = others
      self.isWithAll = isWithAll
      self.traffic = traffic
      self.isConditional = isConditional
    }
  }

  package enum Standing: Sendable, Hashable {
    case inZone
    case connected([Flow])
    case outOfScope
    /// Nobody can tell whether it is connected.
    case unknown(reason: String)

    /// `in the zone`
    package var name: String {
      switch self {
      case .inZone: "in the zone"
      case .connected: "connected"
      case .outOfScope: "out of scope"
      case .unknown: "not evaluated"
      }
    }
  }

  package struct Entry: Sendable {
    package let workload: CheckResult.Subject
    package let standing: Standing
  }

  package let zone: String
  /// Sorted by namespace and name.
  package let entries: [Entry]
  /// Why workloads may be missing, or nil.
  package let unread: String?

  /// - Parameter zone: one of the declared zones, or `unclassified`.
  package init(_ zone: String, _ state: ClusterState, _ rulings: Rulings) {
    self.zone = zone
    unread = Check.unreadWorkloads(state, nil)
    var judge = FlowJudge(state, rulings.zones)
    entries = judge.scope(of: judge.side(zone: zone))
  }
}

extension FlowJudge {
  /// How each workload stands to a side.
  mutating func scope(of side: Side) -> [ZoneScope.Entry] {
    let members = Dictionary(side.workloads.map { ($0.place, $0.endpoints) }) { first, _ in first }
    return model.workloads.indices.map { place -> ZoneScope.Entry in
      let workload = model.workloads[place].workload
      let subject = CheckResult.Subject(kind: workload.kind, namespace: workload.namespace, name: workload.name)
      // Pods of one workload may differ in labels: one that is in the zone takes the others with it.
      if members[place] != nil { return ZoneScope.Entry(workload: subject, standing: .inZone) }
      return ZoneScope.Entry(workload: subject, standing: standing(place, workload.namespace, side))
    }.sorted { ($0.workload.namespace ?? "", $0.workload.name, $0.workload.kind) < ($1.workload.namespace ?? "", $1.workload.name, $1.workload.kind) }
  }

  private mutating func standing(_ place: Int, _ namespace: String, _ side: Side) -> ZoneScope.Standing {
    let own = model.workloads[place].endpoints
    var flows: [ZoneScope.Flow] = []
    var isDoubtful = false
    for isInward in [true, false] {
      var groups: [UInt32: [String]] = [:]
      for member in side.workloads {
        let state = isInward ? engine.state(from: own, to: member.endpoints) : engine.state(from: member.endpoints, to: own)
        groups[state, default: []].append(model.workloads[member.place].workload.qualifiedTitle)
      }
      for (state, others) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
        let outcome = outcome(state)
        if !outcome.ambiguous.isEmpty || !outcome.unknown.isEmpty { isDoubtful = true }
        let open = outcome.allowed.union(outcome.conditional)
        guard !open.isEmpty else { continue }
        flows.append(
          ZoneScope.Flow(
            isInward: isInward, others: others.sorted(), isWithAll: others.count == side.workloads.count,
            traffic: open.portsOrOthers, isConditional: outcome.allowed.isEmpty))
      }
    }
    if !flows.isEmpty { return .connected(flows) }
    let reasons = [namespace] + side.workloads.map { model.workloads[$0.place].workload.namespace }
    if let reason = reasons.compactMap({ unknown[$0] }).first { return .unknown(reason: reason) }
    return isDoubtful ? .unknown(reason: "policies of one rank decide differently, or cannot be evaluated") : .outOfScope
  }
}
