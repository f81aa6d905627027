internal import KubeModel

/// What a server said to a push, reference by reference.
struct PushReport {
  enum Answer: Equatable {
    case taken
    /// The server's reference is no longer where it was seen.
    case outdated
    /// Another push holds the server's lock on this reference or on its list of them; the next try may succeed.
    case locked(String)
    case rejected(String)
  }

  /// By the name of the reference; what is missing here got no answer.
  let answers: [String: Answer]
  /// Lines that the server sent along, such as a hook's words. Hidden characters are escaped.
  let words: [String]

  private static let mostWords = 20

  init(output: [UInt8], errors: [UInt8], of remote: RemoteAddress) {
    var answers: [String: Answer] = [:]
    for line in GitCarrier.lines(output) {
      // `!<tab>from:to<tab>[remote rejected] (reason)`
      let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[0].count == 1, let colon = fields[1].lastIndex(of: ":") else { continue }
      let name = String(fields[1][fields[1].index(after: colon)...])
      answers[name] = PushReport.answer(flag: fields[0], String(fields[2]), of: remote)
    }
    self.answers = answers
    words = GitCarrier.lines(errors).filter { $0.hasPrefix("remote:") }.prefix(PushReport.mostWords).map {
      CarrierFailure.shown(String($0.dropFirst("remote:".count)), of: remote)
    }.filter { !$0.isEmpty }
  }

  private static func answer(flag: Substring, _ summary: String, of remote: RemoteAddress) -> Answer {
    guard flag == "!" else { return .taken }
    let reason = summary.firstRange(of: " (").map { String(summary[$0.upperBound...].dropLast()) } ?? summary
    if summary.hasPrefix("[rejected]"), ["fetch first", "non-fast-forward", "stale info"].contains(reason) { return .outdated }
    let shown = CarrierFailure.shown(reason, of: remote)
    let isLocked = ["cannot lock ref", "failed to lock", "failed to update ref", "unable to lock"].contains {
      summary.contains($0)
    }
    return isLocked ? .locked(shown) : .rejected(shown)
  }
}
