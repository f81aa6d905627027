import Foundation
import TestSupport

/// Machines with a store each, and a server between them.
final class SyncFixture: Sendable {
  let fixture: CommandFixture
  var directory: String { fixture.directory }

  /// A bare repository `server.git` with the settings that `docs/fleets.md` tells to make.
  init() throws {
    fixture = try CommandFixture()
    _ = try git("init", "--quiet", "--bare", "server.git")
    for setting in ["denyNonFastForwards", "denyDeletes", "fsckObjects"] {
      _ = try git("-C", "server.git", "config", "receive.\(setting)", "true")
    }
    _ = try git("-C", "server.git", "config", "transfer.unpackLimit", "1")
  }

  // MARK: Running

  @discardableResult
  func ambit(_ store: String, _ arguments: String..., input: String = "") throws -> RunningProcess.Output {
    try fixture.run(arguments, input: input, environment: ["AMBIT_STORE": "\(store).git"])
  }

  @discardableResult
  func git(_ arguments: String..., input: String = "") throws -> RunningProcess.Output {
    try fixture.run(
      ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"] + arguments, input: input, program: "/usr/bin/env")
  }

  /// The result of each reference of a sync, with the exit code.
  func sync(
    _ store: String, _ remote: String = "./server.git", clusters: [String] = [], environment: [String: String] = [:]
  ) throws -> (results: [String: String], output: RunningProcess.Output) {
    let output = try fixture.run(
      ["sync", remote, "-o", "json"] + clusters.flatMap { ["--cluster", $0] },
      environment: ["AMBIT_STORE": "\(store).git"].merging(environment) { $1 })
    let document = (try? JSONSerialization.jsonObject(with: Data(output.stdout.utf8))) as? [String: Any]
    var results: [String: String] = [:]
    for entry in document?["references"] as? [[String: Any]] ?? [] {
      // Each store has a journal of its own, which comes along.
      guard let name = entry["reference"] as? String, !name.hasPrefix("refs/ambit/journal/") else { continue }
      results[name] = entry["result"] as? String
    }
    return (results, output)
  }

  // MARK: Histories

  /// Records a reading with one policy per number; readings of one cluster are a minute apart.
  @discardableResult
  func record(_ store: String, cluster: String, _ number: Int, policies: Int = 1) throws -> RunningProcess.Output {
    let texts = (0..<policies).map {
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p\(number)-\($0), namespace: s}\nspec: {podSelector: {}}\n"
    }
    let (hour, minute) = (String(100 + number / 60).dropFirst(), String(100 + number % 60).dropFirst())
    return try ambit(
      store, "snapshot", "--from", "-", "--complete", "--cluster", cluster, "--at", "2026-01-01T\(hour):\(minute):00Z",
      input: texts.joined(separator: "---\n"))
  }

  /// A store with some readings of a cluster.
  func machine(_ store: String, cluster: String? = nil, readings: Int = 3) throws {
    try ambit(store, "init")
    guard let cluster else { return }
    for number in 0..<readings { try record(store, cluster: cluster, number) }
  }

  /// The commit of each reference of a repository, without those that only remember a remote.
  func references(_ repository: String) throws -> [String: String] {
    let lines = try git("-C", "\(repository).git", "for-each-ref", "--format=%(refname) %(objectname)").stdout
    var result: [String: String] = [:]
    for line in lines.split(separator: "\n") where !line.hasPrefix("refs/ambit/remotes/") && !line.hasPrefix("refs/ambit/journal/") {
      let parts = line.split(separator: " ")
      result[String(parts[0])] = String(parts[1])
    }
    return result
  }

  /// What stock git has to complain about; empty where all is whole. Objects that no reference reaches are
  /// what a cut transfer may leave, and the server's HEAD points at no branch of ours.
  func complaints(_ repository: String) throws -> String {
    let output = try git("-C", "\(repository).git", "fsck", "--strict", "--no-dangling", "--no-progress")
    return (output.stdout + output.stderr).split(separator: "\n").filter { !$0.hasPrefix("notice: ") }
      .joined(separator: "\n")
  }
}
