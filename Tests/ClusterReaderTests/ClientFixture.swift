import ClusterReader
import Foundation
import Logging
import Synchronization

/// A folder with kubeconfigs, and clients that wait for nothing.
final class ClientFixture: Sendable {
  let directory: URL
  private let waits = Mutex<[Duration]>([])

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "ambit-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// The waits that retries asked for.
  var recordedWaits: [Duration] { waits.withLock { $0 } }

  @discardableResult
  func write(_ name: String, _ text: String, isExecutable: Bool = false) throws -> String {
    let url = directory.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    if isExecutable {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    }
    return url.path
  }

  func environment(
    _ variables: [String: String] = [:], now: @escaping @Sendable () -> Double = { 1_000 }
  ) -> LocalEnvironment {
    LocalEnvironment(
      variables: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""].merging(variables) { $1 },
      homeDirectory: directory.path, workingDirectory: directory.path,
      serviceAccountDirectory: directory.appending(path: "serviceaccount").path, now: now)
  }

  /// A kubeconfig of one cluster, user and context, each named `test`.
  func kubeconfig(server: String, cluster: String = "", user: String = "", name: String = "config") throws -> String {
    func indented(_ fields: String) -> String {
      fields.split(separator: "\n").map { "    \($0)\n" }.joined()
    }
    return try write(
      name,
      """
      apiVersion: v1
      kind: Config
      current-context: test
      clusters:
      - name: test
        cluster:
          server: "\(server)"
      \(indented(cluster))
      users:
      - name: test
        user:
          x-nothing: {}
      \(indented(user))
      contexts:
      - name: test
        context: {cluster: test, user: test}

      """)
  }

  func options(now: @escaping @Sendable () -> Double = { 1_000 }) -> ClientOptions {
    let retry = RetryPolicy(
      delay: { .milliseconds($0) }, sleep: { wait in self.waits.withLock { $0.append(wait) } })
    var options = ClientOptions(retry: retry, now: now)
    // Tests that wait for processes hold up all others now and then.
    options.idleTimeout = .seconds(600)
    options.answerTimeout = .seconds(600)
    options.connectTimeout = .seconds(300)
    return options
  }

  func withClient<Result>(
    _ connection: ClusterConnection, options: ClientOptions? = nil,
    _ body: (ClusterClient) async throws -> Result
  ) async throws -> Result {
    try await ClusterClient.withClient(
      connection, options: options ?? self.options(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      listMetadata: { body in
        let list = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        let metadata = list?["metadata"] as? [String: Any]
        return ClusterClient.ListMetadata(
          resourceVersion: metadata?["resourceVersion"] as? String,
          continueToken: metadata?["continue"] as? String)
      }, body)
  }

  /// A client of a kubeconfig with one cluster and user.
  func withClient<Result>(
    server: String, cluster: String = "", user: String = "", options: ClientOptions? = nil,
    _ body: (ClusterClient) async throws -> Result
  ) async throws -> Result {
    let path = try kubeconfig(server: server, cluster: cluster, user: user)
    let connection = try ClusterConnection.resolve(kubeconfigPath: path, environment: environment())
    return try await withClient(connection, options: options, body)
  }

  /// The error that `body` throws; nil where it throws none or one of another type.
  func failure(_ body: () async throws -> Void) async -> ClusterReaderError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? ClusterReaderError
    }
  }
}

/// The version document of a server.
let versionJSON = """
  {"major":"1","minor":"33","gitVersion":"v1.33.1","platform":"linux/amd64"}
  """
