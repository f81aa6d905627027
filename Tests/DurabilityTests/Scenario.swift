import Foundation
import TestSupport

/// A command that records, and the store that it finds.
struct Scenario: Sendable {
  let name: String
  /// The store before the command; each run gets a copy.
  let base: String
  let arguments: [String]
  /// The exit code where nothing goes wrong.
  let status: Int32
  /// How many commits the branch gains at most.
  let newStates: Int

  /// Runs the command on a store.
  func start(in fixture: CommandFixture, on store: String, _ fault: Fault? = nil, log: String? = nil) throws
    -> RunningProcess
  {
    try fixture.start(arguments, environment: FaultShim.environment(store: store, fault: fault, log: log))
  }

  /// The changes that the command makes where nothing goes wrong.
  func changes(in fixture: CommandFixture) throws -> [Change] {
    let (store, log) = ("\(fixture.directory)/counted.git", "\(fixture.directory)/counted.log")
    try FileManager.default.copyItem(atPath: base, toPath: store)
    defer { for path in [store, log] { try? FileManager.default.removeItem(atPath: path) } }
    let output = try start(in: fixture, on: store, log: log).wait()
    guard output.status == status else { throw CocoaError(.featureUnsupported, userInfo: ["output": output]) }
    return try FaultShim.changes(inLog: log, store: store)
  }

  // MARK: The scenarios

  /// The arguments that record a state of `SmallCluster`; writes its manifests once.
  static func recording(_ state: Int, cluster: String = "c", in fixture: CommandFixture) throws -> [String] {
    let file = "state-\(state).yaml"
    if !FileManager.default.fileExists(atPath: "\(fixture.directory)/\(file)") {
      try fixture.write(file, SmallCluster.manifests(state))
    }
    return ["snapshot", "--from", file, "--cluster", cluster]
  }

  /// A store where states 1 to `count` of `SmallCluster` are recorded.
  static func store(_ name: String, states count: Int, in fixture: CommandFixture) throws -> String {
    let path = "\(fixture.directory)/\(name)"
    for arguments in try [["init"]] + (0..<count).map({ try recording($0 + 1, in: fixture) }) {
      let output = try fixture.run(arguments, environment: ["AMBIT_STORE": path])
      guard output.status == 0 else { throw CocoaError(.featureUnsupported, userInfo: ["output": output]) }
    }
    return path
  }

  /// A first snapshot, a changed one, one into a store of format 1, one without change, a reading that fails, and
  /// one after an interruption.
  static func all(in fixture: CommandFixture) throws -> [Scenario] {
    let empty = try store("empty.git", states: 0, in: fixture)
    let recorded = try store("recorded.git", states: 1, in: fixture)
    let first = Scenario(
      name: "first", base: empty, arguments: try recording(1, in: fixture), status: 0, newStates: 1)
    let changed = Scenario(
      name: "changed", base: recorded, arguments: try recording(2, in: fixture), status: 0, newStates: 1)
    let old = "\(fixture.directory)/old.git"
    try FileManager.default.copyItem(atPath: recorded, toPath: old)
    _ = try StockGit(old).run(["config", "ambit.storeversion", "1"])
    let upgraded = Scenario(
      name: "upgraded", base: old, arguments: changed.arguments, status: 0, newStates: 1)
    let unchanged = Scenario(
      name: "unchanged", base: recorded, arguments: try recording(1, in: fixture), status: 0, newStates: 0)
    // Nobody listens on port 1.
    try fixture.write(
      "kubeconfig",
      """
      {"apiVersion": "v1", "kind": "Config", "current-context": "x", "users": [{"name": "x", "user": {}}],
      "clusters": [{"name": "x", "cluster": {"server": "http://127.0.0.1:1"}}],
      "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}]}
      """)
    let failed = Scenario(
      name: "failed", base: recorded, arguments: ["snapshot", "--kubeconfig", "kubeconfig", "--cluster", "c"],
      status: 69, newStates: 0)
    // Killed when one of its two refs has moved.
    let interrupted = "\(fixture.directory)/interrupted.git"
    try FileManager.default.copyItem(atPath: recorded, toPath: interrupted)
    let moves = try changed.changes(in: fixture).enumerated().filter {
      $0.element.call == "rename" && $0.element.destination?.hasPrefix("refs/") == true
    }
    let last = Fault(kind: .killBefore, change: (moves.last?.offset ?? 0) + 1)
    _ = try changed.start(in: fixture, on: interrupted, last).wait()
    let mending = Scenario(
      name: "mending", base: interrupted, arguments: try recording(3, in: fixture), status: 0, newStates: 2)
    return [first, changed, upgraded, unchanged, failed, mending]
  }
}
