internal import KubeModel
internal import Programs
internal import SnapshotStore

/// Stock git, which carries histories between stores.
///
/// The user's configuration is read, since it knows how a server is reached and with which credentials. What
/// could run hooks, move a reference that was not named, drop an object or accept a bad one is set here.
struct GitCarrier {
  private var git: StockGit

  /// One exchange of questions and answers; one transfer, however large.
  private static let questionLimit: Duration = .seconds(300)
  private static let transferLimit: Duration = .seconds(6 * 3600)

  private static let settings = [
    "core.fsync=committed,reference", "fetch.fsckObjects=true", "transfer.fsckObjects=true", "fetch.unpackLimit=1",
    "fetch.writeCommitGraph=false", "transfer.bundleURI=false", "protocol.ext.allow=never", "push.followTags=false",
    "push.recurseSubmodules=no", "http.lowSpeedLimit=1", "http.lowSpeedTime=300",
  ]

  /// Variables of git that say how a server is reached. Others could point it at another repository.
  private static let kept: Set<String> = [
    "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_EXEC_PATH",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT",
  ]
  private static let keptPrefixes = ["GIT_SSL_", "GIT_HTTP_", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"]

  /// - Parameter variables: the environment of the process.
  init(store: String, variables: [String: String], mayAsk: Bool) {
    git = StockGit(store: store, variables: variables) { name in
      GitCarrier.kept.contains(name) || GitCarrier.keptPrefixes.contains(where: name.hasPrefix)
    }
    git.settings = GitCarrier.settings
    git.mayAsk = mayAsk
    git.environment["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"
    git.environment["GIT_TERMINAL_PROMPT"] = mayAsk ? "1" : "0"
    if !mayAsk { git.environment["SSH_ASKPASS_REQUIRE"] = "never" }
  }

  // MARK: Questions

  /// The remotes of the store's configuration, and of the user's.
  func remotes() async throws -> [String] {
    GitCarrier.lines(try await run(["remote"], limit: GitCarrier.questionLimit).output)
  }

  /// The URL of a configured remote, as the user's configuration rewrites it.
  func url(of name: String) async throws -> String {
    GitCarrier.lines(
      try await run(["remote", "get-url", "--push", "--", name], limit: GitCarrier.questionLimit).output
    ).first ?? ""
  }

  /// The references of a remote, as it tells them.
  func references(of remote: RemoteAddress) async throws -> [(name: String, target: ObjectName)] {
    let result = try await run(["ls-remote", "--refs", "--quiet", "--", remote.url], limit: GitCarrier.questionLimit)
    guard result.isSuccess else { throw CarrierFailure.error(result.errors, of: remote) }
    return GitCarrier.lines(result.output).compactMap { line in
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2, let target = ObjectName(hex: String(parts[0])) else { return nil }
      return (String(parts[1]), target)
    }
  }

  // MARK: Transfers

  /// Fetches references to where the remote's are kept; none of ours moves.
  func fetch(_ references: [SharedReference], from remote: RemoteAddress) async throws {
    let refspecs = references.map { "+\($0.name):\($0.tracking(remote.name))\n" }.joined()
    let result = try await run(
      [
        "fetch", "--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-auto-maintenance",
        "--no-recurse-submodules", "--refmap=", "--stdin", "--", remote.url,
      ], input: Array(refspecs.utf8), limit: GitCarrier.transferLimit)
    guard result.isSuccess else { throw CarrierFailure.error(result.errors, of: remote) }
  }

  /// Pushes commits to references, each a plain fast-forward, and gives the server's answer to each.
  func push(_ updates: [(reference: SharedReference, commit: ObjectName)], to remote: RemoteAddress) async throws
    -> PushReport
  {
    let result = try await run(
      ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--", remote.url]
        + updates.map { "\($0.commit):\($0.reference.name)" }, limit: GitCarrier.transferLimit)
    let report = PushReport(output: result.output, errors: result.errors, of: remote)
    guard result.isSuccess || !report.answers.isEmpty else { throw CarrierFailure.error(result.errors, of: remote) }
    return report
  }

  // MARK: Running

  private func run(_ arguments: [String], input: [UInt8]? = nil, limit: Duration) async throws -> Program.Result {
    try await git.run(arguments, input: input, limit: limit)
  }

  static func lines(_ bytes: [UInt8]) -> [String] {
    // By bytes: to Swift, a line break after a carriage return is another character.
    bytes.split { $0 == 0x0A || $0 == 0x0D }.map { String(decoding: $0, as: UTF8.self) }
  }
}
