import AmbitKit
import ClusterReader
import Foundation
import Logging
import SnapshotStore

/// Reaches a live cluster with the process's own environment, clock and chance.
enum LiveConnection {
  static func resolve(_ options: LiveOptions) throws -> ClusterConnection {
    let variables = ProcessInfo.processInfo.environment
    return try ClusterConnection.resolve(
      kubeconfigPath: options.kubeconfig, context: options.context,
      environment: LocalEnvironment(
        variables: variables, homeDirectory: variables["HOME"],
        workingDirectory: FileManager.default.currentDirectoryPath,
        isInputTerminal: isatty(STDIN_FILENO) == 1, now: { Date().timeIntervalSince1970 }))
  }

  static func read(
    _ connection: ClusterConnection, namespace: String?, known: KnownObjects
  ) async throws -> Reading {
    try await withClient(connection) { client in
      try await LiveReader.read(client, namespace: namespace, known: known)
    }
  }

  /// Lends a client with the process's own clock and chance to `body`.
  static func withClient<Result>(
    _ connection: ClusterConnection, _ body: (ClusterClient) async throws -> Result
  ) async throws -> Result {
    let retry = RetryPolicy.exponential(jitter: { Double.random(in: 0.5...1.5) })
    var options = ClientOptions(retry: retry, now: { Date().timeIntervalSince1970 })
    options.userAgent = userAgent
    let logger = Logger(label: "ambit", factory: { _ in SwiftLogNoOpLogHandler() })
    return try await ClusterClient.withClient(
      connection, options: options, logger: logger, listMetadata: LiveReader.listMetadata, body)
  }

  static let userAgent = "ambit/\(Ambit.version)"

  /// Tells what the operator should know of the way that the cluster is read.
  static func tellNotes(of connection: ClusterConnection) {
    for note in connection.notes {
      Terminal.note("\(note == .unverifiedTLS ? "Warning" : "Note"): \(note.message)")
    }
  }

  /// The name that a cluster has in the store where none is given: the context's, else the kubeconfig's for it.
  static func clusterName(of connection: ClusterConnection) -> String {
    ClusterName.cleaned(connection.contextName ?? connection.clusterName)
  }
}
