import Foundation
import Testing
import TestSupport

/// Several processes on one store at once.
@Suite(.serialized, .onOwnThreads) struct WriterTests {
  private let fixture: CommandFixture
  private let probe: StoreProbe

  init() throws {
    fixture = try CommandFixture()
    probe = StoreProbe(fixture.store)
  }

  /// The observation that a snapshot with `-o json` tells.
  private func observation(_ output: RunningProcess.Output) throws -> String {
    let document = try JSONSerialization.jsonObject(with: Data(output.stdout.utf8)) as? [String: Any]
    return try #require(document?["observation"] as? String, "\(output)")
  }

  @Test func `of two writers on one cluster each records, or says that the other was faster`() throws {
    _ = try Scenario.store("store.git", states: 1, in: fixture)
    var recorded: [String] = []
    for round in 1...12 {
      let writers = try [0, 1].map { writer in
        try fixture.start(Scenario.recording(round * 2 + writer, in: fixture) + ["-o", "json"])
      }
      let outputs = try writers.map { try $0.wait() }
      for output in outputs {
        #expect([0, 75].contains(output.status), "\(output)")
        if output.status == 0 { recorded.append(try observation(output)) }
      }
      #expect(outputs.contains { $0.status == 0 })
    }
    // The first observation is the one with which the test began.
    #expect(try Set(probe.history(StoreProbe.observations).dropLast()) == Set(recorded))
    #expect(try Set(probe.observedStates()) == Set(probe.history(StoreProbe.branch)))
    #expect(try probe.complaints() == "")
  }

  @Test func `a writer that is held up at any change does not let another one go wrong`() throws {
    let base = try Scenario.store("base.git", states: 1, in: fixture)
    let slow = Scenario(
      name: "slow", base: base, arguments: try Scenario.recording(2, in: fixture), status: 0, newStates: 1)
    let count = try slow.changes(in: fixture).count
    // All at once, since the other writer waits for ten seconds where it has to.
    let pairs = try stride(from: 1, through: count, by: FaultSweepTests.isFull ? 1 : max(1, count / 12)).map { number in
      let store = "\(fixture.directory)/held-\(number).git"
      try FileManager.default.copyItem(atPath: base, toPath: store)
      let held = try slow.start(in: fixture, on: store, Fault(kind: .pause, change: number))
      while held.isRunning, !held.isStopped { usleep(1_000) }
      let other = try fixture.start(Scenario.recording(3, in: fixture), environment: ["AMBIT_STORE": store])
      return (number, StoreProbe(store), held, other)
    }
    for (number, probe, held, other) in pairs {
      let otherOutput = try other.wait()
      held.send(signal: SIGCONT)
      let outputs = [otherOutput, try held.wait()]
      for output in outputs { #expect([0, 75].contains(output.status), "held at \(number): \(output)") }
      let successes = outputs.filter { $0.status == 0 }.count
      #expect(successes > 0)
      #expect(try probe.history(StoreProbe.observations).count == successes + 1, "held at \(number): \(outputs)")
      #expect(try Set(probe.observedStates()) == Set(probe.history(StoreProbe.branch)), "held at \(number)")
      #expect(try probe.complaints() == "" && probe.unfinished() == [], "held at \(number)")
    }
  }

  @Test func `writers on two clusters do not disturb each other`() throws {
    _ = try fixture("init")
    for round in 1...12 {
      let writers = try ["c", "d"].map { cluster in
        try fixture.start(Scenario.recording(round, cluster: cluster, in: fixture))
      }
      for output in try writers.map({ try $0.wait() }) { #expect(output.status == 0, "\(output)") }
    }
    for reference in [StoreProbe.branch, StoreProbe.observations, "refs/heads/d", "refs/ambit/observations/d"] {
      #expect(try probe.history(reference).count == 12)
    }
    #expect(try probe.complaints() == "")
    #expect(try fixture("index", "check").status == 0)
  }

  @Test func `readers beside a writer never fail and see one state`() throws {
    _ = try Scenario.store("store.git", states: 1, in: fixture)
    var seen = 0
    for state in 2...13 {
      let writer = try fixture.start(Scenario.recording(state, in: fixture))
      repeat {
        let list = try fixture("list", "netpol", "--cluster", "c", "-o", "json")
        #expect(list.status == 0, "\(list)")
        let states = Set(list.stdout.matches(of: /"s([0-9]+)"/).compactMap { Int($0.1) }).subtracting([0])
        #expect(states == [state - 1] || states == [state], "\(states) where \(state) was being recorded")
        let log = try fixture("log", "--observations", "--cluster", "c")
        #expect(log.status == 0, "\(log)")
        let history = try probe.history(StoreProbe.branch).count
        #expect(history >= seen && history >= state - 1)
        seen = history
      } while writer.isRunning
      #expect(try writer.wait().status == 0)
    }
    #expect(seen == 13)
  }
}
