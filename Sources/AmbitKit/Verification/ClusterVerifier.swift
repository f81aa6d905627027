internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import SnapshotStore

/// Follows the two histories of one cluster, and compares each with what it says and with the other.
struct ClusterVerifier {
  private let cluster: String
  private let heads: HistoryHeads
  private let audit: ObjectAudit
  private let options: StoreVerifier.Options
  private let store: String
  /// The place of each commit in its history, the oldest first.
  private(set) var snapshots: [ObjectName: Int] = [:]
  private(set) var observations: Set<ObjectName> = []
  /// When each state was captured, as its commit says.
  private var captured: [ObjectName: String] = [:]
  /// Whether the branch could not be followed to its beginning.
  private var isBranchCut = false

  init(
    _ cluster: String, _ heads: HistoryHeads, audit: ObjectAudit, options: StoreVerifier.Options, store: String
  ) {
    self.cluster = cluster
    self.heads = heads
    self.audit = audit
    self.options = options
    self.store = store
  }

  mutating func run(_ report: inout StoreReport) {
    var counts = ClusterReport(name: cluster)
    let states = history(heads.state, SnapshotStore.branch(cluster), &report)
    isBranchCut = states.first.map { commit($0)?.record.parents.isEmpty == false } ?? (heads.state != nil)
    snapshots = Dictionary(zip(states, states.indices), uniquingKeysWith: { first, _ in first })
    check(states, SnapshotStore.branch(cluster), &report) { verifier, commit, report in
      verifier.checkSnapshot(commit, &report)
    }
    counts.snapshots = states.count
    let readings = history(heads.observation, SnapshotStore.observations(cluster), &report)
    observations = Set(readings)
    var progress = Progress()
    check(readings, SnapshotStore.observations(cluster), &report) { verifier, commit, report in
      verifier.checkObservation(commit, &progress, &report)
    }
    counts.observations = readings.count
    for state in states where !progress.observed.contains(state) {
      report.add(
        .unobservedState, place(state, SnapshotStore.branch(cluster)),
        "no observation tells of this state: it was not recorded by Ambit, or its observation was taken away",
        git("show \(state)"))
    }
    report.clusters.append(counts)
  }

  // MARK: Following

  /// The commits of a history, the oldest first; as far as they can be followed.
  private func history(_ head: ObjectName?, _ reference: String, _ report: inout StoreReport) -> [ObjectName] {
    var names: [ObjectName] = []
    var next = head
    while let name = next {
      guard let commit = commit(name) else {
        let message =
          names.last.map { "the commit before \($0.short) is missing, or does not read: what came before is lost" }
          ?? "the ref leads to no commit that reads"
        report.add(names.isEmpty ? .brokenRef : .missingObject, place(name, reference), message, git("fsck --full --strict"))
        break
      }
      names.append(name)
      next = commit.record.parents.first
    }
    return names.reversed()
  }

  private struct Commit {
    let record: CommitRecord
    let bytes: [UInt8]
  }

  private func commit(_ name: ObjectName) -> Commit? {
    guard let object = audit.object(name, .commit), let record = try? CommitRecord(name: name, bytes: object.bytes)
    else { return nil }
    return Commit(record: record, bytes: object.bytes)
  }

  /// What is asked of every commit, and then what is asked of its kind.
  private mutating func check(
    _ names: [ObjectName], _ reference: String, _ report: inout StoreReport,
    _ body: (inout ClusterVerifier, CommitRecord, inout StoreReport) -> Void
  ) {
    var signatures = SignatureCheck(
      allowed: options.allowedSigners, revoked: options.revokedKeys, isRequired: options.requiresSignatures)
    for name in names {
      guard let commit = commit(name) else { continue }
      if commit.record.parents.count > 1 {
        malformed(name, reference, "the commit has \(commit.record.parents.count) parents; a history is one line", &report)
      }
      switch signatures.judge(commit.bytes, at: commit.record.committer.time) {
      case .good: report.goodSignatures += 1
      case .unsigned: report.unsignedCommits += 1
      case .finding(let code, let message): report.add(code, place(name, reference), message, git("verify-commit -v \(name)"))
      }
      body(&self, commit.record, &report)
    }
  }

  // MARK: Snapshots

