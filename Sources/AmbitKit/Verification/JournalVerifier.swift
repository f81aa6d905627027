internal import Integrity
internal import KubeModel
internal import SnapshotStore

/// Follows the journal, and finds the checkpoints in it.
struct JournalVerifier {
  private let chain: CommitChain
  private let audit: ObjectAudit
  private(set) var checkpoints: [KeptCheckpoint] = []

  init(_ reference: String, _ head: ObjectName?, audit: ObjectAudit, store: String, _ report: inout StoreReport) {
    chain = CommitChain(reference, from: head, audit: audit, store: store, &report)
    self.audit = audit
  }

  /// Whether a commit is in the journal; true where that cannot be told, as the journal breaks off.
  func contains(_ commit: ObjectName) -> Bool { chain.isCut || chain.names.contains(commit) }

  mutating func run(_ options: StoreVerifier.Options, _ report: inout StoreReport) {
    var checkpoints: [KeptCheckpoint] = []
    chain.check(options, &report) { commit, report in
      _ = audit.digest(of: commit.record.tree)
      report.journalEntries += 1
      guard commit.record.trailer("Ambit-Kind") == "journal", audit.file(Journal.file, in: commit.record.tree) != nil else {
        return chain.malformed(commit.record.name, "this is no entry of Ambit's journal", &report)
      }
      if let checkpoint = checkpoint(commit.record, options, &report) { checkpoints.append(checkpoint) }
    }
    self.checkpoints = checkpoints
  }

  private func checkpoint(
    _ commit: CommitRecord, _ options: StoreVerifier.Options, _ report: inout StoreReport
  ) -> KeptCheckpoint? {
    guard let file = audit.file(CheckpointMaker.file, in: commit.tree)?.bytes else { return nil }
    let note = String(decoding: file, as: UTF8.self)
    guard let kept = try? KeptCheckpoint(note, place: chain.place(commit.name)) else {
      chain.malformed(commit.name, "the checkpoint in it does not read", &report)
      return nil
    }
    if let stamp = audit.file(CheckpointMaker.stampFile, in: commit.tree)?.bytes {
      let mismatch = (try? TimeStampResponse(encoded: stamp)).map { $0.mismatch(with: CheckpointMaker.query(stamping: note)) }
      if let message = mismatch ?? "it does not read" {
        report.add(
          .badSignature, chain.place(commit.name), "the time stamp is not one of its checkpoint: \(message)",
          chain.git("show \(commit.name):\(CheckpointMaker.stampFile)"))
      } else {
        report.timeStamps.append(KeptTimeStamp(place: chain.place(commit.name), note: file, answer: stamp))
      }
    }
    return kept
  }
}
