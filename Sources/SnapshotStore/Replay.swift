internal import Integrity
internal import KubeModel

/// Writes commits that have their like in another store: their trees are here already, their parents are others.
package final class Replay {
  private let store: SnapshotStore
  private let staging: Staging

  init(_ store: SnapshotStore, _ staging: Staging) {
    self.store = store
    self.staging = staging
  }

  /// Makes a commit of another one: with its tree, message, author and dates, and without its signature, which is
  /// not over this one.
  ///
  /// - Parameter trailers: put in the place of those of the same names, or added at the end.
  package func commit(
    _ original: [UInt8], onto parent: ObjectName?, trailers: [(key: String, value: String)]
  ) throws(StoreError) -> ObjectName {
    try store.make(Replay.bytes(of: original, onto: parent, trailers), staging)
  }

  /// Makes the very commit that the other store has, under the same name.
  package func same(_ original: [UInt8]) throws(StoreError) -> ObjectName { try staging.make(.commit, original) }

  /// Makes a commit that has no like.
  package func commit(_ text: CommitText, tree: ObjectName) throws(StoreError) -> ObjectName {
    try store.make(text.bytes(tree: tree, parents: []), staging)
  }

  /// Makes a tree that holds these files and no others.
  package func tree(_ files: [String: [UInt8]]) throws(StoreError) -> ObjectName {
    try TreeEditor(store: store, staging: staging, digests: nil, keepsOthers: false).edit(nil, files)
  }

  private static func bytes(
    of original: [UInt8], onto parent: ObjectName?, _ trailers: [(key: String, value: String)]
  ) throws(StoreError) -> [UInt8] {
    let unsigned: [UInt8]
    do {
      unsigned = try CommitSignature.split(original)?.payload ?? original
    } catch {
      throw StoreError(.damaged, "a commit in the store is damaged", hint: "find out how far with `ambit verify`", cause: error)
    }
    var lines = unsigned.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    let end = lines.firstIndex(of: []) ?? lines.endIndex
    var headers = lines[..<end].filter { !$0.starts(with: "parent ".utf8) }
    // Parents stand after the tree, which is the first header.
    if let parent { headers.insert(Array("parent \(parent)".utf8), at: min(1, headers.count)) }
    lines = Array(lines[end...])
    while lines.count > 1, lines.last == [] { lines.removeLast() }
    let message = Array(lines.joined(separator: [0x0A]))
    let present = Set(CommitRecord.trailers(in: message.dropFirst()).map(\.key))
    if present.isEmpty { lines.append([]) }
    for (key, value) in trailers {
      let line = Array("\(key): \(CommitText.oneLine(value))".utf8)
      if present.contains(key), let place = lines.lastIndex(where: { $0.starts(with: "\(key): ".utf8) }) {
        lines[place] = line
      } else {
        lines.append(line)
      }
    }
    return Array((headers + lines).joined(separator: [0x0A])) + [0x0A]
  }
}

extension SnapshotStore {
  /// Gives a cluster that has no history yet one that is made here; all of it is there when this returns, or nothing.
  package func replay(in cluster: String, _ body: (Replay) throws -> HistoryHeads) throws {
    let cluster = try ClusterName.validated(cluster)
    let lock = try WriterLock(cluster, in: path)
    defer { withExtendedLifetime(lock) {} }
    let staging = try Staging()
    self.staging = staging
    defer { self.staging = nil }
    // git made a pack of the trees, past libgit2.
    try repository.refresh()
    let heads = try body(Replay(self, staging))
    try publish(staging, cluster, from: HistoryHeads(), to: heads)
  }
}
