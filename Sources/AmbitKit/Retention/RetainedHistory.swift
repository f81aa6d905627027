internal import Attribution
internal import ClusterReader
internal import HistoryIndex
internal import Integrity
package import KubeModel
internal import Programs
package import SnapshotStore

/// Writes a store whose histories begin at a later moment, each with a statement of what was cut.
///
/// The old store is only read. Trees, messages, authors and dates stay; the names of commits change, since each names
/// its parent, and with them the signatures of the originals are gone.
package struct RetainedHistory {
  private let ambit: Ambit
  private let new: SnapshotStore
  private let git: StockGit
  /// Who cuts, and when.
  private let by: String
  private let now: Moment

  private static let limit: Duration = .seconds(24 * 3600)

  /// - Parameters:
  ///   - new: an empty store; what it signs with is set.
  ///   - variables: the environment of the process, for git.
  package init(of ambit: Ambit, into new: SnapshotStore, by: String, now: Moment, variables: [String: String]) {
    self.ambit = ambit
    self.new = new
    self.by = by
    self.now = now
    var git = StockGit(store: new.path, variables: variables) { $0 == "GIT_EXEC_PATH" }
    git.isolate()
    git.environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = RetainedHistory.quoted("\(ambit.store.path)/objects")
    self.git = git
  }

  /// As git reads it in a list of paths.
  private static func quoted(_ path: String) -> String {
    "\"\(path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  /// Writes the histories of all clusters.
  package func write(_ cuts: [RetentionCut]) async throws {
    try await copyTrees(cuts)
    for cut in cuts {
      try new.replay(in: cut.cluster) { try cut.isEmpty ? same(cut, $0) : replay(cut, $0) }
      try keepRecords(cut)
    }
  }

  /// Brings the change records of what stays; they depend on no commit.
  private func keepRecords(_ cut: RetentionCut) throws {
    let ledger = ChangeLedger(ambit.store, cluster: cut.cluster)
    guard let head = try ledger.head else { return }
    let records = try ledger.all(at: head).map(\.record).filter {
      cut.isEmpty || $0.microseconds >= cut.start.milliseconds * 1000
    }
    _ = try ChangeLedger(new, cluster: cut.cluster).add(records, coverage: ledger.coverage(), logs: [], at: now)
  }

  // MARK: Trees

  /// Brings all trees that stay, and what they hold, into the new store as one pack.
  private func copyTrees(_ cuts: [RetentionCut]) async throws {
    var trees: Set<ObjectName> = []
    for cut in cuts {
      let kept = [cut.base].compactMap(\.self) + cut.keptSnapshots + cut.keptObservations
      for name in kept { trees.insert(try ambit.store.commit(name).tree) }
    }
    guard !trees.isEmpty else { return }
    let made = try await git.run(
      ["pack-objects", "--quiet", "--revs", "--delta-base-offset", "\(new.path)/objects/pack/pack"],
      input: Array(trees.sorted().map { "\($0)\n" }.joined().utf8), limit: RetainedHistory.limit)
    guard made.isSuccess else {
      let cause = GitComplaint(made.errors)
      throw AmbitError(
        cause.isAboutSpace ? .unwritable : .bug, "git could not copy the trees that stay",
        hint: cause.isAboutSpace ? "free some space" : "check the store with `git fsck`", cause: cause)
    }
  }

  /// The last of the observations that go and that saw a state: the testimony about the state at the cut.
  private func lastSeen(_ cut: RetentionCut) throws -> ObjectName? {
    try cut.goneObservations.last { try ambit.store.commit($0).trailer("Ambit-Result") != "failed" } ?? cut.goneObservations.last
  }

  // MARK: Commits

  /// A history of which nothing goes is as it was, with its names and signatures.
  private func same(_ cut: RetentionCut, _ replay: Replay) throws -> HistoryHeads {
    var heads = HistoryHeads()
    for name in cut.keptSnapshots { heads.state = try replay.same(ambit.store.commitBytes(name)) }
    for name in cut.keptObservations { heads.observation = try replay.same(ambit.store.commitBytes(name)) }
    return heads
  }

  private func replay(_ cut: RetentionCut, _ replay: Replay) throws -> HistoryHeads {
    var names: [ObjectName: ObjectName] = [:]
    var heads = HistoryHeads()
    let statement = try statement(cut)
    if let base = cut.base {
      heads.state = try replay.commit(
        root(base, statement, cut, "retained: the state before \(cut.start.text)"), tree: ambit.store.commit(base).tree)
      names[base] = heads.state
    }
    for original in cut.keptSnapshots {
      heads.state = try replay.commit(
        ambit.store.commitBytes(original), onto: heads.state, trailers: [("Ambit-Original", original.description)])
      names[original] = heads.state
    }
    if let last = try lastSeen(cut) {
      var text = try root(last, statement, cut, "retained: what was known before \(cut.start.text)")
      if let root = cut.base.flatMap({ names[$0] }) { text.trailers = RetainedHistory.replacing("Ambit-State", root, in: text.trailers) }
      heads.observation = try replay.commit(text, tree: replay.tree(restated(cut, last)))
    }
    for original in cut.keptObservations {
      let commit = try ambit.store.commit(original)
      var trailers = [("Ambit-Original", original.description)]
      if let state = try state(of: commit).flatMap({ names[$0] }) { trailers.append(("Ambit-State", state.description)) }
      heads.observation = try replay.commit(ambit.store.commitBytes(original), onto: heads.observation, trailers: trailers)
    }
    return heads
  }

  /// The state that an observation names; format 1 of the store told it in its file.
  private func state(of commit: CommitRecord) throws -> ObjectName? {
    if let told = commit.trailer("Ambit-State") { return ObjectName(hex: told) }
    let file = try ambit.store.blob(at: ObservationRecord.file, in: commit.tree).map { try ambit.store.read($0) }
    return file.flatMap { ObservationRecord.Testimony($0).spec?["state"]?.string }.flatMap { ObjectName(hex: $0) }
  }

  private static func replacing(_ key: String, _ name: ObjectName, in trailers: [(key: String, value: String)])
    -> [(key: String, value: String)]
  {
    trailers.map { $0.key == key ? (key, name.description) : $0 }
  }

  // MARK: The statement

  /// The first commit of a kept history: it says what the original said of the reading, and what was cut.
  private func root(
    _ original: ObjectName, _ statement: [(key: String, value: String)], _ cut: RetentionCut, _ subject: String
  ) throws -> CommitText {
    let commit = try ambit.store.commit(original)
    return CommitText(
      author: commit.author, committer: Signature(name: "Ambit", email: "ambit@\(cut.cluster)", time: now.seconds),
      subject: subject,
      body: [
        "What was recorded before is not in this store. The commits that follow are those of the",
        "original history, and each tells its name there; signatures of the originals do not cover them.",
      ],
      trailers: commit.trailers.filter { !$0.key.hasPrefix("Ambit-Cut-") && $0.key != "Ambit-Original" } + statement
        + [("Ambit-Original", original.description)])
  }

  private func statement(_ cut: RetentionCut) throws -> [(key: String, value: String)] {
    var tree = MerkleTree()
    for name in cut.goneObservations { tree.append(.leaf(try ambit.store.commitBytes(name))) }
    var trailers = [
      ("Ambit-Cut-Before", cut.start.text), ("Ambit-Cut-Snapshots", String(cut.goneSnapshots.count)),
      ("Ambit-Cut-Observations", String(cut.goneObservations.count)),
    ]
    if let period = cut.period {
      trailers += [("Ambit-Cut-From", period.lowerBound.text), ("Ambit-Cut-To", period.upperBound.text)]
    }
    if let base = cut.base { trailers.append(("Ambit-Cut-Head", base.description)) }
    if let last = cut.goneObservations.last { trailers.append(("Ambit-Cut-Observation-Head", last.description)) }
    trailers.append(("Ambit-Cut-Root", SHA256Value(bytes: tree.root.bytes[...])?.hex ?? ""))
    return try trailers + [("Ambit-Cut-By", by)] + earlier(cut)
  }

  /// What the statements of earlier cuts say, a line each: their commits are among those that go now.
  private func earlier(_ cut: RetentionCut) throws -> [(key: String, value: String)] {
    guard let first = cut.goneSnapshots.first ?? cut.goneObservations.first else { return [] }
    let prefix = "Ambit-Cut-"
    let told = try ambit.store.commit(first).trailers.filter { $0.key.hasPrefix(prefix) }
    let before = told.filter { $0.key == "\(prefix)Earlier" }
    let last = told.filter { $0.key != "\(prefix)Earlier" }
      .map { "\($0.key.dropFirst(prefix.count))=\($0.value)" }.joined(separator: "; ")
    return before + (last.isEmpty ? [] : [("\(prefix)Earlier", last)])
  }

  // MARK: What was known

  /// The files of an observation that tells the version of every object in force, and its evidence, as the
  /// observations that go told it bit by bit.
  private func restated(_ cut: RetentionCut, _ last: ObjectName) throws -> [String: [UInt8]] {
    let commit = try ambit.store.commit(last)
    var files: [String: [UInt8]] = [:]
    if let blob = try ambit.store.blob(at: ObservationRecord.file, in: commit.tree) {
      files[ObservationRecord.file] = try ambit.store.read(blob)
    }
    guard let base = cut.base else { return files }
    var known: [ObjectID: SeenObjects.Part] = [:]
    var folders: ObjectName?
    for name in cut.goneObservations {
      guard let folder = try ambit.store.folder(SeenObjects.folder, in: ambit.store.commit(name).tree), folder != folders
      else { continue }
      folders = folder
      for file in try ambit.store.files(in: folder) {
        for seen in SeenObjects.seen(try ambit.store.read(file.blob, limit: SnapshotStore.largestEvidence)) { known[seen.id] = seen.part(after: known[seen.id]) }
      }
    }
    let entries = try ambit.index.read { [cluster = cut.cluster] in try $0.state(at: base.description, in: cluster) }
    var layout = StoreLayout()
    if let entry = entries.first(where: { $0.path == StoreLayout.clusterFile }), let blob = ObjectName(hex: entry.blob),
      let object = try StoredObject(ambit.store.read(blob))?.object
    {
      layout = ClusterFacts.layout(in: object)
    }
    for (path, bytes) in SeenObjects.files(entries.compactMap { known[$0.id] }, layout) { files[path] = bytes }
    return files
  }
}
