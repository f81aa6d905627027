internal import Integrity
package import KubeModel
package import SnapshotStore

/// What Ambit itself did that matters, with who and when: `refs/ambit/journal/`.
package struct Journal {
  /// What can be done; the names stand in stores and never change.
  package enum Action: String, Sendable, CaseIterable {
    case initialised = "init"
    case checkpoint
    case timeStamp = "time-stamp"
    /// Another cluster's uid continues a history.
    case acceptedCluster = "accept-new-cluster"
    /// The history of a repository was imported, or more of it.
    case imported = "import"
    /// A pack of evidence was made.
    case packed = "pack"
  }

  /// Who did it, as the system says; the signature, where there is one, is the proof.
  package struct Operator: Sendable, Hashable {
    package let user: String
    package let host: String

    package init(user: String, host: String) {
      self.user = user
      self.host = host
    }

    package var text: String { "\(user)@\(host)" }
  }

  package struct Entry: Sendable {
    package let commit: ObjectName
    /// The word of the action; one that this version does not know is told as it is.
    package let action: String
    package let cluster: String?
    package let operatorName: String
    /// When, in seconds since 1970.
    package let time: Int64
    package let summary: String
    /// The fingerprint of the key that was to sign it; nil where it is not signed.
    package let signingKey: String?
  }

  static let file = "entry.yaml"
  private let ambit: Ambit

  package init(_ ambit: Ambit) { self.ambit = ambit }

  /// Adds an entry; durable, and signed where the store signs.
  ///
  /// - Parameter files: what belongs to it, such as the checkpoint that was made.
  @discardableResult
  package func add(
    _ action: Action, cluster: String? = nil, _ summary: String, files: [String: [UInt8]] = [:], by who: Operator,
    at time: Moment
  ) throws -> ObjectName {
    let key = ambit.signingKey?.publicKey.fingerprint
    var spec = Mapping([
      ("action", .string(action.rawValue)), ("operator", .string(who.text)), ("time", .string(time.text)),
      ("summary", .string(summary)), ("tool", .string("ambit \(Ambit.version)")),
    ])
    spec["cluster"] = cluster.map(Value.string)
    spec["signingKey"] = key.map(Value.string)
    var files = files
    files[Journal.file] = CanonicalYAML.bytes(of: ["apiVersion": "ambit/v1", "kind": "JournalEntry", "spec": .map(spec)])
    var trailers = [("Ambit-Kind", "journal"), ("Ambit-Action", action.rawValue)]
    if let cluster { trailers.append(("Ambit-Cluster", cluster)) }
    trailers += [("Ambit-Operator", who.text)]
    if let key { trailers.append(("Ambit-Signing-Key", key)) }
    trailers.append(("Ambit-Version", Ambit.version))
    let text = CommitText(
      author: Signature(name: who.user, email: who.text, time: time.seconds),
      committer: Signature(name: "Ambit", email: "ambit@localhost", time: time.seconds), subject: summary, trailers: trailers)
    return try ambit.store.append(files.mapValues { Optional($0) }, text, to: .journal)
  }

  /// The last entry's commit in this store's own journal.
  var head: ObjectName? {
    get throws { try ambit.store.head(of: .journal) }
  }

  /// All entries, the oldest first; also those of stores that this one was synchronised with.
  package func entries() throws -> [Entry] {
    let entries = try ambit.store.heads(of: .journal).flatMap { head in
      try ambit.store.history(from: head).enumerated().map { (place: $0.offset, entry: Entry(try ambit.store.commit($0.element))) }
    }
    return entries.sorted { ($0.entry.time, $0.place, $0.entry.commit) < ($1.entry.time, $1.place, $1.entry.commit) }.map(\.entry)
  }
}

extension Journal.Entry {
  init(_ commit: CommitRecord) {
    self.commit = commit.name
    action = commit.trailer("Ambit-Action") ?? "unknown"
    cluster = commit.trailer("Ambit-Cluster")
    operatorName = commit.trailer("Ambit-Operator") ?? "unknown"
    time = commit.committer.time
    summary = commit.subject
    signingKey = commit.trailer("Ambit-Signing-Key")
  }
}
