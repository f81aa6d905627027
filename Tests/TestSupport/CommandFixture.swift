import Foundation

/// Runs the built binary in a folder of its own, as a user would.
package final class CommandFixture: Sendable {
  package let directory: String
  private let binary: String

  /// - Parameter binary: another path of the binary; nil runs the one that was built with the tests.
  package init(binary: String? = nil) throws {
    directory = FileManager.default.temporaryDirectory.path + "/ambit-command-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    self.binary = binary ?? CommandFixture.builtBinary
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  package var store: String { "\(directory)/store.git" }

  /// The root of the package.
  package static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The products stand beside the bundle of tests.
  package static let builtBinary: String = {
    let executable = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    let candidates = [executable.path, "\(package)/.build/debug"] + Bundle.allBundles.map {
      $0.bundleURL.deletingLastPathComponent().path
    }
    return candidates.map { "\($0)/ambit" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "ambit"
  }()

  /// Starts the binary; its end is the caller's to wait for.
  ///
  /// - Parameter program: the path of another program; nil starts ambit.
  package func start(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], program: String? = nil
  ) throws -> RunningProcess {
    try RunningProcess(
      program ?? binary, arguments, in: directory, input: input,
      environment: ["HOME": directory, "AMBIT_STORE": "store.git", "COLUMNS": "100"].merging(environment) { $1 })
  }

  package func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], program: String? = nil
  ) throws -> RunningProcess.Output {
    try start(arguments, input: input, environment: environment, program: program).wait()
  }

  package func callAsFunction(_ arguments: String..., input: String = "") throws -> RunningProcess.Output {
    try run(arguments, input: input)
  }

  @discardableResult
  package func write(_ name: String, _ text: String) throws -> String {
    let path = "\(directory)/\(name)"
    try FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// Writes a kubeconfig, `config`, whose only context, cluster and user are `c`.
  package func writeKubeconfig(server url: String) throws {
    try write(
      "config",
      """
      apiVersion: v1
      kind: Config
      current-context: c
      clusters: [{name: c, cluster: {server: "\(url)"}}]
      users: [{name: c, user: {}}]
      contexts: [{name: c, context: {cluster: c, user: c}}]

      """)
  }

  /// A store with the history of `examples/shop`.
  package static func example() throws -> CommandFixture {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    let folder = "\(package)/examples/shop"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let time = "\(name.prefix(13)):\(name.dropFirst(13).prefix(2)):\(name.dropFirst(15))"
      let output = try fixture("snapshot", "--from", "\(folder)/\(name)", "--cluster", "shop", "--at", time)
      guard output.status == 0 else { throw CocoaError(.fileReadCorruptFile) }
    }
    return fixture
  }
}
