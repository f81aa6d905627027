import FoundationEssentials

/// Holds one user's credential and renews it: a token file once a minute, a plugin's answer when it
/// expires, either at once when the server refused it.
actor CredentialSource {
  /// What one request carries.
  struct Presented: Sendable {
    /// The value of the `Authorization` header.
    var authorization: Secret?
    var certificate: ClientCertificate?
    /// Tells which answer of the source this is, so that of several refused requests one renews.
    var generation: Int
  }

  /// As long as a token file's content is used before the file is read again.
  static let tokenLifetime = 60.0

  private let credential: Credential
  private let certificate: ClientCertificate?
  private let now: @Sendable () -> Double
  private let pluginLimit: Duration?
  private var generation = 0
  private var fileToken: (token: Secret, readAt: Double)?
  private var pluginAnswer: ExecCredential?
  private var pluginRun: Task<ExecCredential, any Error>?

  init(
    _ connection: ClusterConnection, pluginLimit: Duration?, now: @escaping @Sendable () -> Double
  ) {
    credential = connection.credential
    certificate = connection.clientCertificate
    self.pluginLimit = pluginLimit
    self.now = now
  }

  /// The credential for the next request.
  func current() async throws -> Presented {
    switch credential {
    case .none: return presented(nil)
    case .token(let token): return presented(CredentialSource.bearer(token))
    case .basic(let username, let password):
      return presented(CredentialSource.basic("\(username):\(password.revealed)"))
    case .tokenFile(let path, let origin, let fallback):
      return presented(CredentialSource.bearer(try token(path, origin, fallback)))
    case .plugin(let plugin):
      let answer = try await answer(of: plugin)
      return Presented(
        authorization: answer.token.map(CredentialSource.bearer),
        certificate: answer.certificate ?? certificate, generation: generation)
    }
  }

  /// Drops what the server refused; returns whether asking again can help.
  func renew(after refused: Presented) -> Bool {
    switch credential {
    case .none, .token, .basic: return false
    case .tokenFile, .plugin: break
    }
    if refused.generation == generation {
      generation += 1
      fileToken?.readAt = -.infinity
      pluginAnswer = nil
    }
    return true
  }

  private func presented(_ authorization: Secret?) -> Presented {
    Presented(authorization: authorization, certificate: certificate, generation: generation)
  }

  private func token(_ path: String, _ origin: String, _ fallback: Secret?) throws -> Secret {
    if let fileToken, now() - fileToken.readAt < CredentialSource.tokenLifetime { return fileToken.token }
    do {
      let bytes = try LocalFile.read(path, what: origin, hint: "put the file there, or correct \(origin)")
      let token = try Secret(headerText: String(decoding: bytes, as: UTF8.self), what: "token in \(path)")
      fileToken = (token, now())
      return token
    } catch {
      // A token that is being rotated may be missing for a moment: the last one still serves.
      if let last = fileToken?.token ?? fallback { return last }
      throw error
    }
  }

  /// The plugin's answer: the one held while it is valid, else that of one new run, however many wait.
  private func answer(of plugin: ExecPlugin) async throws -> ExecCredential {
    if let pluginAnswer, pluginAnswer.expiry.map({ $0 > now() }) ?? true { return pluginAnswer }
    let run = pluginRun ?? Task { [pluginLimit] in try await plugin.run(limit: pluginLimit) }
    pluginRun = run
    defer { if pluginRun == run { pluginRun = nil } }
    let answer = try await withTaskCancellationHandler {
      try await run.value
    } onCancel: {
      run.cancel()
    }
    pluginAnswer = answer
    return answer
  }

  private static func bearer(_ token: Secret) -> Secret { Secret("Bearer \(token.revealed)") }

  private static func basic(_ login: String) -> Secret { Secret("Basic \(Data(login.utf8).base64EncodedString())") }
}
