package import Integrity
package import KubeModel
internal import SnapshotStore

/// Checkpoints of a cluster's log, in the layout of c2sp.org/tlog-checkpoint.
package struct CheckpointMaker {
  /// A checkpoint that was made and stored.
  package struct Made: Sendable {
    package let checkpoint: Checkpoint
    /// The checkpoint as a signed note; its text alone where no key signs.
    package let note: String
    /// The journal's entry.
    package let commit: String
  }

  static let file = "checkpoint"
  static let stampFile = "checkpoint.tsr"
  private let ambit: Ambit

  package init(_ ambit: Ambit) { self.ambit = ambit }

  /// Makes a checkpoint of the history as it stands, and stores it in the journal.
  ///
  /// - Throws: where the key is not ed25519, the only one that signs notes.
  package func make(_ cluster: String, by who: Journal.Operator, at time: Moment) throws -> Made {
    let store = ambit.store
    let heads = try store.presentHeads(of: cluster)
    let log = try ObservationLog(of: cluster, to: heads.observation, in: store)
    guard let origin = log.origin, let observation = heads.observation else {
      throw AmbitError(.notFound, "'\(cluster)' has no observation yet", hint: "record one with `ambit snapshot`")
    }
    var extensions = ["observations \(observation)"]
    if let state = heads.state {
      extensions.append("branch \(state)")
      if let digest = try store.commit(state).trailer("Ambit-State-SHA256") { extensions.append("state sha256:\(digest)") }
    }
    for line in StoreLine.all + [.changes(of: cluster)] {
      if let head = try store.head(of: line) { extensions.append("\(line.checkpointWord) \(head)") }
    }
    extensions.append("time \(time.text)")
    let checkpoint = try Checkpoint(origin: origin, size: log.tree.size, root: log.tree.root, extensions: extensions)
    let note = try ambit.signingKey.map { try $0.sign(note: checkpoint.text, as: origin).note } ?? checkpoint.text
    let commit = try Journal(ambit).add(
      .checkpoint, cluster: cluster, "checkpoint of '\(cluster)' at \(checkpoint.size) observations",
      files: [CheckpointMaker.file: Array(note.utf8)], by: who, at: time)
    return Made(checkpoint: checkpoint, note: note, commit: commit.description)
  }

  /// The last checkpoint of a cluster that the journal holds.
  ///
  /// - Throws: where there is none.
  package func last(_ cluster: String) throws -> String {
    for entry in try Journal(ambit).entries().reversed()
    where entry.action == Journal.Action.checkpoint.rawValue && entry.cluster == cluster {
      guard let blob = try ambit.store.blob(at: CheckpointMaker.file, in: ambit.store.commit(entry.commit).tree) else { continue }
      return String(decoding: try ambit.store.read(blob), as: UTF8.self)
    }
    throw AmbitError(.notFound, "'\(cluster)' has no checkpoint", hint: "make one with `ambit checkpoint`")
  }

  /// The question to a time-stamp authority about a checkpoint.
  ///
  /// Its nonce follows from the checkpoint, so that the answer can be compared without the question.
  package static func query(stamping note: String) -> TimeStampQuery {
    let digest = SHA256Digest.bytes(Array(note.utf8))
    return TimeStampQuery(stamping: Array(note.utf8), nonce: digest.prefix(7).reduce(1) { $0 << 8 | UInt64($1) })
  }

  /// Keeps an authority's answer beside the checkpoint that it stamps, the last one of a cluster.
  ///
  /// Whether the authority made it, `openssl ts -verify` tells.
  ///
  /// - Throws: where the answer is none, or is about something else.
  package func keep(stamp answer: [UInt8], of cluster: String, by who: Journal.Operator, at time: Moment) throws -> Moment {
    let note = try last(cluster)
    let response = try TimeStampResponse(encoded: answer)
    if let mismatch = response.mismatch(with: CheckpointMaker.query(stamping: note)) {
      throw AmbitError(
        .badInput, "this is no time stamp of the last checkpoint of '\(cluster)': \(mismatch)",
        hint: "ask again with `ambit checkpoint --timestamp-query FILE`, and make no other checkpoint in between")
    }
    let stamped = Moment(milliseconds: (response.stamp?.time ?? 0) * 1000)
    try Journal(ambit).add(
      .timeStamp, cluster: cluster, "the last checkpoint of '\(cluster)' was stamped at \(stamped.text)",
      files: [CheckpointMaker.file: Array(note.utf8), CheckpointMaker.stampFile: answer], by: who, at: time)
    return stamped
  }
}

extension StoreLine {
  /// The word before the name of its last commit in a checkpoint.
  var checkpointWord: String {
    switch self {
    case .registers: "registers"
    case .reviews: "reviews"
    default: kind
    }
  }
}
