internal import FoundationEssentials

/// Something in a store that makes git show another history than its commits tell.
package struct GitOverride: Sendable, Hashable {
  package enum Kind: Sendable {
    case replacement, graft, shallow, alternates
    /// A commit-graph that says other than the commits do, or does not read.
    case commitGraph
  }

  package let kind: Kind
  /// The ref, or the file relative to the store.
  package let place: String
  package let message: String
}

extension SnapshotStore {
  /// Every ref, sorted, and what it points to; nil for one that does not read.
  package func references() throws(StoreError) -> [(name: String, target: ObjectName?)] {
    try git { try repository.references(under: "refs/").map { "refs/\($0)" } }.sorted()
      .map { ($0, (try? target(of: $0)) ?? nil) }
  }

  /// What stands in the store that git believes without a look at the commits.
  ///
  /// - Parameter commit: the tree and the parents of a commit as it is; nil where there is no sound one.
  package func gitOverrides(
    commit: (ObjectName) -> (tree: ObjectName, parents: [ObjectName])?
  ) throws(StoreError) -> [GitOverride] {
    var found = try references().filter { $0.name.hasPrefix("refs/replace/") }.map { reference in
      GitOverride(
        kind: .replacement, place: reference.name,
        message: "git shows \(reference.target?.short ?? "another object") in place of \(reference.name.dropFirst(13).prefix(10))")
    }
    let files: [(String, GitOverride.Kind, String)] = [
      ("info/grafts", .graft, "git takes other parents for those of the commits"),
      ("shallow", .shallow, "git hides what came before the commits that it lists"),
      ("objects/info/alternates", .alternates, "git takes objects from outside the store"),
      ("objects/info/http-alternates", .alternates, "git takes objects from outside the store"),
    ]
    for (file, kind, message) in files {
      let size = FileManager.default.contents(atPath: "\(path)/\(file)")?.count ?? 0
      if size > 0 { found.append(GitOverride(kind: kind, place: file, message: message)) }
    }
    var commits: [ObjectName] = []
    for file in CommitGraphFile.names(in: path) {
      guard let graph = CommitGraphFile("\(path)/\(file)", after: commits) else {
        found.append(GitOverride(kind: .commitGraph, place: file, message: "the commit-graph does not read"))
        break
      }
      commits += graph.commits
      let lie = graph.entries.first { entry in
        commit(entry.commit).map { $0.tree != entry.tree || $0.parents != entry.parents } ?? false
      }
      guard let lie else { continue }
      found.append(
        GitOverride(
          kind: .commitGraph, place: file,
          message: "git believes it, and it tells other parents or another tree of commit \(lie.commit.short) than the commit does"))
    }
    return found
  }

  /// Recordings that a writer had begun when it died, in words.
  package func interruptedRecordings() -> [String] {
    folder.unreleased().map { name, intent in
      "a recording of '\(intent.cluster)' is under way, or was interrupted; the next one of it finishes or undoes it (objects/pack/\(name).keep)"
    }
  }
}
