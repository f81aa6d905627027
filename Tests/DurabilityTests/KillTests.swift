import Foundation
import Testing
import TestSupport

/// A writer is killed from outside, whenever it is, again and again on one store.
@Suite(.serialized, .onOwnThreads) struct KillTests {
  /// The moments are drawn with a seed: the same ones each time, as far as the machine keeps pace.
  private struct Draws: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64 (Steele, Lea, Flood 2014).
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
  }

  @Test func `kill -9 at random moments loses nothing`() throws {
    let fixture = try CommandFixture()
    let store = try Scenario.store("store.git", states: 1, in: fixture)
    let clock = ContinuousClock()
    let length = try clock.measure { _ = try fixture.run(Scenario.recording(2, in: fixture)) }
    var draws = Draws(state: 20_261_125)
    var state = 2
    let wanted = FaultSweepTests.isFull ? 500 : 50
    var (kills, runs) = (0, 0)
    while kills < wanted, runs < wanted * 3 {
      runs += 1
      state += 1
      let scenario = Scenario(
        name: "killed", base: store, arguments: try Scenario.recording(state, in: fixture), status: 0, newStates: 1)
      state += 1
      let next = try Scenario.recording(state, in: fixture)
      let aftermath = try Aftermath(store, in: fixture)
      let delay = length * Double.random(in: 0...1, using: &draws)
      let start = clock.now
      let writer = try fixture.start(scenario.arguments)
      while clock.now - start < delay, writer.isRunning { usleep(200) }
      writer.send(signal: SIGKILL)
      let output = try writer.wait()
      if output.status == 137 { kills += 1 }
      for problem in try aftermath.problems(after: output, of: scenario, isKill: true, next: next) {
        Issue.record("killed after \(delay): \(problem)")
      }
    }
    print("durability: \(kills) kills from outside, in \(runs) runs")
    #expect(kills >= wanted)
  }
}
