/// The git that users have, run on a store.
package struct StockGit: Sendable {
  private let store: String

  package init(_ store: String) { self.store = store }

  /// Runs git and gives its exit code and both streams.
  package func run(_ arguments: [String], input: String = "") throws -> RunningProcess.Output {
    try start(arguments, input: input).wait()
  }

  package func start(_ arguments: [String], input: String = "") throws -> RunningProcess {
    try RunningProcess(
      "/usr/bin/env", ["git", "-C", store] + arguments, in: "/", input: input,
      // A user's own settings have no say in a test.
      environment: ["HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"])
  }
}
