import AmbitKit
import ClusterReader
import Foundation
import Logging

/// Reaches a live cluster with the process's own environment, clock and chance.
enum LiveConnection {
  static func resolve(kubeconfig: String?, context: String?) throws -> ClusterConnection {
    let variables = ProcessInfo.processInfo.environment
    return try ClusterConnection.resolve(
      kubeconfigPath: kubeconfig, context: context,
      environment: LocalEnvironment(
        variables: variables, homeDirectory: variables["HOME"],
        workingDirectory: FileManager.default.currentDirectoryPath,
        isInputTerminal: isatty(STDIN_FILENO) == 1, now: { Date().timeIntervalSince1970 }))
  }

  static func read(
    _ connection: ClusterConnection, namespace: String?, known: KnownObjects
  ) async throws -> Reading {
    let retry = RetryPolicy.exponential(jitter: { Double.random(in: 0.5...1.5) })
    var options = ClientOptions(retry: retry, now: { Date().timeIntervalSince1970 })
    options.userAgent = "ambit/\(Ambit.version)"
    let logger = Logger(label: "ambit", factory: { _ in SwiftLogNoOpLogHandler() })
    return try await ClusterClient.withClient(
      connection, options: options, logger: logger, listMetadata: LiveReader.listMetadata
    ) { client in
      try await LiveReader.read(client, namespace: namespace, known: known)
    }
  }
}
