internal import KubeModel
internal import SnapshotStore

/// Follows the commits of one ref, and asks of each what is asked of all.
struct CommitChain {
  struct Commit {
    let record: CommitRecord
    let bytes: [UInt8]
  }

  let reference: String
  /// As far as they can be followed, the oldest first.
  private(set) var names: [ObjectName] = []
  /// Whether they could not be followed to the beginning.
  private(set) var isCut = false
  private let audit: ObjectAudit
  private let store: String

  init(_ reference: String, from head: ObjectName?, audit: ObjectAudit, store: String, _ report: inout StoreReport) {
    self.reference = reference
    self.audit = audit
    self.store = store
    var next = head
    while let name = next {
      guard let commit = commit(name) else {
        let message =
          names.last.map { "the commit before \($0.short) is missing, or does not read: what came before is lost" }
          ?? "the ref leads to no commit that reads"
        report.add(names.isEmpty ? .brokenRef : .missingObject, place(name), message, git("fsck --full --strict"))
        isCut = true
        break
      }
      names.append(name)
      next = commit.record.parents.first
    }
    names.reverse()
  }

  private func commit(_ name: ObjectName) -> Commit? {
    guard let object = audit.object(name, .commit), let record = try? CommitRecord(name: name, bytes: object.bytes)
    else { return nil }
    return Commit(record: record, bytes: object.bytes)
  }

  /// Checks shape and signature of each commit, the oldest first, and hands it on.
  func check(
    _ options: StoreVerifier.Options, _ report: inout StoreReport, _ body: (Commit, inout StoreReport) -> Void
  ) {
    var signatures = SignatureCheck(
      allowed: options.allowedSigners, revoked: options.revokedKeys, isRequired: options.requiresSignatures)
    for name in names {
      guard let commit = commit(name) else { continue }
      if commit.record.parents.count > 1 {
        malformed(name, "the commit has \(commit.record.parents.count) parents; a history is one line", &report)
      }
      switch signatures.judge(commit.bytes, at: commit.record.committer.time) {
      case .good: report.goodSignatures += 1
      case .unsigned: report.unsignedCommits += 1
      case .finding(let code, let message): report.add(code, place(name), message, git("verify-commit -v \(name)"))
      }
      body(commit, &report)
    }
  }

  /// What is recorded was captured before, and by the clock of the same machine.
  func checkTime(_ captured: Int64, _ commit: CommitRecord, _ report: inout StoreReport) {
    guard captured / 1000 > commit.committer.time else { return }
    report.add(
      .impossibleTime, place(commit.name),
      "it is said to be captured at \(Moment(milliseconds: captured).text), and recorded before that, at \(Moment(milliseconds: commit.committer.time * 1000).text)",
      git("show --format=fuller \(commit.name)"))
  }

  func malformed(_ name: ObjectName, _ message: String, _ report: inout StoreReport) {
    report.add(.malformedCommit, place(name), message, git("show \(name)"))
  }

  func place(_ commit: ObjectName) -> String { "\(commit) on \(reference)" }

  func git(_ command: String) -> String { "git -C \(store) \(command)" }
}
