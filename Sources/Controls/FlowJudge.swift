internal import KubeModel
internal import Reachability
internal import Registers

/// What passes between groups of workloads and addresses, workload by workload, over a part of a state.
struct FlowJudge {
  /// One side of flows.
  struct Side {
    /// `zone cde`
    let name: String
    /// Places in the model's `workloads`, each with those of its endpoints that belong to the side.
    var workloads: [(place: Int, endpoints: [Int])] = []
    var addresses: [IPRange] = []
  }

  /// What must not pass from one side to another, or has to.
  struct Demand {
    let from: Side
    let to: Side
    let traffic: TrafficSet
    let hasToPass: Bool
    let reason: String
  }

  private let state: ClusterState
  private let zones: Zones
  let engine: ReachabilityEngine
  private let paths: [String: String]
  private let labels: [String: [String: String]]
  /// Why nothing can be said of a namespace.
  let unknown: [String: String]
  private var outcomes: [UInt32: Connections.Outcome] = [:]

  /// - Parameter state: the objects of all namespaces that sides lie in, and those that are shared.
  init(_ state: ClusterState, _ zones: Zones) {
    self.state = state
    self.zones = zones
    let semantics = Semantics(Semantics.Profile(of: state))
    let set = PolicySet(state, semantics)
    let model = ClusterModel(state)
    engine = ReachabilityEngine(model, set.policies, semantics, nodePolicies: set.nodePolicies)
    paths = Dictionary(
      state.entries(of: ResourceCatalog.workloads).map { ("\($0.object.namespace ?? "")/\($0.object.name)", $0.path) },
      uniquingKeysWith: { first, _ in first })
    labels = model.namespaces
    var unknown: [String: String] = [:]
    for namespace in Set(model.endpoints.map(\.namespace)) {
      unknown[namespace] = Isolation.unknownReason(namespace, state, set)
    }
    self.unknown = unknown
  }

  var model: ClusterModel { engine.model }

  // MARK: Sides

  /// The workloads and addresses of a zone, built-in ones too.
  func side(zone name: String) -> Side {
    var side = side("zone \(name)") { endpoint in
      let own = zones.zones(of: endpoint.labels, in: endpoint.namespace, labelled: labels[endpoint.namespace] ?? [:])
      return name == Zones.unclassified ? own.isEmpty : own.contains(name)
    }
    side.addresses = zones.addresses(of: name)
    if name == Zones.outside {
      // What is known to be of the cluster is not outside of it.
      let own = (state.ranges.pods + state.ranges.services + state.ranges.nodes).compactMap { IPRange($0) }
      side.addresses = IPRange.subtract(own, from: side.addresses)
    }
    return side
  }

  func side(_ end: Assertions.End, _ name: String) -> Side {
    switch end {
    case .zone(let zone): return side(zone: zone)
    case .place(let place):
      var side = side(name) { place.selects($0.labels, in: $0.namespace, labelled: labels[$0.namespace] ?? [:]) }
      side.addresses = place.addresses
      return side
    }
  }

  private func side(_ name: String, _ isIn: (Endpoint) -> Bool) -> Side {
    Side(
      name: name,
      workloads: model.workloads.enumerated().compactMap { place, entry in
        let own = Set(entry.endpoints).filter { isIn(model.endpoints[$0]) }.sorted()
        return own.isEmpty ? nil : (place, own)
      })
  }

  // MARK: Judging

  /// One end that a connection at a workload has at the other side.
  private struct Finding {
    let other: String
    let namespace: String?
    let endpoint: ReachabilityEngine.Other
    let traffic: TrafficSet
  }

