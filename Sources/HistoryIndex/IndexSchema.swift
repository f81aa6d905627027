internal import GRDB

/// The tables. Migrations name them by text and never change once released.
enum IndexSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: history") { database in
      try database.execute(
        sql: """
          CREATE TABLE cluster (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
          ) STRICT;

          CREATE TABLE snapshot (
            id INTEGER PRIMARY KEY,
            cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (length(name) = 40),
            parent TEXT,
            capturedFrom INTEGER NOT NULL,
            capturedTo INTEGER NOT NULL,
            recorded INTEGER NOT NULL,
            isComplete INTEGER NOT NULL CHECK (isComplete IN (0, 1)),
            source TEXT NOT NULL,
            stateDigest TEXT NOT NULL,
            UNIQUE (cluster, name)
          ) STRICT;
          CREATE INDEX snapshotTime ON snapshot (cluster, capturedTo);

          CREATE TABLE object (
            id INTEGER PRIMARY KEY,
            cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
            apiGroup TEXT NOT NULL,
            resource TEXT NOT NULL,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            resourceVersion TEXT,
            generation INTEGER,
            usedNoise TEXT,
            UNIQUE (cluster, apiGroup, resource, namespace, name)
          ) STRICT;

          CREATE TABLE version (
            object INTEGER NOT NULL REFERENCES object(id) ON DELETE CASCADE,
            snapshot INTEGER NOT NULL REFERENCES snapshot(id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            path TEXT NOT NULL,
            step TEXT NOT NULL CHECK (step IN ('added', 'modified', 'deleted', 'recreated')),
            blob TEXT CHECK ((blob IS NULL) = (step = 'deleted')),
            previousBlob TEXT,
            semanticDigest TEXT,
            uid TEXT,
            actorName TEXT,
            actorSource TEXT NOT NULL,
            actorTime INTEGER,
            cause TEXT,
            summary TEXT NOT NULL,
            PRIMARY KEY (object, snapshot)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX versionSnapshot ON version (snapshot);

          CREATE TABLE observation (
            id INTEGER PRIMARY KEY,
            cluster INTEGER NOT NULL REFERENCES cluster(id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (length(name) = 40),
            parent TEXT,
            capturedFrom INTEGER NOT NULL,
            capturedTo INTEGER NOT NULL,
            recorded INTEGER NOT NULL,
            result TEXT NOT NULL CHECK (result IN ('changed', 'unchanged', 'failed')),
            reason TEXT,
            state TEXT,
            isComplete INTEGER NOT NULL CHECK (isComplete IN (0, 1)),
            source TEXT NOT NULL,
            isTimeGiven INTEGER NOT NULL CHECK (isTimeGiven IN (0, 1)),
            isOneInstant INTEGER NOT NULL CHECK (isOneInstant IN (0, 1)),
            notes TEXT NOT NULL,
            UNIQUE (cluster, name)
          ) STRICT;
          CREATE INDEX observationTime ON observation (cluster, capturedTo);

          CREATE TABLE coverage (
            observation INTEGER NOT NULL REFERENCES observation(id) ON DELETE CASCADE,
            apiGroup TEXT NOT NULL,
            resource TEXT NOT NULL,
            namespace TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('read', 'absent', 'unread')),
            reason TEXT CHECK ((reason IS NULL) = (status <> 'unread')),
            objectCount INTEGER NOT NULL,
            resourceVersion TEXT,
            PRIMARY KEY (observation, apiGroup, resource, namespace)
          ) STRICT, WITHOUT ROWID;

          CREATE TABLE folderDigest (
            tree TEXT PRIMARY KEY,
            digest TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          """)
    }
    return migrator
  }
}
