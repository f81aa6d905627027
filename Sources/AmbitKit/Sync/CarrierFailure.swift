internal import KubeModel

/// What git wrote before it gave up, and what kind of failure that is.
struct CarrierFailure: Error, CustomStringConvertible {
  /// git's last words. Hidden characters are escaped.
  let description: String

  /// Parts of git's, ssh's and curl's messages, from the most telling to the least. `LC_ALL=C` keeps them in
  /// English.
  private static let signs: [(failure: FailureKind, parts: [String])] = [
    (.locked, ["cannot lock ref", "unable to update local ref", ".lock': File exists"]),
    (
      .notPermitted,
      [
        "Authentication failed", "could not read Username", "could not read Password", "Permission denied",
        "terminal prompts disabled", "Host key verification failed", "error: 401", "error: 403", "Access denied",
        "access denied", "dubious ownership", "No supported authentication", "Too many authentication failures",
      ]
    ),
    (
      .badInput,
      [
        "fsck error", "error in object", "index-pack failed", "bad object", "did not send all necessary objects", "invalid index-pack output",
        "mismatched algorithms", "bad pack header", "missing necessary objects", "bad config",
      ]
    ),
    (
      .notFound,
      [
        "does not appear to be a git repository", "not found", "does not exist", "no such device or address",
        "couldn't find remote ref", "No such file or directory",
      ]
    ),
    (.unwritable, ["No space left on device", "Disk quota exceeded", "Input/output error"]),
  ]

  private static func failure(_ text: String) -> FailureKind {
    signs.first { $0.parts.contains { text.contains($0) } }?.failure ?? .unreachable
  }

  static func error(_ errors: [UInt8], of remote: RemoteAddress) -> AmbitError {
    let text = String(decoding: errors, as: UTF8.self)
    // Where a host cannot be resolved, its name is said to be "not found" too.
    let isUnresolved = text.contains("resolve host")
    let failure = isUnresolved ? .unreachable : failure(text)
    let lines = GitCarrier.lines(errors).filter { !$0.hasPrefix("warning:") }.suffix(8)
    let cause = CarrierFailure(description: lines.map { shown($0, of: remote) }.joined(separator: "; "))
    let place = "'\(remote.shown)'"
    switch failure {
    case .notPermitted:
      return AmbitError(
        failure, "\(place) does not let us in", hint: "try `git ls-remote` with the same address; git's credentials and ssh keys are used",
        cause: cause)
    case .badInput:
      return AmbitError(
        failure, "what \(place) sent was refused; nothing of this store was moved",
        hint: "check the remote with `git fsck --strict`", cause: cause)
    case .notFound:
      return AmbitError(
        failure, "there is no repository at \(place)", hint: "make one there with `git init --bare`", cause: cause)
    case .locked:
      return AmbitError(
        failure, "a reference is locked while \(place) is synced",
        hint: "run the command again; if no other ambit or git runs, remove the lock that is named", cause: cause)
    case .unwritable:
      return AmbitError(failure, "\(place) or this store cannot be written", hint: "check the free space on both sides", cause: cause)
    default:
      return AmbitError(
        .unreachable, "\(place) cannot be reached", hint: "try `git ls-remote` with the same address", cause: cause)
    }
  }

  /// Text from the other side, for a person.
  static func shown(_ text: String, of remote: RemoteAddress) -> String {
    var line = Substring(remote.withoutCredentials(text))
    while line.last?.isWhitespace == true { line.removeLast() }
    while line.first?.isWhitespace == true { line.removeFirst() }
    let shown = HiddenText.escaped(String(line.prefix(400)))
    return line.count > 400 ? shown + "…" : shown
  }
}
