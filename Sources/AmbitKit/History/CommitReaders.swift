internal import Dispatch
internal import SnapshotStore
internal import Synchronization

/// Readers of commits that work side by side: each has the store open for itself, as libgit2 asks for.
final class CommitReaders {
  private let store: SnapshotStore
  private let first: CommitReader
  private var others: [CommitReader] = []

  /// Below this many, opening the store again costs more than it saves.
  private static let worthSharing = 100
  private static let count = 2

  init(_ store: SnapshotStore) {
    self.store = store
    first = CommitReader(store)
  }

  /// Transforms items, in order. Neighbours go to one reader, since they share most of what they read.
  func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], _ transform: @Sendable (CommitReader, Item) throws -> Result
  ) throws -> [Result] {
    guard items.count >= CommitReaders.worthSharing else { return try items.map { try transform(first, $0) } }
    while others.count + 1 < CommitReaders.count {
      others.append(CommitReader(try SnapshotStore.open(at: store.path)))
    }
    let readers = [first] + others
    let share = (items.count + readers.count - 1) / readers.count
    let parts = Mutex<[Int: Swift.Result<[Result], any Error>]>([:])
    // Each reader is used by one thread, and by none after this.
    nonisolated(unsafe) let lent = readers
    DispatchQueue.concurrentPerform(iterations: readers.count) { place in
      let part = items.dropFirst(place * share).prefix(share)
      let result = Swift.Result { try part.map { try transform(lent[place], $0) } }
      parts.withLock { $0[place] = result }
    }
    return try readers.indices.flatMap { place in try parts.withLock { $0[place] }?.get() ?? [] }
  }
}
