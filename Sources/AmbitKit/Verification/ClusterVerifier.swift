internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import SnapshotStore

/// Follows the two histories of one cluster, and compares each with what it says, with the other, and with the
/// checkpoints that were kept.
struct ClusterVerifier {
  private let cluster: String
  private let audit: ObjectAudit
  private let options: StoreVerifier.Options
  private let branch: CommitChain
  private let readings: CommitChain
  /// The place of each state in its history, the oldest first.
  let snapshots: [ObjectName: Int]
  let observations: Set<ObjectName>
  /// When each state was captured, as its commit says.
  private var captured: [ObjectName: String] = [:]
  /// Changes that were committed one by one, out of an audit log: no reading saw their states, and the snapshot that
  /// follows confirms them.
  private var changes: Set<ObjectName> = []

  init(
    _ cluster: String, _ heads: HistoryHeads, audit: ObjectAudit, options: StoreVerifier.Options, store: String,
    _ report: inout StoreReport
  ) {
    self.cluster = cluster
    self.audit = audit
    self.options = options
    branch = CommitChain(SnapshotStore.branch(cluster), from: heads.state, audit: audit, store: store, &report)
    readings = CommitChain(
      SnapshotStore.observations(cluster), from: heads.observation, audit: audit, store: store, &report)
    snapshots = Dictionary(zip(branch.names, branch.names.indices), uniquingKeysWith: { first, _ in first })
    observations = Set(readings.names)
  }

  /// - Parameter kept: checkpoints of this cluster.
  mutating func run(_ kept: [KeptCheckpoint], _ report: inout StoreReport) {
    var captured: [ObjectName: String] = [:]
    var changes: Set<ObjectName> = []
    branch.check(options, &report) { commit, report in
      captured[commit.record.name] = checkSnapshot(commit.record, &report)
      if commit.record.trailer("Ambit-Kind") == "change" { changes.insert(commit.record.name) }
    }
    self.captured = captured
    self.changes = changes
    var progress = Progress()
    var comparison = CheckpointComparison(kept, of: cluster)
    readings.check(options, &report) { commit, report in
      comparison.append(commit.record.name, commit.bytes)
      checkObservation(commit.record, &progress, &report)
    }
    // A change needs no observation of its own where an observed snapshot follows it.
    let confirmed = branch.names.lastIndex { progress.observed.contains($0) } ?? -1
    for (place, state) in branch.names.enumerated()
    where !progress.observed.contains(state) && !readings.isCut && !(changes.contains(state) && place < confirmed) {
      report.add(
        .unobservedState, branch.place(state),
        "no observation tells of this state: it was not recorded by Ambit, or its observation was taken away",
        branch.git("show \(state)"))
    }
    if readings.isCut {
      report.notes.append("the history of \(readings.reference) breaks off; checkpoints were not compared with it")
    } else {
      comparison.tell(isOnBranch: { branch.isCut || snapshots[$0] != nil }, readings, &report)
    }
    var counts = ClusterReport(name: cluster)
    counts.snapshots = branch.names.count
    counts.observations = readings.names.count
    report.clusters.append(counts)
  }

  // MARK: Snapshots

  /// - Returns: when the state was captured, in the commit's words.
  private func checkSnapshot(_ commit: CommitRecord, _ report: inout StoreReport) -> String? {
    let digest = audit.digest(of: commit.tree)
    guard ["snapshot", "change"].contains(commit.trailer("Ambit-Kind")), let told = commit.trailer("Ambit-State-SHA256"),
      let captured = commit.trailer("Ambit-Captured-To"),
      let time = Moment(captured, now: Moment(milliseconds: 0), day: .start)?.milliseconds
    else {
      branch.malformed(commit.name, "this is no snapshot of Ambit's: its trailers are missing, or do not read", &report)
      return nil
    }
    if let digest, digest.hex != told {
      report.add(
        .stateDigest, branch.place(commit.name),
        "the state is not the one that was recorded: its digest is \(digest.hex), and the commit says \(told.prefix(64))",
        branch.git("show \(commit.name)"))
    }
    branch.checkTime(time, commit, &report)
    return captured
  }

  // MARK: Observations

  /// What earlier observations told.
  private struct Progress {
    var observed: Set<ObjectName> = []
    /// States that are not on the branch, each told once.
    var lost: Set<ObjectName> = []
    /// The place of the last state that was seen.
    var place = 0
    /// When the last reading ended that did not fail.
    var captured: Int64 = .min
    /// The file that was read last: most readings say in it what the one before said.
    var testimony: (blob: ObjectName?, words: ObservationRecord.Testimony) = (nil, ObservationRecord.Testimony(nil))
  }

  private func checkObservation(_ commit: CommitRecord, _ progress: inout Progress, _ report: inout StoreReport) {
    _ = audit.digest(of: commit.tree)
    let file = audit.file(ObservationRecord.file, in: commit.tree)
    if file?.blob == nil || file?.blob != progress.testimony.blob {
      progress.testimony = (file?.blob, ObservationRecord.Testimony(file?.bytes))
    }
    let observation = ObservationRecord.indexed(commit, progress.testimony.words, file?.blob)
    guard commit.trailer("Ambit-Kind") == "observation", observation.reason != ObservationRecord.unreadable else {
      return readings.malformed(commit.name, "this is no observation of Ambit's: it does not read", &report)
    }
    readings.checkTime(observation.capturedTo, commit, &report)
    guard observation.result != "failed" else { return }
    if observation.capturedTo < progress.captured, !observation.notes.contains(where: ReadingFlag.isAboutClock) {
      report.add(
        .impossibleTime, readings.place(commit.name),
        "the reading is said to be of \(Moment(milliseconds: observation.capturedTo).text), before the one that it follows, and is not flagged",
        readings.git("show \(commit.name)"))
    }
    progress.captured = observation.capturedTo
    guard let state = observation.state.flatMap({ ObjectName(hex: $0) }) else {
      return readings.malformed(commit.name, "the observation names no state", &report)
    }
    checkState(state, of: observation, commit, &progress, &report)
  }

  private func checkState(
    _ state: ObjectName, of observation: IndexedObservation, _ commit: CommitRecord, _ progress: inout Progress,
    _ report: inout StoreReport
  ) {
    guard let position = snapshots[state] else {
      // Where the branch breaks off, what is older is lost with it, as was told already.
      guard !branch.isCut, progress.lost.insert(state).inserted else { return }
      return report.add(
        .lostState, readings.place(commit.name),
        "it tells of the state \(state), which is not in the history of \(branch.reference): the branch was rewritten or taken back",
        branch.git("log --oneline \(state)"))
    }
    progress.observed.insert(state)
    if position < progress.place {
      report.add(
        .lostState, readings.place(commit.name), "it tells of the state \(state.short), and an earlier one of a later state",
        readings.git("show \(commit.name)"))
    }
    progress.place = max(progress.place, position)
    if observation.result == "changed", let told = captured[state], told != commit.trailer("Ambit-Captured-To") {
      report.add(
        .impossibleTime, branch.place(state),
        "the snapshot says that it was captured at \(told.prefix(32)), and its observation \(commit.name.short) another time",
        branch.git("show \(state)"))
    }
  }
}
