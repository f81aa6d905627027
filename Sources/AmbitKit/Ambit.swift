internal import KubeModel
package import HistoryIndex
package import SnapshotStore

/// A store with its index, open for one command.
package final class Ambit {
  package static let version = "0.1.0"

  package let store: SnapshotStore
  package let index: HistoryIndex
  /// What the operator should know, such as an index that was made again.
  package private(set) var notes: [String] = []

  /// Opens a store and brings its index up to date.
  package init(path: String) throws {
    store = try SnapshotStore.open(at: path)
    let opened = try Ambit.openIndex(of: path)
    index = opened.index
    if let note = opened.note { notes.append(note) }
    for cluster in try store.clusters() {
      if let note = try Indexer(store: store, index: index).catchUp(cluster) { notes.append(note) }
    }
  }

  private static func openIndex(of store: String) throws -> (index: HistoryIndex, note: String?) {
    do {
      return try HistoryIndex.open(path: indexPath(store))
    } catch {
      guard error.code == .unwritable || error.code == .noSpace else { throw error }
      return (
        try HistoryIndex.inMemory(),
        "the store cannot be written; its index is made in memory for this command"
      )
    }
  }

  package static func indexPath(_ store: String) -> String { "\(store)/ambit/index.sqlite" }

  /// The cluster that a command is about: the one named, or the only one.
  package func cluster(_ name: String?) throws -> String {
    let clusters = try store.clusters()
    if let name {
      guard clusters.contains(name) else {
        throw AmbitError(
          .notFound, "there is no cluster '\(name)' in this store",
          hint: clusters.isEmpty
            ? "record one with `ambit snapshot`" : "it holds \(clusters.joined(separator: ", "))")
      }
      return name
    }
    guard let only = clusters.first else {
      throw AmbitError(
        .notFound, "the store holds no snapshot yet", hint: "record one with `ambit snapshot`")
    }
    guard clusters.count == 1 else {
      throw AmbitError(
        .usage, "the store holds \(clusters.count) clusters",
        hint: "say which with --cluster: \(clusters.joined(separator: ", "))")
    }
    return only
  }
}