  private mutating func checkSnapshot(_ commit: CommitRecord, _ report: inout StoreReport) {
    let reference = SnapshotStore.branch(cluster)
    let digest = audit.digest(of: commit.tree)
    guard commit.trailer("Ambit-Kind") == "snapshot", let told = commit.trailer("Ambit-State-SHA256"),
      let time = moment(commit.trailer("Ambit-Captured-To"))
    else {
      return malformed(commit.name, reference, "this is no snapshot of Ambit's: its trailers are missing, or do not read", &report)
    }
    captured[commit.name] = commit.trailer("Ambit-Captured-To")
    if let digest, digest.hex != told {
      report.add(
        .stateDigest, place(commit.name, reference),
        "the state is not the one that was recorded: its digest is \(digest.hex), and the commit says \(told.prefix(64))",
        git("show \(commit.name)"))
    }
    checkTime(time, commit, reference, &report)
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
  }

  private mutating func checkObservation(
    _ commit: CommitRecord, _ progress: inout Progress, _ report: inout StoreReport
  ) {
    let reference = SnapshotStore.observations(cluster)
    _ = audit.digest(of: commit.tree)
    let file = audit.file(ObservationRecord.file, in: commit.tree)
    let observation = ObservationRecord.indexed(commit, testimony: file?.blob, file?.bytes)
    guard commit.trailer("Ambit-Kind") == "observation", observation.reason != ObservationRecord.unreadable else {
      return malformed(commit.name, reference, "this is no observation of Ambit's: it does not read", &report)
    }
    checkTime(observation.capturedTo, commit, reference, &report)
    guard observation.result != "failed" else { return }
    if observation.capturedTo < progress.captured, !observation.notes.contains(where: ReadingFlag.isAboutClock) {
      report.add(
        .impossibleTime, place(commit.name, reference),
        "the reading is said to be of \(Moment(milliseconds: observation.capturedTo).text), before the one that it follows, and is not flagged",
        git("show \(commit.name)"))
    }
    progress.captured = observation.capturedTo
    guard let state = observation.state.flatMap({ ObjectName(hex: $0) }) else {
      return malformed(commit.name, reference, "the observation names no state", &report)
    }
    guard let position = snapshots[state] else {
      // Where the branch breaks off, what is older is lost with it, as was told already.
      guard !isBranchCut, progress.lost.insert(state).inserted else { return }
      return report.add(
        .lostState, place(commit.name, reference),
        "it tells of the state \(state), which is not in the history of \(SnapshotStore.branch(cluster)): the branch was rewritten or taken back",
        git("log --oneline \(state)"))
    }
    progress.observed.insert(state)
    if position < progress.place {
      report.add(
        .lostState, place(commit.name, reference), "it tells of the state \(state.short), and an earlier one of a later state",
        git("show \(commit.name)"))
    }
    progress.place = max(progress.place, position)
    if observation.result == "changed", let told = captured[state], told != commit.trailer("Ambit-Captured-To") {
      report.add(
        .impossibleTime, place(state, SnapshotStore.branch(cluster)),
        "the snapshot says that it was captured at \(told.prefix(32)), and its observation \(commit.name.short) another time",
        git("show \(state)"))
    }
  }

  // MARK: Both

  /// What is recorded was captured before, and by the clock of the same machine.
  private func checkTime(_ captured: Int64, _ commit: CommitRecord, _ reference: String, _ report: inout StoreReport) {
    guard captured / 1000 > commit.committer.time else { return }
    report.add(
      .impossibleTime, place(commit.name, reference),
      "it is said to be captured at \(Moment(milliseconds: captured).text), and recorded before that, at \(Moment(milliseconds: commit.committer.time * 1000).text)",
      git("show --format=fuller \(commit.name)"))
  }

  private func malformed(_ name: ObjectName, _ reference: String, _ message: String, _ report: inout StoreReport) {
    report.add(.malformedCommit, place(name, reference), message, git("show \(name)"))
  }

  private func moment(_ text: String?) -> Int64? {
    text.flatMap { Moment($0, now: Moment(milliseconds: 0), day: .start)?.milliseconds }
  }

  private func place(_ commit: ObjectName, _ reference: String) -> String { "\(commit) on \(reference)" }

  private func git(_ command: String) -> String { "git -C \(store) \(command)" }
}
