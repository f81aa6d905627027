internal import Attribution
internal import Controls
internal import HistoryIndex
internal import KubeModel
internal import Registers
internal import Reviews
internal import SnapshotStore

/// All changes of a stretch of time, with who made each and who approved it, and the count of them by other ways.
struct ChangePopulation {
  /// Oldest first; those of one snapshot in the order of their paths.
  let changes: [RecordedChange]
  let population: RecordFacts.Population
  /// When audit logs that were read tell anything.
  let logs: [Range<Int64>]

  /// - Parameter countsTrees: whether states are compared by their trees too, which costs a look at each.
  init(_ history: ClusterHistory, in span: Range<Int64>, _ registers: RegisterBook, countsTrees: Bool) throws {
    var filter = HistoryView.Filter()
    filter.since = span.lowerBound
    filter.until = span.upperBound - 1
    let (entries, records, earlier) = try history.ambit.index.read { [cluster = history.cluster, filter] view in
      (
        Array(try view.changes(cluster, filter).reversed()), try view.records(cluster, HistoryView.RecordFilter(filter)),
        try view.earlierReadings(cluster)
      )
    }
    let identities = try registers.identities()
    let reviews = try ReviewHistory(history)
    let policies = entries.filter { ChangePopulation.isOfPolicy($0.change.id) }
    let verdicts = try reviews.verdicts(on: policies)
    var approvals: [String: RecordedChange.Approval] = [:]
    for (entry, verdict) in zip(policies, verdicts) {
      approvals[ChangePopulation.id(entry)] = ChangePopulation.approval(verdict)
    }
    changes = entries.map { entry in
      ChangePopulation.change(
        entry, after: earlier[entry.snapshot.commit].flatMap { $0 == .min ? nil : $0 }, identities.content(at: entry.snapshot.capturedTo),
        approvals[ChangePopulation.id(entry)] ?? .notNeeded("no policy"))
    }.sorted { ($0.seen, $0.commit, $0.path) < ($1.seen, $1.commit, $1.path) }
    let coverage = try ChangeLedger(history.ambit.store, cluster: history.cluster).coverage()
    logs = coverage.spans.map { $0.first / 1000..<max($0.last / 1000, $0.first / 1000) + 1 }
    population = RecordFacts.Population(
      commits: entries.count, differences: countsTrees ? try ChangePopulation.differences(history, span) : nil,
      events: records.count { $0.effect == "applied" },
      unmatched: ChangePopulation.unmatched(entries, records, logs, earlier))
  }

  private static func isOfPolicy(_ id: ObjectID) -> Bool {
    ResourceCatalog.type(group: id.group, resource: id.resource)?.isPolicy ?? true
  }

  /// The same whenever it is told: the commit and the path.
  static func id(_ entry: HistoryEntry) -> String { "\(entry.snapshot.commit):\(entry.change.path)" }

  // MARK: One change

  private static func change(
    _ entry: HistoryEntry, after: Int64?, _ identities: Identities, _ approval: RecordedChange.Approval
  ) -> RecordedChange {
    let change = entry.change
    let step = change.attribution.flatMap { $0.isCertain ? $0.steps.last : nil }
    return RecordedChange(
      id: id(entry), commit: entry.snapshot.commit, path: change.path, resource: change.id.qualifiedResource,
      object: .init(kind: change.kind, namespace: change.id.namespace, name: change.id.name), effect: change.step.rawValue,
      after: entry.snapshot.parent == nil ? nil : after, seen: entry.snapshot.capturedTo,
      time: step.map { $0.time / 1000 } ?? (change.actor.source == .audit ? change.actor.time.map { $0 * 1000 } : nil),
      actor: actor(change, identities), reason: change.cause, approval: approval, auditID: step?.auditID,
      isReconstructed: false, isBeginning: entry.snapshot.parent == nil && change.actor.source != .commit, before: change.previousBlob, version: change.blob)
  }

