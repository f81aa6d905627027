package import ClusterReader
internal import HistoryIndex
package import KubeModel
package import SnapshotStore

/// Turns the history of a repository of manifests into the history of a cluster's line: a reading for each commit that
/// touches the folder, with its author, time and message.
///
/// What was imported before is found by the commit that the last observation names, and the import goes on from there.
package struct RepositoryImporter {
  package struct Options: Sendable {
    package var path: String
    package var branch: String?
    package var cluster: String
    /// The time of recording; the committer's date.
    package var now: Moment
    /// Told how far the work is.
    package var progress: @Sendable (String) -> Void = { _ in }

    package init(path: String, branch: String?, cluster: String, now: Moment) {
      self.path = path
      self.branch = branch
      self.cluster = cluster
      self.now = now
    }
  }

  package struct Outcome: Sendable {
    /// Commits that were imported now, and how many of them changed the state.
    package internal(set) var commits = 0
    package internal(set) var snapshots = 0
    /// The commit up to which the history is imported.
    package internal(set) var last: ObjectName
    /// As they are at that commit; nil where nothing was imported now.
    package internal(set) var remainders: [ManifestTree.Remainder]?
    /// Files of other endings, which were not looked at.
    package internal(set) var passedOver = 0
    /// Commits in which a file did not read, the first of them by name, with the file.
    package internal(set) var unread: [(commit: ObjectName, remainder: ManifestTree.Remainder)] = []
    package internal(set) var unreadCommits = 0
    package internal(set) var isShallow = false
  }

  /// A pack holds the commits of so many steps.
  static let chunk = 200
  /// How many places are named, of many.
  package static let mostNamed = 20

  private let ambit: Ambit
  private let repository: SourceRepository
  private let options: Options
  private let path: String

  package init(_ ambit: Ambit, from repository: SourceRepository, _ options: Options) throws {
    self.ambit = ambit
    self.repository = repository
    self.options = options
    _ = try ClusterName.validated(options.cluster)
    path = RepositoryImporter.folder(options.path)
    guard !path.split(separator: "/").contains("..") else {
      throw AmbitError(.usage, "'\(options.path)' leads out of the repository", hint: "name a folder in it, from its top")
    }
  }

  /// A path as git names it, from the top of the repository.
  static func folder(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// Imports what is not imported yet; each chunk of commits is durable when the next one begins.
  package func run() async throws -> Outcome {
    let head = try await repository.head(of: options.branch)
    let base = try await self.base(head)
    options.progress("listing the commits of \(repository.name)")
    let steps = try await SourceHistory(repository, to: head, after: base, under: path).steps
    guard !steps.isEmpty else {
      guard let base else {
        throw AmbitError(
          .notFound, "no commit of '\(repository.name)' touches '\(path.isEmpty ? "/" : path)'",
          hint: "name the folder of the manifests from the top of the repository, with --path")
      }
      return Outcome(last: base)
    }
    var outcome = Outcome(last: head)
    outcome.isShallow = try await repository.isShallow()
    var folder = SourceFolder(repository, path: path)
    try ambit.store.recoverInterrupted(options.cluster)
    let recorded = try RecordedState(of: options.cluster, in: ambit)
    var state = ImportedState(recorded)
    var pending: [ObjectID: Reading.Object?] = [:]
    if let base {
      try await folder.load(at: base)
      pending = folder.settle()
      for id in state.missing(in: folder.tree) { pending[id] = .some(nil) }
    }
    var heads = recorded.heads
    var captured = try ambit.index.read { [cluster = options.cluster] in try $0.lastObservation(in: cluster)?.capturedTo } ?? 0
    let digests = FolderDigestCache(ambit.index)
    for start in stride(from: 0, to: steps.count, by: RepositoryImporter.chunk) {
      let chunk = steps[start..<min(start + RepositoryImporter.chunk, steps.count)]
      options.progress("imported \(start) of \(steps.count) commits")
      let changes = try await repository.changes(of: chunk.map(\.commit), under: path)
      let contents = try await folder.contents(of: changes.values)
      let commits = try await repository.commits(chunk.flatMap { [$0.commit] + $0.merged })
      var recordings: [Recording] = []
      for step in chunk {
        folder.take(changes[step.commit] ?? [], contents)
        let objects = pending.merging(folder.settle()) { $1 }
        pending = [:]
        let remainders = folder.tree.remainders
        tell(remainders, step.commit, &outcome)
        let text = ImportedCommit(
          step, commits, repository: repository.name, path: path, now: options.now, after: &captured)
        let changes = state.take(objects, of: folder.tree, cluster: options.cluster, folder.tree.facts)
        recordings.append(
          text.recording(
            changes, coverage: folder.tree.coverage(remainders), remainders, state.layout, cluster: options.cluster))
      }
      let before = heads
      heads = try ambit.store.record(in: options.cluster, onto: heads, digests: digests.digests) { recordings.makeIterator() }
      digests.keep()
      outcome.commits += chunk.count
      outcome.snapshots += try ambit.store.history(from: heads.state, after: before.state).count
      outcome.last = chunk.last?.commit ?? outcome.last
    }
    options.progress("indexing")
    try ambit.catchUpAfterRecording(options.cluster)
    outcome.remainders = folder.tree.remainders
    outcome.passedOver = folder.passedOver.count
    return outcome
  }

  private func tell(_ remainders: [ManifestTree.Remainder], _ commit: ObjectName, _ outcome: inout Outcome) {
    guard let first = remainders.first(where: { $0.kind == .unread }) else { return }
    outcome.unreadCommits += 1
    if outcome.unread.count < RepositoryImporter.mostNamed { outcome.unread.append((commit, first)) }
  }

  // MARK: Where it goes on

  /// The commit of the repository up to which the line is imported; nil where the line is new.
  private func base(_ head: ObjectName) async throws -> ObjectName? {
    let store = ambit.store
    let cluster = options.cluster
    guard let observation = try store.presentHeads(of: cluster).observation else { return nil }
    try ambit.catchUp(cluster)
    let last = try store.commit(observation)
    guard let base = last.trailer(ImportedCommit.commitTrailer).flatMap({ ObjectName(hex: $0) }) else {
      throw AmbitError(
        .badInput, "'\(cluster)' holds readings that were not imported from a repository",
        hint: "import into a line of its own, with another --cluster")
    }
    let folder = RepositoryImporter.folder(last.trailer(ImportedCommit.pathTrailer) ?? "")
    guard folder == path else {
      throw AmbitError(
        .badInput, "'\(cluster)' is imported from the folder '\(folder)', and not from '\(path)'",
        hint: "name that folder with --path, or another --cluster")
    }
    let known = try await repository.commit(named: base.description) == base
    guard known, try await repository.isFirstParent(base, of: head) else {
      throw AmbitError(
        .badInput,
        known
          ? "the branch no longer has the commit \(base.short), up to which '\(cluster)' is imported: its history was rewritten, or another branch is named"
          : "'\(repository.name)' does not have the commit \(base.short), up to which '\(cluster)' is imported",
        hint: "name the branch with --branch; a history that was rewritten is imported into another --cluster")
    }
    return base
  }
}
