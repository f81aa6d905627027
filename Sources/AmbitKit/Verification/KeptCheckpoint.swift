package import Integrity
internal import KubeModel
internal import SnapshotStore

/// A checkpoint that someone kept, or that the journal has.
package struct KeptCheckpoint: Sendable {
  /// Where it comes from, as findings call it.
  package let place: String
  package let checkpoint: Checkpoint
  /// Nil where it bears no signature.
  let note: SignedNote?

  /// Reads a signed note, the text of one, or the line `<origin> <size> <root>`.
  package init(_ text: String, place: String) throws(IntegrityError) {
    self.place = place
    let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
    if words.count == 3, text.filter({ $0 == "\n" }).count <= 1 {
      checkpoint = try Checkpoint(text: words.map { "\($0)\n" }.joined())
      note = nil
    } else if let note = try? SignedNote(note: text) {
      checkpoint = try Checkpoint(text: note.text)
      self.note = note
    } else {
      checkpoint = try Checkpoint(text: text)
      note = nil
    }
  }

  /// Whether this is a checkpoint of the cluster's log, or of one that once went by its name.
  func isOf(_ cluster: String) -> Bool {
    checkpoint.origin.hasPrefix("ambit/\(ObservationLog.noteName(cluster))/")
  }

  /// What the line of an extension says behind its first word; nil where there is none.
  func told(_ word: String) -> String? {
    checkpoint.extensions.first { $0.hasPrefix("\(word) ") }.map { String($0.dropFirst(word.count + 1)) }
  }

  /// What is wrong with the signatures; nil where a known key made one, or there is nothing to compare.
  ///
  /// - Parameters:
  ///   - keys: keys of notes that the owner trusts.
  ///   - options: the allowed signers, whose ed25519 keys sign notes too.
  func objection(keys: [NoteKey], _ options: StoreVerifier.Options) -> (StoreFinding.Code, String)? {
    let time = told("time").flatMap { Moment($0, now: Moment(milliseconds: 0), day: .start)?.seconds }
    let allowed = (options.allowedSigners?.entries ?? []).map(\.key).filter { key in
      guard let time, case .allowed? = options.allowedSigners?.answer(for: key, namespace: "git", at: time) else { return false }
      return !options.revokedKeys.contains(key)
    }
    let known = keys + allowed.compactMap { try? NoteKey(name: checkpoint.origin, key: $0) }
    guard let note else { return nil }
    do {
      guard try note.signers(among: known).isEmpty, !keys.isEmpty || options.allowedSigners != nil else { return nil }
      return (.untrustedSignature, "the checkpoint is signed by no key that is allowed to")
    } catch {
      return (.badSignature, error.message)
    }
  }
}

/// Compares a log with the checkpoints of it, while its leaves are read.
struct CheckpointComparison {
  private let kept: [KeptCheckpoint]
  private let sizes: Set<Int>
  private var log: ObservationLog
  /// Root and last leaf of the log at the sizes that are asked for.
  private var states: [Int: (root: MerkleHash, last: String)] = [:]

  init(_ kept: [KeptCheckpoint], of cluster: String) {
    self.kept = kept.sorted { $0.checkpoint.size < $1.checkpoint.size }
    sizes = Set(kept.map(\.checkpoint.size))
    log = ObservationLog(cluster)
  }

  mutating func append(_ name: some CustomStringConvertible, _ commit: [UInt8]) {
    guard !sizes.isEmpty else { return }
    log.append(commit)
    if sizes.contains(log.tree.size) { states[log.tree.size] = (log.tree.root, name.description) }
  }

  /// Tells which checkpoints the log does not go on from.
  func tell(isOnBranch: (ObjectName) -> Bool, _ readings: CommitChain, _ report: inout StoreReport) {
    var sound = 0
    for kept in kept {
      let checkpoint = kept.checkpoint
      let command = readings.git("log --oneline \(readings.reference)")
      func found(_ message: String) { report.add(.rewritten, kept.place, message, command) }
      guard checkpoint.size <= log.tree.size else {
        found(
          "the checkpoint knows \(checkpoint.size) observations, and \(readings.reference) has \(log.tree.size): the history was taken back")
        continue
      }
      guard checkpoint.origin == log.origin, let state = states[checkpoint.size], state.root == checkpoint.root else {
        let until = sound > 0 ? "the first \(sound) are as an earlier checkpoint has them, so it was done after these" : "from the first on, as far as is known"
        let tip = kept.told("observations").map { $0 == states[checkpoint.size]?.last ? "" : "; its last was \($0)" } ?? ""
        found("the first \(checkpoint.size) observations are not those of the checkpoint: history was rewritten (\(until))\(tip)")
        continue
      }
      sound = checkpoint.size
      guard let branch = kept.told("branch"), let state = ObjectName(hex: branch), !isOnBranch(state) else { continue }
      found("the state \(branch) was in force when the checkpoint was made, and is no longer in the branch's history")
    }
  }
}