  private static func actor(_ change: IndexedChange, _ identities: Identities) -> RecordedChange.Actor {
    let certainty = change.attribution?.certainty.rawValue
    func actor(_ kind: RecordedChange.Actor.Kind, _ name: String?) -> RecordedChange.Actor {
      RecordedChange.Actor(name: name, kind: kind, source: change.actor.source.rawValue, certainty: certainty)
    }
    switch change.actor.source {
    case .audit, .commit:
      let accounts = ChangeActor(change)
      switch identities.party(of: accounts.accounts) {
      case .person(let name): return actor(.person, name)
      case .bot(let name): return actor(.robot, name)
      case .unknown: return actor(.account, change.actor.name)
      }
    case .managedFields: return actor(.tool, change.actor.name)
    case .unknown: return actor(.unknown, nil)
    }
  }

  private static func approval(_ verdict: ReviewVerdict) -> RecordedChange.Approval {
    let why = verdict.reasons.first ?? verdict.status.rawValue
    switch verdict.status {
    case .reviewed: return .approved(by: verdict.approver ?? "?", proposal: verdict.proposal ?? "")
    case .approvedAfterwards: return .lacking("approved only after it was made")
    case .selfApproved: return .lacking("approved only by who made it")
    case .unreviewed: return .lacking("no approval is recorded")
    case .undetermined: return .undetermined(why)
    case .notNeeded: return .notNeeded(why)
    }
  }

  // MARK: Counting

  /// What the trees of the branch's commits differ in.
  private static func differences(_ history: ClusterHistory, _ span: Range<Int64>) throws -> Int {
    let states = try history.ambit.index.read { [cluster = history.cluster] view in try view.states(of: cluster, in: span) }
    let store = history.ambit.store
    var tree: ObjectName?
    var count = 0
    for state in states {
      guard let name = ObjectName(hex: state.commit) else { continue }
      let commit = try store.commit(name)
      if state.time >= span.lowerBound {
        count += try store.changes(from: tree, to: commit.tree).count { StoreLayout.holds($0.path) }
      }
      tree = commit.tree
    }
    return count
  }

  private static func unmatched(
    _ entries: [HistoryEntry], _ records: [IndexedRecord], _ logs: [Range<Int64>], _ earlier: [String: Int64]
  ) -> [RecordFacts.Difference] {
    var differences: [RecordFacts.Difference] = []
    var used: Set<String> = []
    for entry in entries {
      let change = entry.change
      if let attribution = change.attribution, attribution.certainty != .unexplained {
        used.formUnion(attribution.steps.map(\.record))
        continue
      }
      let until = entry.snapshot.capturedTo
      let after = earlier[entry.snapshot.commit] ?? until
      let difference: (RecordFacts.Difference.Class, String) =
        if entry.snapshot.parent == nil {
          (.beginning, "it was there when the record began")
        } else if change.path == StoreLayout.clusterFile || change.id.resource == ResourceCatalog.workloads.resource {
          (.derived, "put together from what the API serves")
        } else if !logs.contains(where: { $0.lowerBound <= after && until <= $0.upperBound }) {
          (.outsideLogs, "no log that was read covers its time")
        } else {
          (.unexplained, "a log covers its time, and no request in it made this state")
        }
      differences.append(.init(id: id(entry), difference.0, detail: difference.1))
    }
    for record in records where !used.contains(record.id) {
      let difference: (RecordFacts.Difference.Class, String) =
        switch record.effect {
        case "dry-run": (.dryRun, record.request)
        case "refused", "unfinished", "ambiguous": (.refused, "\(record.effect): \(record.request)")
        default: record.unseen != nil ? (.flapped, record.request) : (.noOp, "changed nothing that is recorded, or what a later request changed again: \(record.request)")
        }
      differences.append(.init(id: "record/\(record.id)", difference.0, detail: difference.1))
    }
    return differences.sorted { ($0.class.rawValue, $0.id) < ($1.class.rawValue, $1.id) }
  }
}
