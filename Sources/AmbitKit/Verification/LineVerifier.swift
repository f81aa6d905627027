internal import Integrity
internal import KubeModel
internal import SnapshotStore

/// Follows a line that is the whole store's, such as the journal, and finds the checkpoints in it.
struct LineVerifier {
  let line: StoreLine
  private let chain: CommitChain
  private let audit: ObjectAudit
  private(set) var checkpoints: [KeptCheckpoint] = []

  init(
    _ line: StoreLine, _ reference: String, _ head: ObjectName?, audit: ObjectAudit, store: String,
    _ report: inout StoreReport
  ) {
    self.line = line
    chain = CommitChain(reference, from: head, audit: audit, store: store, &report)
    self.audit = audit
  }

  /// Whether a commit is in the line; true where that cannot be told, as the line breaks off.
  func contains(_ commit: ObjectName) -> Bool { chain.isCut || chain.names.contains(commit) }

  mutating func run(_ options: StoreVerifier.Options, _ report: inout StoreReport) {
    var checkpoints: [KeptCheckpoint] = []
    var last: Int64 = .min
    chain.check(options, &report) { commit, report in
      _ = audit.digest(of: commit.record.tree)
      report.entries[line.kind, default: 0] += 1
      guard commit.record.trailer("Ambit-Kind") == line.kind, holdsEntry(commit.record) else {
        return chain.malformed(commit.record.name, "this is no \(line.entryTitle) of Ambit's", &report)
      }
      if line == .registers, commit.record.committer.time < last {
        report.add(
          .impossibleTime, chain.place(commit.record.name), "it is said to be recorded before the one that it follows",
          chain.git("show --format=fuller \(commit.record.name)"))
      }
      last = max(last, commit.record.committer.time)
      if line == .journal, let checkpoint = checkpoint(commit.record, options, &report) { checkpoints.append(checkpoint) }
    }
    self.checkpoints = checkpoints
  }

  private func holdsEntry(_ commit: CommitRecord) -> Bool {
    switch line {
    case .journal: audit.file(Journal.file, in: commit.tree) != nil
    case .reviews: audit.file(ReviewBook.file, in: commit.tree) != nil
    // What the files of registers may be named is not this version's to say.
    default: true
    }
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

extension StoreLine {
  /// What one of its commits is.
  fileprivate var entryTitle: String {
    switch self {
    case .journal: "entry of the journal"
    case .reviews: "record of a review"
    case .registers: "version of the registers"
    default: "set of change records"
    }
  }
}
