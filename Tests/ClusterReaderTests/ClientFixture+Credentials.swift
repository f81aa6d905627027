import ClusterReader
import Foundation
import StubServer
import Synchronization

/// A clock that tests turn.
final class StubClock: Sendable {
  private let seconds: Mutex<Double>

  init(_ start: Double = 1_000) { seconds = Mutex(start) }

  var now: Double { seconds.withLock { $0 } }
  func advance(_ by: Double) { seconds.withLock { $0 += by } }
}

extension ClientFixture {
  /// The connection of a user as it is over TLS, led to a plain `server`: what a user sends can be seen without
  /// certificates.
  func connection(
    to server: StubAPIServer, cluster: String = "", user: String, variables: [String: String] = [:]
  ) throws -> ClusterConnection {
    let path = try kubeconfig(server: "https://127.0.0.1:\(server.port)", cluster: cluster, user: user)
    var connection = try ClusterConnection.resolve(kubeconfigPath: path, environment: environment(variables))
    connection.server = ServerAddress(isTLS: false, host: "127.0.0.1", port: server.port)
    return connection
  }

  /// A user whose plugin is a shell script; `$dir` is the fixture's folder in it.
  func plugin(_ script: String, fields: String = "", arguments: [String] = []) throws -> String {
    let path = try write("plugin.sh", "dir='\(directory.path)'\n\(script)\n")
    let list = (["\(path)"] + arguments).map { "'\($0)'" }.joined(separator: ", ")
    let extra = fields.split(separator: "\n").map { "\n  \($0)" }.joined()
    return """
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: /bin/sh
        args: [\(list)]\(extra)
      """
  }

  /// What a script wrote to a file of the fixture's folder; nil where it wrote none.
  func text(_ name: String) -> String? {
    try? String(contentsOf: directory.appending(path: name), encoding: .utf8)
  }
}

/// An ExecCredential with the fields of its status.
func execCredential(
  _ status: String, apiVersion: String = "client.authentication.k8s.io/v1", kind: String = "ExecCredential"
) -> String {
  #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","status":{\#(status)}}"#
}
