package import ClusterReader
internal import HistoryIndex
package import KubeModel
internal import SnapshotStore

/// Records readings of clusters.
package final class Recorder {
  package struct Options: Sendable {
    package var capturedFrom: Moment
    package var capturedTo: Moment
    /// Whether someone gave the capture time.
    package var isTimeGiven: Bool
    /// The time of recording; the committer's date.
    package var recorded: Moment
    /// Lets another cluster's uid continue this branch.
    package var acceptsNewCluster = false
    /// What became of the doubts about the reading, if there are any.
    package var secondReading = SecondReading.impossible
    /// The share of a kind's objects, in percent, whose loss is believed at once.
    package var believedLoss = 50
    /// Whether changes that audit logs tell of become commits of their own.
    package var commitsChanges = false
    /// What the clock did while the reading was taken, if it did anything.
    package var clockFlag: String?
    /// Records nothing where nothing changed and nothing is in doubt.
    package var isForChangesOnly = false

    package init(capturedFrom: Moment, capturedTo: Moment, isTimeGiven: Bool, recorded: Moment) {
      self.capturedFrom = capturedFrom
      self.capturedTo = capturedTo
      self.isTimeGiven = isTimeGiven
      self.recorded = recorded
    }
  }

  package struct Outcome: Sendable {
    package let commit: String?
    /// Nil where nothing was recorded, since only changes were to be.
    package let observation: String?
    package let isChanged: Bool
    package let added: Int
    package let modified: Int
    package let deleted: Int
    /// Objects of unread kinds that were kept as they were.
    package let carriedOver: Int
    package let objectCount: Int
    /// Why the reading is to be looked at, as its observation tells too.
    package let flags: [String]
    /// Whether the reading is of another cluster than the history so far, which the operator accepted.
    package let isOtherCluster: Bool
  }

  private let ambit: Ambit
  /// What was loaded for the reading that is under way.
  private var loaded: RecordedState?

  package init(_ ambit: Ambit) { self.ambit = ambit }

  // MARK: Recording

  /// What the next reading of a cluster need not look at again.
  package func known(_ cluster: String) throws -> KnownObjects {
    let cluster = try ClusterName.validated(cluster)
    try ambit.store.recoverInterrupted(cluster)
    return try state(of: cluster).known
  }

  /// The state of the history as it stands now; loaded once, while no other writer moves it.
  private func state(of cluster: String) throws -> RecordedState {
    if let loaded, try ambit.store.heads(of: cluster) == loaded.heads { return loaded }
    try ambit.catchUp(cluster)
    let state = try RecordedState(of: cluster, in: ambit)
    loaded = state
    return state
  }

  /// Records a reading: a commit where the state changed, an observation always.
  package func record(_ reading: Reading, cluster: String, _ options: Options) throws -> Outcome {
    let cluster = try ClusterName.validated(cluster)
    let state = try state(of: cluster)
    if let known = reading.known.commit, known != state.heads.state?.description {
      throw StoreError(
        .moved, "another reading of '\(cluster)' was recorded while this one was taken",
        hint: "run the command again")
    }
    try checkIdentity(reading, state.facts, cluster: cluster, options)
    let last = try ambit.index.read { try $0.lastObservation(in: cluster) }
    try checkTime(options, last, cluster: cluster)

    let authority = ReadingAuthority(reading.coverage)
    let hasWorkloads = Set(state.objects.lazy.map(\.entry.id).filter(\.isWorkload).compactMap(\.namespace))
    let objects = reading.objects.filter { object in
      // A workload that was read in part looks like less than it is, and may go by another name.
      !object.id.isWorkload || authority.decides(on: object.id)
        || !hasWorkloads.contains(object.id.namespace ?? "")
    }
    // What the reading shows of the state, what it cannot tell of, and what is gone.
    var isSeen = Array(repeating: false, count: state.objects.count)
    for place in reading.carried { isSeen[place] = true }
    var addedCount = 0
    for object in objects {
      if let place = state.places[object.id] { isSeen[place] = true } else { addedCount += 1 }
    }
    let unseen = isSeen.indices.filter { !isSeen[$0] }
    let gone = unseen.filter { authority.decides(on: state.objects[$0].entry.id) }
    let keptCount = unseen.count - gone.count
    var layout = state.layout
    // Folders grow by new objects only.
    if addedCount > 0 {
      let present = Set(state.objects.indices).subtracting(gone)
      layout.fit(Set(objects.map(\.id)).union(present.map { state.objects[$0].entry.id }))
    }
    var changes = try StateChanges(objects, gone: gone, of: state, layout: layout, in: ambit.store)
    let flags = try flags(
      reading, state.facts, deleted: changes.deleted,
      recorded: state.objects.indices.filter { isSeen[$0] }.map { state.objects[$0].entry.id } + changes.deleted,
      read: reading.carried.map { state.objects[$0].entry.id } + objects.map(\.id), last: last, options)
    var reading = reading
    reading.notes += flags
    var facts = Recorder.facts(reading, state.facts)
    facts.unmodelledKinds = unmodelledKinds(objects, state, without: Set(gone))
    changes.write(facts, cluster: cluster)

    var commits = ChangeCommits.none
    if options.commitsChanges, state.layout == layout {
      commits = try changeCommits(reading, state, last, cluster: cluster, options)
      try changes.settle(commits)
    }
    let isSkipped = options.isForChangesOnly && changes.edits.isEmpty && flags.isEmpty && state.heads.state != nil
    let heads =
      isSkipped
      ? state.heads : try store(changes, commits, reading, layout, cluster: cluster, onto: state.heads, options)
    return Outcome(
      commit: heads.state?.description, observation: isSkipped ? nil : heads.observation?.description,
      isChanged: heads.state != state.heads.state, added: changes.added.count, modified: changes.modified.count,
      deleted: changes.deleted.count, carriedOver: keptCount,
      objectCount: state.objects.count - gone.count + addedCount, flags: flags,
      isOtherCluster: state.facts?.uid != nil && reading.facts.uid != nil && state.facts?.uid != reading.facts.uid)
  }

  /// Records that a reading was tried and failed, and why: a gap that tells its reason.
  package func recordFailure(_ reason: String, cluster: String, scope: String?, _ options: Options) throws {
    let cluster = try ClusterName.validated(cluster)
    try ambit.store.recoverInterrupted(cluster)
    let record = ObservationRecord(
      capturedFrom: options.capturedFrom, capturedTo: options.capturedTo, result: "failed",
      reason: reason, isComplete: false, isOneInstant: false, isTimeGiven: options.isTimeGiven, scope: scope,
      source: Reading.Source.server.text, coverage: [], diagnostics: [], notes: [])
    _ = try ambit.store.record(
      Recording(
        edits: [:], snapshot: { _ in self.text("", trailers: [], cluster, options) },
        observation: { _, _ in
          (
            [ObservationRecord.file: record.bytes],
            self.text(record.subject, trailers: record.trailers, cluster, options)
          )
        }), in: cluster, onto: ambit.store.heads(of: cluster), digests: FolderDigests())
    try ambit.catchUp(cluster)
  }

  // MARK: Checks before anything is written

  private func checkIdentity(
    _ reading: Reading, _ previous: ClusterFacts?, cluster: String, _ options: Options
  ) throws {
    guard let known = previous?.uid, !options.acceptsNewCluster else { return }
    if let uid = reading.facts.uid, uid != known {
      throw StoreError(
        .wrongCluster,
        "'\(cluster)' records the cluster with uid \(known); this reading is of another one, uid \(uid)",
        hint: "check --context, name another --cluster, or say --accept-new-cluster if it was rebuilt")
    }
    if reading.source == .manifests {
      throw StoreError(
        .wrongCluster, "'\(cluster)' records a live cluster; the input holds manifests, not its objects",
        hint: "record manifests under another --cluster")
    }
  }

  private func checkTime(_ options: Options, _ last: IndexedObservation?, cluster: String) throws {
    guard options.capturedFrom.milliseconds >= 0 else {
      throw StoreError(
        .badTime, "a reading of \(options.capturedFrom.text) cannot be recorded: git knows no time before 1970",
        hint: "correct --at, or this machine's clock")
    }
    guard options.capturedTo <= options.recorded else {
      throw StoreError(
        .badTime, "the reading is said to be of \(options.capturedTo.text), which is yet to come",
        hint: "correct --at, or this machine's clock: it says \(options.recorded.text)")
    }
    // A clock that once ran ahead must not stop the recording until its time has come.
    guard options.isTimeGiven, let last, options.capturedTo.milliseconds < last.capturedTo else { return }
    throw StoreError(
      .timeBackwards,
      "the reading is of \(options.capturedTo.text), but '\(cluster)' is recorded up to \(Moment(milliseconds: last.capturedTo).text) already",
      hint: "record readings in the order of their times, or into another --cluster")
  }

  // MARK: Facts

  /// The facts of a reading; what a partial one did not see is as it was.
  private static func facts(_ reading: Reading, _ previous: ClusterFacts?) -> ClusterFacts {
    var facts = reading.facts
    guard let previous else { return facts }
    // How far the recorded state reaches, not how far this reading did: its observation tells that.
    facts.scope = previous.scope.flatMap { known in facts.scope.map { Set(known).union($0).sorted() } }
    facts.uid = facts.uid ?? previous.uid
    facts.serverVersion = facts.serverVersion ?? previous.serverVersion
    func isUnread(_ group: String, _ resource: String) -> Bool {
      reading.coverage.contains {
        $0.group == group && $0.resource == resource && $0.unreadReason != nil
      }
    }
    if isUnread("", "nodes") {
      facts.nodeAddresses = previous.nodeAddresses
      facts.podRanges = previous.podRanges
    }
    if isUnread("networking.k8s.io", "servicecidrs") { facts.serviceRanges = previous.serviceRanges }
    if reading.facts.scope != nil || isUnread("apps", "daemonsets") || isUnread("", "configmaps") {
      facts.enforcement = previous.enforcement
      facts.enforcementSettings = previous.enforcementSettings
    }
    return facts
  }

  /// Kinds of policies of other projects, as `group/Kind`, sorted.
  private func unmodelledKinds(_ objects: [Reading.Object], _ state: RecordedState, without gone: Set<Int>) -> [String] {
    var kinds: Set<String> = []
    for object in objects where object.type.role == .unmodelledPolicy {
      kinds.insert("\(object.type.group)/\(object.type.kind)")
    }
    var last: CurrentObject?
    for (place, object) in state.objects.enumerated() where !gone.contains(place) {
      // Objects of one kind stand together.
      if let last, last.entry.kind == object.entry.kind, last.entry.id.group == object.entry.id.group { continue }
      last = object
      guard ResourceCatalog.type(group: object.entry.id.group, kind: object.entry.kind)?.role == .unmodelledPolicy
      else { continue }
      kinds.insert("\(object.entry.id.group)/\(object.entry.kind)")
    }
    return kinds.sorted()
  }

  // MARK: Storing

  /// What was read long before can have led to a change: the deletion of a namespace or of an owner.
  private static let reasonTime: Int64 = 3_600_000_000

  private func changeCommits(
    _ reading: Reading, _ state: RecordedState, _ last: IndexedObservation?, cluster: String, _ options: Options
  ) throws -> ChangeCommits {
    guard let last, state.heads.state != nil else { return .none }
    let (since, until) = (last.capturedFrom * 1000, options.capturedTo.milliseconds * 1000)
    var filter = HistoryView.RecordFilter()
    filter.since = since - Recorder.reasonTime
    filter.until = until
    let records = try ambit.index.read { [filter] in try $0.records(cluster, filter) }
    guard !records.isEmpty else { return .none }
    return try ChangeCommits(
      ChangeLedger(ambit.store, cluster: cluster).kept(records.map(\.blob)).map(\.record), from: state, to: reading,
      since: since, until: until, RegisterBook(ambit).identities())
  }

  private func store(
    _ changes: StateChanges, _ commits: ChangeCommits, _ reading: Reading, _ layout: StoreLayout, cluster: String, onto heads: HistoryHeads,
    _ options: Options
  ) throws -> HistoryHeads {
    let record = ObservationRecord(
      capturedFrom: options.capturedFrom, capturedTo: options.capturedTo, result: "unchanged",
      reason: nil, isComplete: reading.isComplete, isOneInstant: reading.isOneInstant,
      isTimeGiven: options.isTimeGiven, scope: reading.facts.scope?.first, source: reading.source.text,
      coverage: reading.coverage, diagnostics: reading.diagnostics.map(\.description), notes: reading.notes)
    let digests = FolderDigestCache(ambit.index)
    let recorded = try ambit.store.record(
      record.recording(
        changes.edits, seen: changes.seen, layout,
        changes: commits.changes.map { change in
          Recording.Change(edits: [layout.path(of: change.object): change.bytes]) { digest in
            change.text(
              cluster: cluster, reading: record.commonTrailers, recorded: options.recorded, stateDigest: digest)
          }
        },
        snapshot: { trailers in
          var text = self.text(changes.subject, trailers: trailers, cluster, options)
          text.body = changes.body
          return text
        }, observation: { self.text($0, trailers: $1, cluster, options) }), in: cluster, onto: heads, digests: digests.digests)
    digests.keep()
    try ambit.catchUpAfterRecording(cluster)
    return recorded
  }

  private func text(
    _ subject: String, trailers: [(key: String, value: String)], _ cluster: String, _ options: Options
  ) -> CommitText {
    CommitText(
      author: Signature(name: "Ambit", email: "ambit@\(cluster)", time: options.capturedTo.seconds),
      committer: Signature(name: "Ambit", email: "ambit@\(cluster)", time: options.recorded.seconds),
      subject: subject, trailers: trailers)
  }
}
