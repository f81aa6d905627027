package import KubeModel
package import Reachability

/// What differs between the connections of two states.
package struct ConnectionDiff {
  package struct Change {
    package enum Kind: String, Sendable, CaseIterable { case changed, added, removed, unchanged }
    package let kind: Kind
    package let source: String
    package let destination: String
    package let old: TrafficSet
    package let new: TrafficSet
    /// Ends that only one of the states has.
    package let workloads: [String]

    /// `workload shop/web[Deployment] added`, or empty.
    package var workloadText: String {
      workloads.isEmpty ? "" : "workload \(workloads.joined(separator: " and ")) \(kind.rawValue)"
    }
  }

  package let changes: [Change]
  /// What both states permit alike, where it was asked for.
  package let unchanged: [Change]
  /// Workloads that one of the states has alone, by what became of them.
  package let workloads: [Change.Kind: Set<String>]

  /// An end as both states know it.
  private enum End: Hashable {
    case named(String)
    case range(IPRange)
  }

  private struct Pair: Hashable {
    let source: End
    let destination: End
  }

  /// What two pairs have to share for their ranges of addresses to be told as one.
  private struct Group: Hashable {
    let source: String?
    let destination: String?
    let old: TrafficSet
    let new: TrafficSet
  }

  /// Compares what is allowed for sure. Both states are cut at the addresses that either speaks of.
  ///
  /// - Parameter keepsUnchanged: whether connections that do not differ are wanted, too.
  package init(_ old: ClusterState, _ new: ClusterState, _ semantics: Semantics, keepsUnchanged: Bool = false) {
    let (oldSet, newSet) = (PolicySet(old, semantics), PolicySet(new, semantics))
    let left = ReachabilityAnalysis(old, oldSet, semantics, cutBy: newSet.policies)
    let before: [Pair: TrafficSet]
    let after: [Pair: TrafficSet]
    let newModel: ClusterModel
    if !keepsUnchanged, let unchanged = ConnectionDiff.unchangedPolicies(old, new), oldSet.nodePolicies.isEmpty,
      newSet.nodePolicies.isEmpty
    {
      // Only policies differ: what they do not apply to is not evaluated.
      let engine = ReachabilityEngine(left.engine, policies: newSet.policies, unchanged: unchanged)
      let changes = ChangedConnections(left.engine, engine).changes
      let entryPoints = left.entryPoints()
      before = ConnectionDiff.pairs(
        left.model, changes.map { ($0.source, $0.destination, $0.old) } + Connections.throughControllers(left.engine, entryPoints))
      after = ConnectionDiff.pairs(
        left.model, changes.map { ($0.source, $0.destination, $0.new) } + Connections.throughControllers(engine, entryPoints))
      newModel = left.model
    } else {
      let right = ReachabilityAnalysis(new, newSet, semantics, cutBy: oldSet.policies)
      before = ConnectionDiff.pairs(left)
      after = ConnectionDiff.pairs(right)
      newModel = right.model
    }
    let oldNames = Set(left.model.workloads.map(\.workload.qualifiedTitle))
    let newNames = Set(newModel.workloads.map(\.workload.qualifiedTitle))
    let only = [Change.Kind.added: newNames.subtracting(oldNames), .removed: oldNames.subtracting(newNames)]
    workloads = only
    var groups: [Group: [IPRange]] = [:]
    var found: [(source: String, destination: String, old: TrafficSet, new: TrafficSet)] = []
    for pair in Set(before.keys).union(after.keys) {
      let (was, is_) = (before[pair] ?? .none, after[pair] ?? .none)
      guard was != is_ || keepsUnchanged else { continue }
      switch (pair.source, pair.destination) {
      case (.named(let source), .named(let destination)): found.append((source, destination, was, is_))
      case (.range(let range), .named(let destination)):
        groups[Group(source: nil, destination: destination, old: was, new: is_), default: []].append(range)
      case (.named(let source), .range(let range)):
        groups[Group(source: source, destination: nil, old: was, new: is_), default: []].append(range)
      case (.range, .range): break
      }
    }
    for (group, ranges) in groups {
      for range in IPRange.union(ranges) {
        let title = "\(range)[External]"
        found.append((group.source ?? title, group.destination ?? title, group.old, group.new))
      }
    }
    let all = found.map { change in
      let kind: Change.Kind =
        change.old == change.new ? .unchanged : change.old.isEmpty ? .added : change.new.isEmpty ? .removed : .changed
      return Change(
        kind: kind, source: change.source, destination: change.destination, old: change.old, new: change.new,
        workloads: [change.source, change.destination].filter { only[kind]?.contains($0) ?? false })
    }.sorted { left, right in
      let (leftRank, rightRank) = (ConnectionDiff.rank(left), ConnectionDiff.rank(right))
      if leftRank != rightRank { return leftRank < rightRank }
      let isSameSource = left.source == right.source
      return (isSameSource ? left.destination : left.source).utf8
        .lexicographicallyPrecedes((isSameSource ? right.destination : right.source).utf8)
    }
    changes = all.filter { $0.kind != .unchanged }
    unchanged = all.filter { $0.kind == .unchanged }
  }

  /// What passes the ingress controller comes last, and then what kind of change it is counts.
  private static func rank(_ change: Change) -> Int {
    (change.source.hasPrefix("{") ? Change.Kind.allCases.count : 0)
      + (Change.Kind.allCases.firstIndex(of: change.kind) ?? 0)
  }

  private static func pairs(_ analysis: ReachabilityAnalysis) -> [Pair: TrafficSet] {
    let connections = Connections(analysis.engine, entryPoints: analysis.entryPoints())
    return pairs(
      analysis.model,
      connections.connections.lazy.map { ($0.source, $0.destination, connections.outcomes[$0.outcome]) })
  }

  private static func pairs(
    _ model: ClusterModel,
    _ connections: some Sequence<(Connections.End, Connections.End, Connections.Outcome)>
  ) -> [Pair: TrafficSet] {
    func end(_ end: Connections.End) -> End {
      switch end {
      case .workload(let place): .named(model.workloads[place].workload.qualifiedTitle)
      case .ingressController: .named("{ingress-controller}")
      case .addresses(let range): .range(range)
      }
    }
    var pairs: [Pair: TrafficSet] = [:]
    for (source, destination, outcome) in connections {
      let allowed = outcome.allowed.intersection(.everyPort)
      guard !allowed.isEmpty else { continue }
      pairs[Pair(source: end(source), destination: end(destination))] = allowed
    }
    return pairs
  }

  /// The paths of the policies that are the same in both states; nil where something else than policies differs.
  private static func unchangedPolicies(_ old: ClusterState, _ new: ClusterState) -> Set<String>? {
    guard old.coverage == new.coverage, old.ranges == new.ranges else { return nil }
    let known = Dictionary(old.entries.map { ($0.path, $0) }) { first, _ in first }
    // Policies that were not read have no place.
    var unchanged: Set<String> = [""]
    var others = 0
    for entry in new.entries {
      let isSame = known[entry.path].map { $0.type == entry.type && $0.object == entry.object } ?? false
      if entry.type.isPolicy {
        if isSame { unchanged.insert(entry.path) }
      } else {
        guard isSame else { return nil }
        others += 1
      }
    }
    return others == old.entries.count(where: { !$0.type.isPolicy }) ? unchanged : nil
  }
}
