internal import FoundationEssentials
internal import GRDB
package import Integrity

/// What checks answered, kept by a digest of all that the answers rest on.
///
/// Nothing of it can be out of date: whoever asks names the whole question, and the same question has the same answers.
/// It is no part of what an index tells of a store, and may be emptied at any time.
extension HistoryView {
  /// The answers to a question, in the order of its checks; nil where they are not known.
  ///
  /// - Returns: rows of `answer`, to be read once each with `answer(_:)`.
  package func answers(to question: SHA256Value) throws -> [Int64]? {
    try first("SELECT answers FROM answered WHERE question = ?", [question.data]) { row in
      try row.bytes(0).withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map {
          Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self))
        }
      }
    }
  }

  /// The bytes of an answer.
  package func answer(_ row: Int64) throws -> [UInt8]? {
    try first("SELECT content FROM answer WHERE id = ?", [row]) { [UInt8](try $0.bytes(0)) }
  }

  /// How many questions are kept.
  package func answeredCount() throws -> Int {
    try first("SELECT count(*) FROM answered", []) { Int(try $0.number(0)) } ?? 0
  }
}

extension HistoryWriter {
  /// How many questions are kept at most: as many again as a year of five-minute changes asks.
  private static let mostAnswered = 2_000_000

  /// Keeps the answers to a question.
  ///
  /// - Parameter answers: their bytes, in the order of the question's checks.
  package func keep(_ answers: [[UInt8]], to question: SHA256Value) throws {
    var rows = Data(capacity: answers.count * 8)
    for answer in answers {
      withUnsafeBytes(of: try row(of: answer).littleEndian) { rows.append(contentsOf: $0) }
    }
    try run("INSERT OR REPLACE INTO answered (question, answers) VALUES (?, ?)", [question.data, rows])
  }

  /// Empties the memo where it has grown past all use; the next question fills it again.
  package func boundAnswers() throws {
    guard try view.answeredCount() > HistoryWriter.mostAnswered else { return }
    try run("DELETE FROM answered", [])
    try run("DELETE FROM answer", [])
  }

  private func row(of answer: [UInt8]) throws -> Int64 {
    let digest = SHA256Value(of: answer).data
    let find = try database.cachedStatement(sql: "SELECT id FROM answer WHERE digest = ?")
    if let known = try Int64.fetchOne(find, arguments: [digest]) { return known }
    try run("INSERT INTO answer (digest, content) VALUES (?, ?)", [digest, Data(answer)])
    return database.lastInsertedRowID
  }
}

extension SHA256Value {
  fileprivate var data: Data { Data(bytes) }
}
