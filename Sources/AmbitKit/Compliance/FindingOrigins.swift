internal import Controls
internal import HistoryIndex
internal import KubeModel

/// Which change brought a finding, or took it away.
struct FindingOrigins {
  private let plan: PeriodPlan
  private let changes: [String: [RecordedChange]]
  /// The change that brought the version in force, by path; for moments only.
  private let inForce: [String: RecordedChange.Reference]

  init(_ history: ClusterHistory, _ plan: PeriodPlan, _ changes: [RecordedChange]) throws {
    self.plan = plan
    self.changes = Dictionary(grouping: changes, by: \.commit)
    guard plan.period.isEmpty, let state = plan.states.first else {
      inForce = [:]
      return
    }
    var filter = HistoryView.Filter()
    filter.last = state.commit
    filter.isInForce = true
    let entries = try history.ambit.index.read { [cluster = history.cluster, filter] in try $0.changes(cluster, filter) }
    inForce = Dictionary(
      entries.map { entry in
        (
          entry.change.path,
          RecordedChange.Reference(
            commit: entry.snapshot.commit, seen: entry.snapshot.capturedTo, path: entry.change.path,
            actor: entry.change.actor.name, actorSource: entry.change.actor.source.rawValue)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The change with which a segment began; nil for what was so when the period began.
  ///
  /// Of several objects that changed at once, the finding's own file is meant, else a policy of its namespace.
  func origin(of finding: CheckResult.Finding, at segment: Int) -> RecordedChange.Reference? {
    if plan.period.isEmpty { return finding.storePath.flatMap { inForce[$0] } }
    guard segment > 0, let state = plan.segments[segment].state else { return nil }
    let seen = plan.segments[segment].range.lowerBound
    let commit = plan.states[state].commit
    // What is judged anew since something else changed, such as a register, is no change of the cluster.
    guard plan.segments[segment - 1].state != state else {
      return RecordedChange.Reference(commit: commit, seen: seen, path: nil, actor: nil, actorSource: nil)
    }
    let all = changes[commit] ?? []
    let own = all.first { $0.path == finding.storePath }
    let near = all.filter { $0.object.scope == finding.subject.scope || $0.object.scope == nil }
    let chosen = own ?? near.first(where: \.isOfPolicy) ?? (near.count == 1 ? near.first : all.count == 1 ? all.first : nil)
    return chosen?.reference ?? RecordedChange.Reference(commit: commit, seen: seen, path: nil, actor: nil, actorSource: nil)
  }
}