  /// Adds an outcome for each namespace at either side, and a finding for each connection that is not as demanded.
  mutating func judge(_ demand: Demand, into answer: inout CheckAnswer) {
    var status: [String: ControlStatus] = [:]
    for side in [demand.from, demand.to] {
      for workload in side.workloads { status[model.workloads[workload.place].workload.namespace] = .pass }
    }
    func isEmpty(_ side: Side) -> Bool { side.workloads.isEmpty && side.addresses.isEmpty }
    guard !isEmpty(demand.from), !isEmpty(demand.to), !status.isEmpty else {
      return answer.add(
        .init(kind: "Flow", namespace: nil, name: "\(demand.from.name) to \(demand.to.name)"), .notApplicable,
        "\((isEmpty(demand.from) ? demand.from : demand.to).name) holds nothing in this cluster")
    }
    for destination in demand.to.workloads {
      judge(destination, .ingress, demand.from, demand, &status, &answer)
    }
    if !demand.to.addresses.isEmpty {
      let outside = Side(name: demand.to.name, addresses: demand.to.addresses)
      for source in demand.from.workloads { judge(source, .egress, outside, demand, &status, &answer) }
    }
    for (namespace, status) in status.sorted(by: { $0.key < $1.key }) {
      let reason = unknown[namespace]
      answer.add(
        .init(kind: "Namespace", namespace: nil, name: namespace),
        status == .pass && reason != nil ? .notEvaluated : status,
        status == .pass ? reason ?? "" : "\(demand.from.name) to \(demand.to.name)" + (status == .notEvaluated ? ": nobody can tell what passes" : ""))
    }
  }

  private mutating func judge(
    _ own: (place: Int, endpoints: [Int]), _ direction: Direction, _ others: Side, _ demand: Demand,
    _ status: inout [String: ControlStatus], _ answer: inout CheckAnswer
  ) {
    let workload = model.workloads[own.place].workload
    var found: [Finding] = []
    var isInDoubt = false
    func note(_ namespaces: [String], _ new: ControlStatus) {
      for namespace in namespaces where status[namespace] != .fail { status[namespace] = new }
    }
    var asked = 0
    for other in others.workloads where other.place != own.place {
      asked += 1
      let counterpart = model.workloads[other.place].workload
      let (traffic, isDoubtful) = differing(engine.state(from: other.endpoints, to: own.endpoints), demand)
      if isDoubtful { note([workload.namespace, counterpart.namespace], .notEvaluated) }
      isInDoubt = isInDoubt || isDoubtful
      guard !traffic.isEmpty else { continue }
      note([workload.namespace, counterpart.namespace], .fail)
      found.append(
        Finding(
          other: "\(counterpart.kind) \(counterpart.namespace)/\(counterpart.name)", namespace: counterpart.namespace,
          endpoint: .endpoint(other.endpoints[0]), traffic: traffic))
    }
    var ranges: [TrafficSet: [Int]] = [:]
    for range in engine.places(of: others.addresses, direction) {
      let (traffic, isDoubtful) = differing(engine.state(own.endpoints, direction, range: range), demand)
      if isDoubtful { note([workload.namespace], .notEvaluated) }
      guard !traffic.isEmpty else { continue }
      note([workload.namespace], .fail)
      ranges[traffic, default: []].append(range)
    }
    let subject = CheckResult.Subject(kind: workload.kind, namespace: workload.namespace, name: workload.name)
    for group in grouped(found, asked, others) {
      answer.findings.append(finding(subject, own, direction, group.name, group.first, demand))
    }
    for (traffic, places) in ranges.sorted(by: { $0.value[0] < $1.value[0] }) {
      let all = engine.ranges(direction)
      let inside = IPRange.union(places.flatMap { place in others.addresses.compactMap { $0.intersection(all[place]) } })
      let name = IPRange.subtract(inside, from: others.addresses.filter { $0.family == .v4 }).isEmpty ? "every address of \(others.name)" : inside.summary
      answer.findings.append(
        finding(subject, own, direction, name, Finding(other: name, namespace: nil, endpoint: .range(places[0]), traffic: traffic), demand))
    }
  }

  mutating func outcome(_ state: UInt32) -> Connections.Outcome {
    let outcome = outcomes[state] ?? engine.outcome(of: state)
    outcomes[state] = outcome
    return outcome
  }

  /// What passes and must not, or does not and has to; and whether nobody can tell.
  private mutating func differing(_ state: UInt32, _ demand: Demand) -> (traffic: TrafficSet, isDoubtful: Bool) {
    let outcome = outcome(state)
    let doubt = outcome.ambiguous.union(outcome.unknown)
    if demand.hasToPass {
      let missing = demand.traffic.subtracting(outcome.allowed)
      let perhaps = doubt.union(outcome.conditional)
      return (missing.subtracting(perhaps), !missing.intersection(perhaps).isEmpty)
    }
    let open = outcome.allowed.union(outcome.conditional).intersection(demand.traffic)
    return (open, open.isEmpty && !doubt.intersection(demand.traffic).isEmpty)
  }

