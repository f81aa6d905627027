internal import CSQLite
internal import FoundationEssentials
internal import GRDB
internal import KubeModel

/// An index over the history of a store: which object had which version when.
///
/// It is a projection of the store's refs and can always be made again from them.
package final class HistoryIndex: Sendable {
  private let queue: DatabaseQueue

  /// Opens the index, or makes it.
  ///
  /// A file that is damaged, or whose tables are not those of this version, is put aside: the index is a cache.
  /// - Returns: the index, and a note where a file was put aside.
  package static func open(path: String) throws(IndexError) -> (index: HistoryIndex, note: String?) {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    do {
      return (try HistoryIndex(path), nil)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw IndexError(
        .locked, "the index '\(path)' is in use", hint: "try again when the other ambit is done", cause: error)
    } catch let error as DatabaseError
      where !isFolder(path) && (error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY)
    {
      throw IndexError(
        .unwritable, "the index '\(path)' cannot be written", hint: "check the permissions of the store",
        cause: error)
    } catch let error as DatabaseError where HistoryIndex.isAboutSpace(error) {
      throw HistoryIndex.noSpace(error)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_PROTOCOL {
      // Many processes at once: the file itself is sound, and others have it open.
      throw IndexError(
        .locked, "the index '\(path)' is in use", hint: "try again when the other ambit is done", cause: error)
    } catch {
      for ending in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: "\(path).damaged\(ending)")
        try? FileManager.default.moveItem(atPath: path + ending, toPath: "\(path).damaged\(ending)")
      }
      let reason = error is OtherVersion ? "is of another version of Ambit" : "could not be read"
      do {
        return (
          try HistoryIndex(path),
          "the index \(reason) and is made again; the old one is kept as '\(path).damaged'"
        )
      } catch {
        throw IndexError(.unreadable, "the index '\(path)' cannot be made", cause: error)
      }
    }
  }

  private struct OtherVersion: Error {}

  /// What stands in the place of the file and can be put aside, as a file that is damaged can.
  private static func isFolder(_ path: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
  }

  /// An index that lives as long as the process: for a store that can be read and not written.
  package static func inMemory() throws(IndexError) -> HistoryIndex {
    do {
      let queue = try DatabaseQueue()
      try queue.write(IndexSchema.create)
      return HistoryIndex(queue)
    } catch {
      throw IndexError(.unreadable, "no index can be made in memory", cause: error)
    }
  }

  private init(_ queue: DatabaseQueue) { self.queue = queue }

  private init(_ path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      // What a power cut takes is read from the store again.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
      // The log goes into the database where it has grown long, not at the end of each command: that costs four fsyncs.
      // See `deinit`.
      ambit_sqlite_keep_log_on_close(database.sqliteConnection)
    }
    queue = try DatabaseQueue(path: path, configuration: configuration)
    switch try queue.read(IndexSchema.isCurrent) {
    case true?: break
    case false?: throw OtherVersion()
    case nil:
      // With a log, readers of other processes are not in the way of a writer. The file remembers this; saying it
      // at each opening would write to it.
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      try queue.write { database in
        // Another process may have made them since.
        if try IndexSchema.isCurrent(database) == nil { try IndexSchema.create(in: database) }
      }
    }
  }

  /// The length in bytes from which the log goes into the database at the end of a command: who opens the index next
  /// reads all of it through.
  private static let longLog = 4 << 20

  deinit {
    // While another process reads from the log, the next one does this.
    try? queue.writeWithoutTransaction { database in
      guard ambit_sqlite_log_size(database.sqliteConnection) > HistoryIndex.longLog else { return }
      try database.execute(sql: "PRAGMA busy_timeout = 0")
      try database.checkpoint(.truncate)
    }
  }

  /// Answers questions from one consistent view.
  package func read<Result: Sendable>(_ body: @Sendable (HistoryView) throws -> Result) throws -> Result {
    try HistoryIndex.described { try queue.read { try body(HistoryView(database: $0)) } }
  }

  /// Adds to the index in one transaction: all of it is there, or none.
  ///
  /// - Parameter body: may be called again, where the first transaction was undone.
  package func write(_ body: @Sendable (HistoryWriter) throws -> Void) throws {
    func write() throws {
      try queue.write { database in
        let writer = HistoryWriter(database: database)
        try body(writer)
        try writer.flush()
      }
    }
    try HistoryIndex.described {
      do {
        try write()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_IOERR {
        // A fault of the moment is over now; a disk that is broken says so again.
        try write()
      }
    }
  }

  private static func described<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError where isAboutSpace(error) {
      throw noSpace(error)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
      throw IndexError(
        .unwritable, "the index of the store cannot be written", hint: "check the permissions of the store", cause: error)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw IndexError(.locked, "the index is in use", hint: "try again when the other ambit is done", cause: error)
    } catch let error where error is DatabaseError || error is RowDecodingError {
      throw IndexError(
        .unreadable, "the index of the store is damaged", hint: "make it again with `ambit index rebuild`", cause: error)
    }
  }

  private static func isAboutSpace(_ error: DatabaseError) -> Bool {
    error.resultCode == .SQLITE_FULL || error.resultCode == .SQLITE_IOERR
  }

  private static func noSpace(_ cause: DatabaseError) -> IndexError {
    IndexError(
      .noSpace, "the index of the store cannot be written; what was recorded is in the store, and the index will catch up",
      hint: "check the free space and the disk", cause: cause)
  }
}
