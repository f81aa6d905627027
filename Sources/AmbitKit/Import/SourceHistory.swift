internal import SnapshotStore

/// The steps that a branch of a repository took, as far as they touch a folder.
///
/// A step is a commit along first parents: what the branch held, and so what could be applied from it, at some time. What
/// a merge brought in was not on the branch before, whatever the dates of its commits say; it is one step, at the time
/// of the merge, by those whose commits it brought.
struct SourceHistory {
  struct Step: Sendable {
    let commit: ObjectName
    /// For a merge, the commits that it brought and that touch the folder, the newest first.
    let merged: [ObjectName]
  }

  /// The oldest first.
  let steps: [Step]

  /// - Parameter base: the commit after which the steps begin; nil for all.
  init(_ repository: SourceRepository, to head: ObjectName, after base: ObjectName?, under path: String) async throws {
    let commits = try await repository.commits(to: head, after: base, under: path)
    let parents = try await repository.parents(to: head, after: base)
    let touching = try await repository.commitsTouching(path, to: head, after: base)
    var chain: [ObjectName] = []
    var next: ObjectName? = head
    while let name = next, let own = parents[name] {
      chain.append(name)
      next = own.first
    }
    let wanted = Set(commits)
    var known = Set(chain)
    var merged: [ObjectName: [ObjectName]] = [:]
    for name in chain.reversed() {
      var brought: [ObjectName] = []
      var pending = Array((parents[name] ?? []).dropFirst())
      while let commit = pending.popLast() {
        guard let own = parents[commit], known.insert(commit).inserted else { continue }
        if touching.contains(commit) { brought.append(commit) }
        pending += own.reversed()
      }
      if wanted.contains(name) { merged[name] = brought }
    }
    steps = commits.map { Step(commit: $0, merged: merged[$0] ?? []) }
  }
}
