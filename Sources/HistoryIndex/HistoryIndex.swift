internal import FoundationEssentials
internal import GRDB
internal import KubeModel

/// An index over the history of a store: which object had which version when.
///
/// It is a projection of the store's refs and can always be made again from them.
package final class HistoryIndex: Sendable {
  private let pool: any DatabaseWriter

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
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY {
      throw IndexError(
        .unwritable, "the index '\(path)' cannot be written", hint: "check the permissions of the store",
        cause: error)
    } catch let error as DatabaseError where HistoryIndex.isAboutSpace(error) {
      throw HistoryIndex.noSpace(error)
    } catch {
      for ending in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: "\(path).damaged\(ending)")
        try? FileManager.default.moveItem(atPath: path + ending, toPath: "\(path).damaged\(ending)")
      }
      do {
        return (
          try HistoryIndex(path),
          "the index could not be read and is made again; the old one is kept as '\(path).damaged'"
        )
      } catch {
        throw IndexError(.unreadable, "the index '\(path)' cannot be made", cause: error)
      }
    }
  }

  /// An index that lives as long as the process: for a store that can be read and not written.
  package static func inMemory() throws(IndexError) -> HistoryIndex {
    do {
      return HistoryIndex(try DatabaseQueue.migrated())
    } catch {
      throw IndexError(.unreadable, "no index can be made in memory", cause: error)
    }
  }

  private init(_ pool: any DatabaseWriter) { self.pool = pool }

  private init(_ path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    pool = try DatabasePool(path: path, configuration: configuration)
    let migrator = IndexSchema.migrator
    if try pool.read(migrator.hasBeenSuperseded) {
      throw DatabaseError(resultCode: .SQLITE_FORMAT)
    }
    try migrator.migrate(pool)
    // Columns are read by name, which ends the program where one is missing.
    guard try pool.read(HistoryIndex.schema) == DatabaseQueue.migrated().read(HistoryIndex.schema) else {
      throw DatabaseError(resultCode: .SQLITE_FORMAT)
    }
  }

  private static func schema(_ database: Database) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name")
  }

  /// Answers questions from one consistent view.
  package func read<Result: Sendable>(_ body: @Sendable (HistoryView) throws -> Result) throws -> Result {
    try HistoryIndex.described { try pool.read { try body(HistoryView(database: $0)) } }
  }

  /// Adds to the index in one transaction: all of it is there, or none.
  package func write(_ body: @Sendable (HistoryWriter) throws -> Void) throws {
    try HistoryIndex.described { try pool.write { database in try body(HistoryWriter(database: database)) } }
  }

  private static func described<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError where isAboutSpace(error) {
      throw noSpace(error)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      throw IndexError(.locked, "the index is in use", hint: "try again when the other ambit is done", cause: error)
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

extension DatabaseQueue {
  /// A database in memory that has the tables of the index.
  fileprivate static func migrated() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try IndexSchema.migrator.migrate(queue)
    return queue
  }
}
