package import HistoryIndex
internal import KubeModel
internal import Registers
internal import SnapshotStore

/// The commits behind what GitOps service accounts apply: such an account carries out what a repository says, and who
/// decided stands there.
///
/// A version that such an account made is looked for in the imported lines of the store: the last commit before it that
/// brought the same object in the same meaning is its origin.
package final class GitOpsOrigins {
  package struct Origin: Sendable {
    /// The line of the store that holds the commit.
    package let cluster: String
    package let entry: HistoryEntry
    /// The commit's name in its own repository.
    package let sourceCommit: String?
  }

  private let history: ClusterHistory
  /// Those that apply what a repository holds, as the register says now: where a commit came from decides nothing.
  private var accounts: Set<String>?
  /// The imported lines, found when the first origin is asked for.
  private var lines: [String]?
  /// Digests of intended forms by blob.
  private var digests: [String: String] = [:]

  package init(_ history: ClusterHistory) { self.history = history }

  /// The origin of a change; nil where no GitOps account made it, or no imported line tells.
  package func origin(of entry: HistoryEntry) throws -> Origin? {
    guard let step = entry.change.attribution.flatMap({ $0.isCertain ? $0.steps.last : nil }), let user = step.user,
      let blob = entry.change.blob,
      try gitOpsAccounts().contains(user)
    else { return nil }
    let wanted = try digest(blob, entry)
    var found: Origin?
    for line in try importedLines() {
      let versions = try history.ambit.index.read { view in
        try view.indexedHead(line).map { try view.versions(of: entry.change.id, in: line, upTo: $0) } ?? []
      }
      for version in versions where version.snapshot.capturedTo <= step.time / 1000 && version.change.actor.source == .commit {
        guard let blob = version.change.blob, try digest(blob, version) == wanted else { continue }
        if let known = found, known.entry.snapshot.capturedTo > version.snapshot.capturedTo { continue }
        let commit = try ObjectName(hex: version.snapshot.commit).map { try history.ambit.store.commit($0) }
        found = Origin(cluster: line, entry: version, sourceCommit: commit?.trailer(ImportedCommit.commitTrailer))
      }
    }
    return found
  }

  private func gitOpsAccounts() throws -> Set<String> {
    if let accounts { return accounts }
    let found = try RegisterBook(history.ambit).identities().content(at: history.now.milliseconds).gitOpsServiceAccounts
    accounts = found
    return found
  }

  private func importedLines() throws -> [String] {
    if let lines { return lines }
    var found: [String] = []
    for cluster in try history.ambit.store.clusters() where cluster != history.cluster {
      guard let head = try history.ambit.store.head(of: cluster),
        try history.ambit.store.commit(head).trailer(ImportedCommit.commitTrailer) != nil
      else { continue }
      try history.ambit.catchUp(cluster)
      found.append(cluster)
    }
    lines = found
    return found
  }

  private func digest(_ blob: String, _ entry: HistoryEntry) throws -> String {
    if let known = digests[blob] { return known }
    guard let stored = StoredObject(try history.text(of: blob, at: entry.change.path, in: entry.snapshot.commit)) else {
      throw ClusterHistory.unreadable(blob, at: entry.change.path, in: entry.snapshot.commit)
    }
    let digest = IntendedForm.digest(of: stored.object, type: stored.type)
    digests[blob] = digest
    return digest
  }
}
