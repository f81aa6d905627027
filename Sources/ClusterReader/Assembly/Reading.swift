package import KubeModel

/// One reading of a cluster: what was found, how far it reaches, and what stood in the way.
package struct Reading: Sendable {
  /// Where a reading came from.
  package enum Source: Sendable, Hashable {
    /// A live API server.
    case server
    /// Answers of a server, saved to files.
    case dump
    /// Manifests that people wrote: they say all there is.
    case manifests

    package var text: String {
      switch self {
      case .server: "server"
      case .dump: "dump"
      case .manifests: "manifests"
      }
    }
  }

  /// An object in the form that the store keeps, with what is evidence about it.
  package struct Object: Sendable {
    package let id: ObjectID
    package let type: ResourceType
    /// The canonical YAML text.
    package let bytes: [UInt8]
    /// What is evidence about the object, which a workload whose controller was not read has none of.
    package let evidence: [UInt8]?
    /// Nil where the input does not tell versions, and for workloads, which are made of many objects.
    package let version: ObjectVersion?
    /// Where it was found, for what came from files; workloads are made of many objects.
    package var place: (file: String, line: Int?)?
  }

  /// The objects that were looked at.
  package var objects: [Object]
  /// The objects that were not, as they are as the last reading saw them: places in `known`.
  package var carried: [Int]
  package var known: KnownObjects
  package var coverage: [KindCoverage]
  package var facts: ClusterFacts
  package var source: Source
  /// Whether every list shows the cluster at one resourceVersion.
  package var isOneInstant: Bool
  /// Whether nothing that the reading looked at failed to be read. A reading that was confined to a
  /// namespace, or a dump without some kinds, is intact and yet not complete.
  package var isIntact: Bool
  package var diagnostics: [Diagnostic]
  /// Files and objects that were passed over because Ambit does not record their kind.
  package var skipped: Skipped
  /// What the operator should know of how it was read, such as unverified TLS.
  package var notes: [String]

  /// Whether every kind was read or is known to be absent.
  package var isComplete: Bool { coverage.allSatisfy { $0.unreadReason == nil } && diagnostics.isEmpty }
}

/// Something in the input that could not be used; reading went on.
package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
  package let file: String
  package let line: Int?
  package let message: String

  package var description: String {
    line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
  }
}

/// What was passed over, counted.
package struct Skipped: Sendable, Hashable {
  /// Files that hold no Kubernetes object.
  package var files = 0
  /// Objects of kinds that Ambit does not record, by kind.
  package var objects: [String: Int] = [:]
}
