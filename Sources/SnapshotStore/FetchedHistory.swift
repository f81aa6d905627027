internal import CGit2
internal import KubeModel

/// Checks that what a remote sent is what Ambit could have written, before a reference of ours moves to it.
///
/// git has checked by then that all objects are there and that each is well formed.
package struct FetchedHistory {
  private let store: SnapshotStore
  /// Trees and files that were looked at already.
  private var checked: Set<ObjectName> = []

  /// Ambit's own trees have at most eight levels.
  private static let deepest = 32
  /// The API server takes objects of up to some 3 MiB; a namespace's versions may be longer.
  private static let largestFile = 64 << 20

  package init(_ store: SnapshotStore) { self.store = store }

  /// Checks commits, each with its tree.
  ///
  /// - Parameter isOfKind: whether a commit with this `Ambit-Kind` may stand in the reference; nil where its
  ///   commits carry no trailers.
  /// - Throws: `.badHistory`, which names the commit and the place in it.
  package mutating func check(
    _ commits: [ObjectName], of reference: String, isOfKind: ((_ kind: String) -> Bool)?
  ) throws(StoreError) {
    for name in commits {
      let commit = try store.commit(name)
      guard commit.parents.count <= 1 else {
        throw FetchedHistory.refusal("commit \(name.short) of \(reference) is a merge; Ambit makes none")
      }
      if let isOfKind {
        guard let kind = commit.trailer("Ambit-Kind") else {
          throw FetchedHistory.refusal("commit \(name.short) of \(reference) is not Ambit's: it has no trailer Ambit-Kind")
        }
        guard isOfKind(kind) else {
          throw FetchedHistory.refusal(
            "commit \(name.short) of \(reference) has the Ambit-Kind '\(FetchedHistory.shown(kind))', which does not belong there")
        }
      }
      try check(tree: commit.tree, at: "", depth: 0, of: "commit \(name.short) of \(reference)")
    }
  }

  private mutating func check(
    tree name: ObjectName, at path: String, depth: Int, of commit: String
  ) throws(StoreError) {
    guard checked.insert(name).inserted else { return }
    guard depth < FetchedHistory.deepest else {
      throw FetchedHistory.refusal("\(commit) has over \(FetchedHistory.deepest) levels of folders")
    }
    // Modes and names are looked at when a tree is read.
    let tree: TreeObject
    do throws(StoreError) {
      tree = try store.tree(name)
    } catch {
      throw FetchedHistory.refusal("\(commit) is not Ambit's, in '\(FetchedHistory.shown(path))': \(error.message)")
    }
    for entry in tree.entries {
      let place = "'\(FetchedHistory.shown(path + entry.name))' in \(commit)"
      if entry.isFolder {
        try check(tree: entry.object, at: "\(path)\(entry.name)/", depth: depth + 1, of: commit)
      } else if checked.insert(entry.object).inserted {
        try check(file: entry.object, place)
      }
    }
  }

  private func check(file name: ObjectName, _ place: String) throws(StoreError) {
    var (size, kind) = (0, GIT_OBJECT_INVALID)
    var oid = name.oid
    let database = try store.git { try store.repository.database }
    let status = git_odb_read_header(&size, &kind, database, &oid)
    guard status == 0, kind == GIT_OBJECT_BLOB else {
      throw FetchedHistory.refusal("\(place) is no file", cause: status == 0 ? nil : GitFailure(status))
    }
    guard size <= FetchedHistory.largestFile else {
      throw FetchedHistory.refusal("\(place) is larger than \(FetchedHistory.largestFile >> 20) MiB")
    }
  }

  private static func refusal(_ message: String, cause: (any Error)? = nil) -> StoreError {
    StoreError(
      .badHistory, message, hint: "look at it with stock git under refs/ambit/remotes/, and at who can write there",
      cause: cause)
  }

  private static func shown(_ text: String) -> String { HiddenText.escaped(String(text.prefix(200))) }
}
