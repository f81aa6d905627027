import Foundation
import StubServer
import TestSupport

/// A watch of a stub cluster by the built binary.
final class WatchFixture {
  let fixture: CommandFixture
  let server: StubAPIServer
  private(set) var process: RunningProcess?

  init(_ server: StubAPIServer, _ fixture: CommandFixture? = nil) throws {
    self.fixture = try fixture ?? CommandFixture()
    self.server = server
    if fixture == nil { _ = try self.fixture("init") }
    try self.fixture.writeKubeconfig(server: server.url)
  }

  deinit { process?.send(signal: SIGKILL) }

  func start(_ options: [String] = [], environment: [String: String] = [:]) throws {
    process = try fixture.start(["watch", "--kubeconfig", "config", "-v"] + options, environment: environment)
  }

  /// Ends the watch and gives what it left.
  func stop(_ signal: Int32 = SIGTERM) throws -> RunningProcess.Output {
    guard let process else { throw CocoaError(.featureUnsupported) }
    process.send(signal: signal)
    self.process = nil
    return try process.wait()
  }

  /// What the watch told so far.
  var log: String { process?.errors ?? "" }

  /// Waits until something is so, and tells whether it became so.
  func wait(_ seconds: Double = 40, until isSo: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try isSo() { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return try isSo()
  }

  // MARK: The store

  func git(_ arguments: String...) throws -> String {
    try StockGit(fixture.store).run(arguments).stdout
  }

  /// How many commits a ref leads to; 0 where there is no such ref.
  func count(_ reference: String) throws -> Int { try git("rev-list", reference).split(separator: "\n").count }

  /// How many snapshots and observations there are.
  func snapshots() throws -> Int { try count("refs/heads/c") }
  func observations() throws -> Int { try count("refs/ambit/observations/c") }

  /// The files of the last state, with the names of their blobs.
  func tree(_ branch: String = "c") throws -> [String: String] {
    let lines = try git("ls-tree", "-r", branch).split(separator: "\n")
    return Dictionary(
      lines.map { line in
        let parts = line.split(separator: "\t", maxSplits: 1)
        return (String(parts[1]), String(parts[0].split(separator: " ")[2]))
      }, uniquingKeysWith: { $1 })
  }
}
