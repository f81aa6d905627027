import KubeModel
import Reachability
import Registers

extension Check {
  /// In effect, workload by workload and to and from addresses. What passes under conditions counts as passing. Where all
  /// of a zone, or of a namespace of it, reaches a workload alike, that is one finding.
  static func forbiddenFlows(_ rulings: Rulings) -> Check {
    let zones = rulings.zones
    let flows = zones.names.flatMap { from in
      zones.names.compactMap { to in zones.forbidden(from: from, to: to).map { (from: from, to: to, traffic: $0.traffic, reasons: $0.reasons) } }
    }.filter { !($0.from == Zones.outside && $0.to == Zones.outside) }
    let involved = Set(flows.flatMap { [$0.from, $0.to] })
    let members = involved.contains(Zones.unclassified) ? nil : involved.compactMap(zones.zone).flatMap(\.members)
    let names = members.flatMap { members in
      members.reduce(Set<String>?.some([])) { all, member in all.flatMap { all in member.names.map(all.union) } }
    }
    return Check(
      id: "NP-ZONE-01", title: "Declared forbidden flows between zones are unreachable",
      reason: "A zone is kept apart by what cannot reach it, not by the policies that stand in it.",
      remedy: "Narrow the rules that let the flow pass, or deny by default in the namespaces of the zone.",
      population: "namespaces in flows", whenNone: "no flow between zones is forbidden", restsOnEnforcement: true,
      .cluster(FlowJudge.reads(names)) { context in
        var answer = CheckAnswer()
        if let missing = context.rulings.missingZones { answer.add(.cluster(context.state.cluster), .notEvaluated, missing) }
        guard !flows.isEmpty, context.isAnythingThere else { return answer }
        let part = FlowJudge.part(of: context.state) { name, labels in
          members?.contains { $0.selects(name, labelled: labels) } ?? true
        }
        if let unread = unreadWorkloads(part, names) { answer.add(.cluster(context.state.cluster), .notEvaluated, unread) }
        var judge = FlowJudge(part, zones)
        for flow in flows {
          judge.judge(
            FlowJudge.Demand(
              from: judge.side(zone: flow.from), to: judge.side(zone: flow.to), traffic: flow.traffic, hasToPass: false,
              reason: "forbidden from zone \(flow.from) to zone \(flow.to): \(flow.reasons.joined(separator: "; "))"),
            into: &answer)
        }
        return answer
      })
  }

  /// Why workloads, or the labels that say where they belong, may be missing from what was looked at.
  static func unreadWorkloads(_ state: ClusterState, _ names: Set<String>?) -> String? {
    if names == nil, let reason = state.unreadReason(ResourceCatalog.namespaces) { return "namespaces unread: \(reason)" }
    for type in ResourceCatalog.all where type.role == .folded {
      let reasons = names.map { names in names.sorted().compactMap { state.unreadReason(type, namespace: $0) } } ?? [state.unreadReason(type)].compactMap(\.self)
      if let reason = reasons.first { return "\(type.qualifiedName) unread: \(reason)" }
    }
    return nil
  }

  /// One check for each connection that the owner demands or forbids.
  static func assertion(_ assertion: Assertions.Assertion) -> Check {
    let ends = [assertion.from, assertion.to]
    let places = ends.compactMap { end in if case .place(let place) = end { place } else { nil } }
    let names = places.count == ends.count
      ? places.reduce(Set<String>?.some([])) { all, place in all.flatMap { all in place.names.map(all.union) } } : nil
    return Check(
      id: assertion.id, title: assertion.title, reason: assertion.reason,
      remedy: assertion.isAllowed ? "Allow the connection at both ends." : "Narrow the rules that let the connection pass.",
      population: "namespaces", whenNone: "nothing in the cluster is what it speaks of", restsOnEnforcement: !assertion.isAllowed,
      .cluster(FlowJudge.reads(names)) { context in
        var answer = CheckAnswer()
        guard context.isAnythingThere else { return answer }
        let zones = context.rulings.zones
        for case .zone(let name) in ends where !zones.names.contains(name) {
          answer.add(.cluster(context.state.cluster), .notEvaluated, "there is no zone '\(name)'")
        }
        guard answer.outcomes.isEmpty else { return answer }
        let part = FlowJudge.part(of: context.state) { name, _ in names?.contains(name) ?? true }
        if let unread = unreadWorkloads(part, names) { answer.add(.cluster(context.state.cluster), .notEvaluated, unread) }
        var judge = FlowJudge(part, zones)
        judge.judge(
          FlowJudge.Demand(
            from: judge.side(assertion.from, "the sources"), to: judge.side(assertion.to, "the destinations"),
            traffic: assertion.ports ?? (assertion.isAllowed ? .everyPort : .everything), hasToPass: assertion.isAllowed,
            reason: assertion.reason), into: &answer)
        return answer
      })
  }
}

extension Rulings {
  /// Why no zone can be judged, or nil.
  var missingZones: String? {
    if unreadable.contains(Zones.registerName) { return "the register '\(Zones.registerName)' does not read" }
    return zones.isEmpty ? "no zones are declared: see the register '\(Zones.registerName)'" : nil
  }
}
