import Foundation
import TestSupport

/// Someone's repository of manifests, made with stock git.
final class SourceFixture {
  let path: String
  private var clock: Int64 = 1_700_000_000

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/ambit-source-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try git("init", "--quiet", "-b", "main")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func git(_ arguments: String..., as author: String = "alice", input: String = "") throws -> String {
    let identity = ["AUTHOR", "COMMITTER"].flatMap { role in
      [("GIT_\(role)_NAME", author), ("GIT_\(role)_EMAIL", "\(author)@example.com"), ("GIT_\(role)_DATE", "\(clock) +0200")]
    }
    let output = try RunningProcess(
      "/usr/bin/env", ["git", "-C", path] + arguments, in: "/", input: input,
      environment: ["HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"].merging(identity) { $1 }
    ).wait()
    guard output.status == 0 else { throw Failure(description: output.stderr) }
    return output.text
  }

  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Commits files, or their removal (nil), an hour after the last commit; gives the commit's name.
  @discardableResult
  func commit(_ files: [String: String?], _ message: String = "change", as author: String = "alice", after seconds: Int64 = 3600)
    throws -> String
  {
    clock += seconds
    for (name, text) in files {
      let file = "\(path)/\(name)"
      if let text {
        try FileManager.default.createDirectory(
          atPath: URL(filePath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
      } else {
        try FileManager.default.removeItem(atPath: file)
      }
    }
    try git("add", "-A")
    try git("commit", "--quiet", "--allow-empty", "-m", message, as: author)
    return try head()
  }

  /// Merges a branch into the one that is checked out.
  @discardableResult
  func merge(_ branch: String, _ message: String, as author: String) throws -> String {
    clock += 3600
    try git("merge", "--quiet", "--no-ff", branch, "-m", message, as: author)
    return try head()
  }

  func head(_ revision: String = "HEAD") throws -> String {
    try git("rev-parse", revision).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A NetworkPolicy that lets in traffic to a port.
  static func policy(_ name: String, port: Int = 80, namespace: String = "shop") -> String {
    """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: \(name), namespace: \(namespace)}
    spec:
      podSelector: {}
      ingress: [{ports: [{port: \(port)}]}]

    """
  }

  static func deployment(_ name: String, labels: String = "app: web", namespace: String = "shop") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: \(name), namespace: \(namespace)}
    spec:
      selector: {matchLabels: {\(labels)}}
      template: {metadata: {labels: {\(labels)}}, spec: {containers: [{name: c, image: x}]}}

    """
  }
}
