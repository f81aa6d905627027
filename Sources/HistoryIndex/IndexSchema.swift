internal import GRDB
internal import KubeModel

/// The tables.
///
/// The index is a cache, so there is nothing to migrate: one whose tables are not these is made again. Names of git
/// objects and digests are kept as bytes, and texts that come again and again once, in `text`.
enum IndexSchema {
  /// The format of the index, normal forms of rules included; objects in another canonical form have to be looked at
  /// again too.
  static let version = 3_200 + CanonicalForm.version

  /// SQLite keeps each statement as it is written here, which tells whether the tables are these.
  static let statements = [
    """
    CREATE TABLE cluster (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    """
    CREATE TABLE text (
      id INTEGER PRIMARY KEY,
      value TEXT NOT NULL UNIQUE
    ) STRICT
    """,
    """
    CREATE TABLE snapshot (
      id INTEGER PRIMARY KEY,
      cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
      name BLOB NOT NULL CHECK (length(name) = 20),
      parent BLOB,
      capturedFrom INTEGER NOT NULL,
      capturedTo INTEGER NOT NULL,
      recorded INTEGER NOT NULL,
      isComplete INTEGER NOT NULL CHECK (isComplete IN (0, 1)),
      source INTEGER NOT NULL REFERENCES text(id),
      stateDigest BLOB NOT NULL,
      UNIQUE (cluster, name)
    ) STRICT
    """,
    // In the order of the history, which is not that of the times where a clock was set back.
    "CREATE INDEX snapshotOrder ON snapshot (cluster, id, capturedTo)",
    // The last version stands with its object: the present state is one walk over this table.
    """
    CREATE TABLE object (
      id INTEGER PRIMARY KEY,
      cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
      apiGroup TEXT NOT NULL,
      resource TEXT NOT NULL,
      namespace TEXT NOT NULL,
      name TEXT NOT NULL,
      kind TEXT NOT NULL,
      snapshot INTEGER NOT NULL,
      path TEXT NOT NULL,
      blob BLOB,
      uid TEXT,
      resourceVersion TEXT,
      generation INTEGER,
      usedNoise TEXT,
      UNIQUE (cluster, resource, apiGroup, namespace, name)
    ) STRICT
    """,
    """
    CREATE TABLE version (
      object INTEGER NOT NULL REFERENCES object(id) ON DELETE CASCADE,
      snapshot INTEGER NOT NULL REFERENCES snapshot(id) ON DELETE CASCADE,
      step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 3),
      path INTEGER NOT NULL REFERENCES text(id),
      blob BLOB CHECK ((blob IS NULL) = (step = 2)),
      uid INTEGER REFERENCES text(id),
      actorName INTEGER REFERENCES text(id),
      actorSource INTEGER NOT NULL,
      actorTime INTEGER,
      cause TEXT,
      summary TEXT NOT NULL,
      rules BLOB,
      PRIMARY KEY (object, snapshot)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX versionSnapshot ON version (snapshot)",
    // What audit logs say of versions: made anew from the records and the versions, so that it is no part of either.
    """
    CREATE TABLE attribution (
      object INTEGER NOT NULL REFERENCES object(id) ON DELETE CASCADE,
      snapshot INTEGER NOT NULL REFERENCES snapshot(id) ON DELETE CASCADE,
      actor INTEGER REFERENCES text(id),
      time INTEGER CHECK (actor IS NULL OR time IS NOT NULL),
      cause TEXT,
      detail TEXT NOT NULL,
      PRIMARY KEY (object, snapshot)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX attributionSnapshot ON attribution (snapshot)",
    """
    CREATE TABLE changeRecord (
      cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      blob BLOB NOT NULL CHECK (length(blob) = 20),
      time INTEGER NOT NULL,
      apiGroup TEXT NOT NULL,
      resource TEXT NOT NULL,
      namespace TEXT NOT NULL,
      objectName TEXT NOT NULL,
      request TEXT NOT NULL,
      effect TEXT NOT NULL,
      user TEXT,
      isUnseen INTEGER NOT NULL CHECK (isUnseen IN (0, 1)),
      actor TEXT,
      cause TEXT,
      isReason INTEGER NOT NULL CHECK (isReason IN (0, 1)),
      PRIMARY KEY (cluster, name)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX changeRecordObject ON changeRecord (cluster, resource, apiGroup, namespace, objectName, time)",
    "CREATE INDEX changeRecordReason ON changeRecord (cluster) WHERE isReason = 1",
    """
    CREATE TABLE attributed (
      cluster INTEGER PRIMARY KEY REFERENCES cluster(id) ON DELETE CASCADE,
      records BLOB NOT NULL CHECK (length(records) = 20),
      lastSnapshot INTEGER NOT NULL
    ) STRICT
    """,
    // What readings say of what they looked at is mostly the same from one to the next.
    """
    CREATE TABLE testimony (
      id INTEGER PRIMARY KEY,
      name BLOB NOT NULL UNIQUE,
      isComplete INTEGER NOT NULL CHECK (isComplete IN (0, 1)),
      isOneInstant INTEGER NOT NULL CHECK (isOneInstant IN (0, 1)),
      source TEXT NOT NULL,
      notes TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE coverage (
      testimony INTEGER NOT NULL REFERENCES testimony(id) ON DELETE CASCADE,
      apiGroup TEXT NOT NULL,
      resource TEXT NOT NULL,
      namespace TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('read', 'absent', 'unread')),
      reason TEXT CHECK ((reason IS NULL) = (status <> 'unread')),
      objectCount INTEGER NOT NULL,
      resourceVersion TEXT,
      PRIMARY KEY (testimony, apiGroup, resource, namespace)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX coverageUnread ON coverage (apiGroup, resource, namespace, testimony) WHERE status = 'unread'",
    """
    CREATE TABLE observation (
      id INTEGER PRIMARY KEY,
      cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
      name BLOB NOT NULL CHECK (length(name) = 20),
      parent BLOB,
      capturedFrom INTEGER NOT NULL,
      capturedTo INTEGER NOT NULL,
      recorded INTEGER NOT NULL,
      result TEXT NOT NULL CHECK (result IN ('changed', 'unchanged', 'failed')),
      reason TEXT,
      state BLOB,
      isTimeGiven INTEGER NOT NULL CHECK (isTimeGiven IN (0, 1)),
      resourceVersion TEXT,
      testimony INTEGER NOT NULL REFERENCES testimony(id),
      UNIQUE (cluster, name)
    ) STRICT
    """,
    "CREATE INDEX observationOrder ON observation (cluster, id, capturedTo)",
    "CREATE INDEX observationState ON observation (cluster, state)",
    "CREATE INDEX observationTestimony ON observation (testimony)",
    // What checks answered, by all that the answer rests on: see `AnswerMemo`.
    """
    CREATE TABLE answer (
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE,
      content BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE answered (
      question BLOB PRIMARY KEY,
      answers BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE folderDigest (
      tree BLOB PRIMARY KEY,
      digest BLOB NOT NULL,
      entries BLOB NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
  ]

  /// Makes the tables in an empty database.
  static func create(in database: Database) throws {
    for statement in statements { try database.execute(sql: statement) }
    try database.execute(sql: "PRAGMA user_version = \(version)")
  }

  /// Whether a database is an index of this version; nil where it is empty.
  static func isCurrent(_ database: Database) throws -> Bool? {
    let found = try String.fetchAll(
      database, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
    if found.isEmpty { return nil }
    return try found == statements
      && Int64.fetchOne(database, sql: "PRAGMA user_version") == version
  }
}