  /// Where all of a side, or of a namespace of it, fares alike, that is one finding.
  private func grouped(_ found: [Finding], _ asked: Int, _ side: Side) -> [(name: String, first: Finding)] {
    var result: [(name: String, first: Finding)] = []
    for (_, alike) in Dictionary(grouping: found, by: \.traffic).sorted(by: { $0.value[0].other < $1.value[0].other }) {
      if alike.count == asked, asked > 1 {
        result.append(("every workload of \(side.name)", alike[0]))
        continue
      }
      for (namespace, own) in Dictionary(grouping: alike, by: { $0.namespace ?? "" }).sorted(by: { $0.key < $1.key }) {
        let all = side.workloads.count { model.workloads[$0.place].workload.namespace == namespace }
        if own.count > 1, own.count == all {
          result.append(("every workload of namespace \(namespace)", own[0]))
        } else {
          result += own.map { ($0.other, $0) }
        }
      }
    }
    return result
  }

  private func finding(
    _ subject: CheckResult.Subject, _ own: (place: Int, endpoints: [Int]), _ direction: Direction, _ other: String,
    _ first: Finding, _ demand: Demand
  ) -> CheckResult.Finding {
    let traffic = first.traffic.portsOrOthers
    let way = direction == .ingress ? "is reached from \(other)" : "reaches \(other)"
    let not = direction == .ingress ? "is not reached from \(other)" : "does not reach \(other)"
    let rules = engine.permitting(own.endpoints[0], direction, first.endpoint, first.traffic)
    let policies = rules.map { rules in rules.map { "\($0.policy.title) \($0.path)" }.joined(separator: ", ") }
    let workload = model.workloads[own.place].workload
    let path = paths["\(workload.namespace)/\(workload.object.name)"]
    var remedy = demand.hasToPass ? "Allow it at both ends." : "Narrow what allows it."
    if !demand.hasToPass {
      remedy += policies.map { $0.isEmpty ? "" : " Here it is allowed by \($0)." }
        ?? " No policy isolates the workload for \(direction.rawValue)."
      if case .endpoint(let place) = first.endpoint {
        let ends = engine.permitting(place, .egress, .endpoint(own.endpoints[0]), first.traffic)
        remedy += ends.map { rules in
          rules.isEmpty ? "" : " At the other end it is allowed by \(rules.map { "\($0.policy.title) \($0.path)" }.joined(separator: ", "))."
        } ?? " No policy isolates the other end for egress."
      }
    }
    return .init(
      subject: subject, message: "\(demand.hasToPass ? not : way) on \(traffic): \(demand.reason)",
      storePath: demand.hasToPass ? path : rules?.first?.policy.path ?? path,
      yamlPath: demand.hasToPass ? nil : rules?.first?.path, remedy: remedy,
      remedyYAML: !demand.hasToPass && rules == nil ? Remedies.defaultDeny(workload.namespace, [direction]) : nil)
  }
}

extension FlowJudge {
  /// The part of a state that holds namespaces, and what is shared.
  ///
  /// - Parameter isWanted: whether a namespace with its labels is needed.
  static func part(of state: ClusterState, _ isWanted: (String, [String: String]) -> Bool) -> ClusterState {
    let names = Set(state.namespaces.filter { isWanted($0.name, $0.labels) }.map(\.name))
    return state.part(
      state.entries.filter { entry in
        NamespaceParts.isShared(entry.type, entry.object.namespace) || entry.object.namespace.map(names.contains) ?? false
      })
  }

  /// What a question about flows reads.
  ///
  /// - Parameter names: the only namespaces that sides can lie in; nil where labels decide.
  static func reads(_ names: Set<String>?) -> Check.Reads {
    Check.Reads { type, namespace in
      if NamespaceParts.isShared(type, namespace) { return true }
      guard type.isPolicy || type == ResourceCatalog.workloads || type.kind == "Service", let namespace else { return false }
      return names?.contains(namespace) ?? true
    }
  }
}
