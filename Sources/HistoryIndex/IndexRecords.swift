package import Integrity
package import KubeModel

/// One object's step from one version to the next.
package struct IndexedChange: Sendable, Hashable {
  package enum Step: String, Sendable, CaseIterable {
    case added, modified, deleted
    /// Deleted and made again between two readings: the uid differs.
    case recreated
  }

  /// Who made a change, and how that is known.
  package struct Actor: Sendable, Hashable {
    package enum Source: String, Sendable, CaseIterable {
      /// The user that the API server's audit log names.
      case audit
      /// The field manager that the object names: a tool, not a person.
      case managedFields
      case unknown
      /// The author of the commit that was imported: what whoever committed wrote there.
      case commit
    }
    package let name: String?
    package let source: Source
    /// When it took effect, as the audit log says, or when the tool says that it wrote; in seconds since 1970.
    package let time: Int64?
    package init(name: String?, source: Source, time: Int64?) {
      self.name = name
      self.source = source
      self.time = time
    }
    package static let unknown = Actor(name: nil, source: .unknown, time: nil)
  }

  package let id: ObjectID
  package let kind: String
  package let path: String
  package let step: Step
  /// Names of blobs in hexadecimal; `blob` is nil for a deletion.
  package let blob: String?
  package let previousBlob: String?
  package let uid: String?
  package let actor: Actor
  package let cause: String?
  package let summary: String
  /// What the audit log says of it; nil where it says nothing.
  package let attribution: IndexedAttribution?
  /// Which statements of a policy it added and took away; not read back with the change.
  package let rules: RuleChange

  package init(
    id: ObjectID, kind: String, path: String, step: Step, blob: String?, previousBlob: String?,
    uid: String?, actor: Actor, cause: String?, summary: String, attribution: IndexedAttribution? = nil,
    rules: RuleChange = .none
  ) {
    self.id = id
    self.kind = kind
    self.path = path
    self.step = step
    self.blob = blob
    self.previousBlob = previousBlob
    self.uid = uid
    self.actor = actor
    self.cause = cause
    self.summary = summary
    self.attribution = attribution
    self.rules = rules
  }
}

/// Digests of the normal forms of statements that a change brought into a policy, and of those that it took out.
package struct RuleChange: Sendable, Hashable {
  package let added: [SHA256Value]
  package let removed: [SHA256Value]
  package init(added: [SHA256Value], removed: [SHA256Value]) {
    self.added = added
    self.removed = removed
  }

  package static let none = RuleChange(added: [], removed: [])
}

/// How long a statement stood in a policy without a break.
package struct RuleInterval: Sendable, Hashable {
  package let digest: SHA256Value
  /// The snapshot that first showed it.
  package let added: String
  /// The snapshot that first showed the policy without it; nil while it stands.
  package let removed: String?
}

/// One commit of a cluster's branch.
package struct IndexedSnapshot: Sendable, Hashable {
  package let commit: String
  package let parent: String?
  /// Milliseconds since 1970, UTC.
  package let capturedFrom: Int64
  package let capturedTo: Int64
  /// Seconds since 1970, UTC.
  package let recorded: Int64
  package let isComplete: Bool
  package let source: String
  package let stateDigest: String

  package init(
    commit: String, parent: String?, capturedFrom: Int64, capturedTo: Int64, recorded: Int64,
    isComplete: Bool, source: String, stateDigest: String
  ) {
    self.commit = commit
    self.parent = parent
    self.capturedFrom = capturedFrom
    self.capturedTo = capturedTo
    self.recorded = recorded
    self.isComplete = isComplete
    self.source = source
    self.stateDigest = stateDigest
  }
}

/// One reading, also where nothing changed or nothing could be read.
package struct IndexedObservation: Sendable, Hashable {
  package let commit: String
  package let parent: String?
  package let capturedFrom: Int64
  package let capturedTo: Int64
  package let recorded: Int64
  /// `changed`, `unchanged` or `failed`.
  package let result: String
  package let reason: String?
  /// The commit of the state that was seen.
  package let state: String?
  package let isComplete: Bool
  package let source: String
  /// Whether someone gave the capture time instead of the clock.
  package let isTimeGiven: Bool
  /// The one resourceVersion of all lists, where there was one.
  package let resourceVersion: String?
  /// The name of the blob that tells the rest, which many readings share.
  package let testimony: String
  /// Whether every list showed the cluster at one resourceVersion.
  package let isOneInstant: Bool
  /// What a reader of its results should know, such as a server whose certificate was not checked.
  package let notes: [String]
  package let coverage: [KindCoverage]

  package init(
    commit: String, parent: String?, capturedFrom: Int64, capturedTo: Int64, recorded: Int64,
    result: String, reason: String?, state: String?, isComplete: Bool, source: String,
    isTimeGiven: Bool, resourceVersion: String?, testimony: String, isOneInstant: Bool, notes: [String],
    coverage: [KindCoverage]
  ) {
    self.commit = commit
    self.parent = parent
    self.capturedFrom = capturedFrom
    self.capturedTo = capturedTo
    self.recorded = recorded
    self.result = result
    self.reason = reason
    self.state = state
    self.isComplete = isComplete
    self.source = source
    self.isTimeGiven = isTimeGiven
    self.resourceVersion = resourceVersion
    self.testimony = testimony
    self.isOneInstant = isOneInstant
    self.notes = notes
    self.coverage = coverage
  }
}

/// A change with the snapshot that shows it.
package struct HistoryEntry: Sendable, Hashable {
  package let change: IndexedChange
  package let snapshot: IndexedSnapshot
}

/// An object's version that is in force in a state.
package struct StateEntry: Sendable, Hashable {
  package let id: ObjectID
  package let kind: String
  package let path: String
  package let blob: String
  /// The snapshot that brought this version.
  package let commit: String
  package let uid: String?
}

/// What tells the version of an object that the last reading saw; see the store's `seen/` files.
package struct IndexedVersion: Sendable, Hashable {
  package let resourceVersion: String
  package let generation: Int64?
  package let usedNoise: [String]

  package init(resourceVersion: String, generation: Int64?, usedNoise: [String]) {
    self.resourceVersion = resourceVersion
    self.generation = generation
    self.usedNoise = usedNoise
  }
}

/// An object that is in force now, with the version in which the last reading saw it, where that is told.
package struct CurrentObject: Sendable, Hashable {
  package let entry: StateEntry
  package let version: IndexedVersion?
}
