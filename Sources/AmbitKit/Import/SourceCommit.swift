internal import KubeModel
internal import SnapshotStore

/// What a commit of someone's repository says of itself.
///
/// git lets a commit say almost anything: where it does not read, it is taken for one of an unknown author.
struct SourceCommit {
  let name: ObjectName
  let author: Signature
  let committer: Signature
  let isMerge: Bool
  let subject: String
  /// The lines of the message after the first, without blank ones at its ends.
  let body: [String]
  let trailers: [(key: String, value: String)]

  private static let mostLines = 200
  private static let longestLine = 500

  init(_ name: ObjectName, _ bytes: [UInt8]) {
    self.name = name
    let record = try? CommitRecord(name: name, bytes: bytes)
    author = record?.author ?? Signature(name: "unknown", email: "unknown", time: 0)
    committer = record?.committer ?? author
    isMerge = (record?.parents.count ?? 1) > 1
    trailers = record?.trailers ?? []
    let text = bytes.firstRange(of: Array("\n\n".utf8)).map { bytes[$0.upperBound...] } ?? []
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0.prefix(SourceCommit.longestLine), as: UTF8.self) }.prefix(SourceCommit.mostLines + 1)
    subject = lines.popFirst().flatMap { $0.isEmpty ? nil : $0 } ?? "(no message)"
    while lines.first?.isEmpty == true { lines.removeFirst() }
    while lines.last?.isEmpty == true { lines.removeLast() }
    body = Array(lines)
  }
}
