import Foundation
import Testing
import TestSupport

@Suite(.onOwnThreads) struct InitTests {
  /// The shim wants to see the folder; what is below it is counted.
  private func start(_ fixture: CommandFixture, _ fault: Fault? = nil, log: String? = nil) throws -> RunningProcess {
    try FileManager.default.createDirectory(atPath: fixture.store, withIntermediateDirectories: true)
    return try fixture.start(
      ["init", "--if-missing"], environment: FaultShim.environment(store: fixture.store, fault: fault, log: log))
  }

  @Test func `killed at any change, init is taken up by the next one`() throws {
    let counted = try CommandFixture()
    let log = "\(counted.directory)/log"
    #expect(try start(counted, log: log).wait().status == 0)
    /// Without the name of the journal, which tells when its first entry was made.
    func settings(_ store: String) throws -> [Substring] {
      try StockGit(store).run(["config", "--local", "--list"]).stdout.split(separator: "\n")
        .filter { !$0.hasPrefix("ambit.journal=") }
    }
    let made = try settings(counted.store)
    let count = try FaultShim.changes(inLog: log, store: counted.store).count
    #expect(count > 10)
    for number in stride(from: 1, through: count, by: FaultSweepTests.isFull ? 1 : max(1, count / 15)) {
      let fixture = try CommandFixture()
      #expect(try start(fixture, Fault(kind: .killBefore, change: number)).wait().status == 137)
      let again = try fixture("init", "--if-missing")
      #expect(again.status == 0, "killed at \(number): \(again)")
      #expect(try settings(fixture.store) == made)
      let snapshot = try fixture.run(Scenario.recording(1, in: fixture))
      #expect(snapshot.status == 0, "killed at \(number): \(snapshot)")
      #expect(try StoreProbe(fixture.store).complaints() == "")
    }
  }
}
