import Foundation
import TestSupport

/// A store after a writer was stopped, held against what must be so whatever happened.
struct Aftermath {
  private let probe: StoreProbe
  private let fixture: CommandFixture
  private let branchBefore: [String]
  private let observationsBefore: [String]

  /// Looks at the store before the writer begins.
  init(_ store: String, in fixture: CommandFixture) throws {
    probe = StoreProbe(store)
    self.fixture = fixture
    branchBefore = try probe.history(StoreProbe.branch)
    observationsBefore = try probe.history(StoreProbe.observations)
  }

  /// What the next writer's note about the one before begins with.
  static let note = "Note: an earlier recording of 'c' was interrupted"

  /// What is wrong with the store and with what the writer said; then what is wrong once another one has recorded.
  ///
  /// - Parameter next: the arguments of a snapshot that changes the state.
  func problems(after output: RunningProcess.Output, of scenario: Scenario, isKill: Bool, next: [String]) throws
    -> [String]
  {
    var problems = try problemsOfStore(newStates: scenario.newStates)
    let observations = try probe.history(StoreProbe.observations)
    let isRecorded = observations.count == observationsBefore.count + 1
    if output.status == scenario.status {
      if !isRecorded { problems.append("the writer ended with \(output.status) and recorded nothing") }
    } else if isKill ? output.status != 137 : ![74, 75].contains(output.status) {
      problems.append("the writer ended with \(output.status): \(output.stderr)")
    } else if !isKill, !output.stderr.contains(/(^|\n)Error: .+\n(Caused by: .+\n)?Hint: .+\n/) {
      problems.append("the writer did not say what is wrong: \(output.stderr)")
    }
    return try problems + problemsOfNext(next)
  }

  /// What is wrong with the refs and the objects, compared with how they were.
  private func problemsOfStore(newStates: Int) throws -> [String] {
    var problems: [String] = []
    let complaints = try probe.complaints()
    if !complaints.isEmpty { problems.append("fsck: \(complaints)") }
    let branch = try probe.history(StoreProbe.branch)
    let observations = try probe.history(StoreProbe.observations)
    if branch.suffix(branchBefore.count) != branchBefore[...] || branch.count > branchBefore.count + newStates {
      problems.append("the branch is at neither the old nor the new commit")
    }
    if observations.suffix(observationsBefore.count) != observationsBefore[...]
      || observations.count > observationsBefore.count + 1
    {
      problems.append("the observations are at neither the old nor the new commit")
    }
    var states = Set(try probe.observedStates())
    // The last observation may name a state that the branch is yet to reach.
    if let last = try probe.observedStates().first, try probe.history(last).dropFirst().first == branch.first {
      states.remove(last)
    }
    if states != Set(branch) { problems.append("observations and branch tell different states") }
    let check = try ambit(["index", "check"])
    if check.status != 0 { problems.append("index check ended with \(check.status): \(check.stderr)") }
    return problems
  }

  private func problemsOfNext(_ next: [String]) throws -> [String] {
    let unfinished = probe.unfinished()
    let observations = try probe.history(StoreProbe.observations)
    let output = try ambit(next)
    guard output.status == 0 else {
      return ["the next snapshot ended with \(output.status): \(output.stderr) (there was \(unfinished))"]
    }
    var problems: [String] = []
    let notes = output.stderr.split(separator: "\n").filter { $0.hasPrefix(Aftermath.note) }.count
    // Settings are no recording.
    let expected = unfinished.filter { $0 != "config.lock" }.isEmpty ? 0 : 1
    if notes != expected { problems.append("\(notes) notes, not \(expected), where there was \(unfinished)") }
    let branch = try probe.history(StoreProbe.branch)
    if branch.suffix(branchBefore.count) != branchBefore[...] { problems.append("a snapshot was lost") }
    if try probe.history(StoreProbe.observations).dropFirst() != observations[...] {
      problems.append("an observation was lost, or not made")
    }
    if try Set(probe.observedStates()) != Set(branch) || probe.observedStates().first != branch.first {
      problems.append("after the next snapshot, observations and branch tell different states")
    }
    let left = probe.unfinished()
    if !left.isEmpty { problems.append("the next snapshot left \(left) of \(unfinished)") }
    let complaints = try probe.complaints()
    if !complaints.isEmpty { problems.append("fsck after the next snapshot: \(complaints)") }
    return problems
  }

  private func ambit(_ arguments: [String]) throws -> RunningProcess.Output {
    try fixture.run(arguments, environment: ["AMBIT_STORE": probe.path])
  }
}
