internal import FoundationEssentials
internal import Integrity
internal import KubeModel
internal import Programs

/// A time stamp of the journal, with what it stamps.
struct KeptTimeStamp: Sendable {
  let place: String
  let note: [UInt8]
  let answer: [UInt8]
}

/// Has openssl judge the time stamps of a store, by the certificates that the owner trusts.
package struct TimeStampCheck {
  private let authority: String
  private let environment: [String: String]

  /// - Parameter authority: a file of certificates in PEM.
  package init(authority: String, environment: [String: String]) {
    self.authority = authority
    self.environment = environment
  }

  /// A stamp is judged at its own time, as certificates of authorities end before evidence does.
  ///
  /// - Throws: where openssl is not there, or cannot be given its files.
  package func run(_ report: inout StoreReport) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/ambit-stamp-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for stamp in report.timeStamps {
      guard let time = (try? TimeStampResponse(encoded: stamp.answer))?.stamp?.time else { continue }
      try Data(stamp.note).write(to: URL(filePath: "\(folder)/note"))
      try Data(stamp.answer).write(to: URL(filePath: "\(folder)/answer"))
      let arguments = [
        "ts", "-verify", "-data", "\(folder)/note", "-in", "\(folder)/answer", "-CAfile", authority, "-attime", "\(time)",
      ]
      let result = try await Program("openssl", arguments, environment: environment, timeLimit: .seconds(300)).run()
      let when = Moment(milliseconds: time * 1000).text
      if result.isSuccess {
        report.notes.append("\(stamp.place): the authority says that the checkpoint was there at \(when)")
      } else {
        report.add(
          .badSignature, stamp.place, "openssl does not verify the time stamp of \(when) with the certificates of '\(authority)'",
          "git show \(stamp.place.prefix(40)):\(CheckpointMaker.stampFile) | openssl ts -reply -in /dev/stdin -text")
      }
    }
  }
}
