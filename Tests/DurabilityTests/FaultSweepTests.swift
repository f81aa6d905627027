import Foundation
import Testing
import TestSupport

/// A writer is stopped at every change that it makes to its store.
///
/// A sample, the same each time; `AMBIT_DURABILITY=full` takes every change, which is thousands of runs.
@Suite(.serialized, .onOwnThreads) struct FaultSweepTests {
  private let fixture: CommandFixture
  private let scenarios: [Scenario]

  init() throws {
    fixture = try CommandFixture()
    scenarios = try Scenario.all(in: fixture)
  }

  static let isFull = ProcessInfo.processInfo.environment["AMBIT_DURABILITY"] == "full"

  private struct Run {
    let scenario: Scenario
    let fault: Fault
    let change: Change
  }

  private func runs(_ faults: (_ number: Int, _ change: Change) -> [Fault]) throws -> [Run] {
    try scenarios.flatMap { scenario in
      try scenario.changes(in: fixture).enumerated().flatMap { offset, change in
        faults(offset + 1, change).map { Run(scenario: scenario, fault: $0, change: change) }
      }
    }
  }

  /// At most so many of the runs, evenly spaced.
  private static func sample(_ runs: [Run], _ count: Int) -> [Run] {
    guard !isFull, runs.count > count else { return runs }
    return (0..<count).map { runs[$0 * runs.count / count] }
  }

  /// Carries the runs out and expects that none leaves a problem.
  private func expectSound(_ runs: [Run], _ what: String) throws {
    let next = try Scenario.recording(9, in: fixture)
    let store = "\(fixture.directory)/run.git"
    var (reached, problems) = (0, 0)
    for run in runs {
      try FileManager.default.copyItem(atPath: run.scenario.base, toPath: store)
      defer { try? FileManager.default.removeItem(atPath: store) }
      let aftermath = try Aftermath(store, in: fixture)
      let output = try run.scenario.start(in: fixture, on: store, run.fault).wait()
      if !run.fault.isKill || output.status == 137 { reached += 1 }
      for problem in try aftermath.problems(
        after: output, of: run.scenario, isKill: run.fault.isKill, next: next)
      {
        problems += 1
        Issue.record("\(run.scenario.name), \(run.fault), \(run.change): \(problem)")
      }
    }
    print("durability: \(reached) \(what), \(problems) problems")
    #expect(reached >= runs.count * 9 / 10, "the writer got past most of its faults: \(reached) of \(runs.count)")
  }

  @Test func `killed at any change, a writer leaves the old state or the new one`() throws {
    let kills = try runs { number, change in
      ([.killBefore, .killAfter] + (change.isWrite ? [.killHalfway] : [])).map { Fault(kind: $0, change: number) }
    }
    try expectSound(FaultSweepTests.sample(kills, 60), "kills by the writer's own hand")
  }

  @Test func `where a change fails, a writer says so and leaves the old state or the new one`() throws {
    let failures = try runs { number, _ in
      [Fault.Kind.failOnce, .failOnward].flatMap { kind in
        [ENOSPC, EIO].map { Fault(kind: kind, change: number, errorNumber: $0) }
      }
    }
    try expectSound(FaultSweepTests.sample(failures, 60), "runs with a failing change")
  }
}
