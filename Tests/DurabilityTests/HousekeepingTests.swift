import Foundation
import Testing
import TestSupport

/// Stock git looks after a store while Ambit writes into it.
@Suite(.serialized, .onOwnThreads) struct HousekeepingTests {
  private let fixture: CommandFixture

  init() throws { fixture = try CommandFixture() }

  /// Runs a loop of git commands in a store beside snapshots, and expects that each of them is recorded.
  private func expectHarmless(_ commands: [String]) throws {
    let store = try Scenario.store("store.git", states: 1, in: fixture)
    let probe = StoreProbe(store)
    for name in ["pushed.git", "fetched.git"] { _ = try probe.git.run(["init", "-q", "--bare", "\(fixture.directory)/\(name)"]) }
    let stop = "\(fixture.directory)/stop"
    let loop = commands.map { "git \($0) || echo \"failed: \($0)\"" }.joined(separator: "\n")
    let housekeeping = try RunningProcess(
      "/bin/sh", ["-c", "rounds=0\nwhile [ ! -e '\(stop)' ]; do\n\(loop)\nrounds=$((rounds + 1))\ndone\necho \"rounds: $rounds\""],
      in: store, environment: ["HOME": fixture.directory])
    var recorded = 1
    for state in 2...32 {
      let output = try fixture.run(Scenario.recording(state, in: fixture))
      #expect(output.status == 0, "\(output)")
      if output.status == 0 { recorded += 1 }
    }
    try fixture.write("stop", "")
    let output = try housekeeping.wait()
    let told = output.text.split(separator: "\n")
    print("durability: \(output.stdout.split(separator: "\n").last ?? "") of \(commands)")
    for reference in [StoreProbe.branch, StoreProbe.observations] {
      #expect(try probe.history(reference).count == recorded, "\(told)")
    }
    #expect(try probe.complaints() == "" && probe.unfinished() == [], "\(told)")
    #expect(try fixture("index", "check").status == 0)
  }

  @Test func `gc, repack, pack-refs, push and fetch beside snapshots do no harm`() throws {
    try expectHarmless([
      "gc -q", "push -q --mirror ../pushed.git", "repack -q -a -d", "pack-refs --all",
      "-C ../fetched.git fetch -q ../store.git '+refs/*:refs/*'", "repack -q -a -d -f",
    ])
    for copy in ["pushed.git", "fetched.git"] { #expect(try StoreProbe("\(fixture.directory)/\(copy)").complaints() == "") }
  }

  @Test func `gc --prune=now beside snapshots does no harm`() throws {
    try expectHarmless(["gc -q --prune=now", "prune --expire=now", "repack -q -a -d"])
  }

  /// Where a recording was abandoned, its objects are in the store and nothing holds them: git may remove them
  /// at any moment, also while the next writer records the same objects.
  @Test(arguments: ["recorded", "abandoned"])
  func `a writer that is held up at any change finds its objects again after gc --prune=now`(_ name: String) throws {
    let base = try Scenario.store("base.git", states: 1, in: fixture)
    let writer = Scenario(
      name: name, base: base, arguments: try Scenario.recording(2, in: fixture), status: 0, newStates: 1)
    if name == "abandoned" {
      let other = try Scenario.store("other.git", states: 2, in: fixture)
      _ = try StockGit(base).run(["fetch", "-q", other, "\(StoreProbe.branch):refs/heads/abandoned"])
      _ = try StockGit(base).run(["update-ref", "-d", "refs/heads/abandoned"])
    }
    let next = try Scenario.recording(3, in: fixture)
    let changes = try writer.changes(in: fixture)
    // The index is a cache; only what is done to the repository can be disturbed.
    let numbers = changes.indices.filter { !changes[$0].path.hasPrefix("ambit/index") }
    let step = FaultSweepTests.isFull ? 1 : max(1, numbers.count / 12)
    for index in stride(from: 0, to: numbers.count, by: step) {
      let store = "\(fixture.directory)/held-\(index).git"
      try FileManager.default.copyItem(atPath: base, toPath: store)
      defer { try? FileManager.default.removeItem(atPath: store) }
      let aftermath = try Aftermath(store, in: fixture)
      let process = try writer.start(in: fixture, on: store, Fault(kind: .pause, change: numbers[index] + 1))
      while process.isRunning, !process.isStopped { usleep(1_000) }
      _ = try StockGit(store).run(["gc", "-q", "--prune=now"])
      _ = try StockGit(store).run(["repack", "-q", "-a", "-d"])
      process.send(signal: SIGCONT)
      let output = try process.wait()
      #expect(output.status == 0, "\(name), held before \(changes[numbers[index]]): \(output)")
      for problem in try aftermath.problems(after: output, of: writer, isKill: false, next: next) {
        Issue.record("\(name), held before \(changes[numbers[index]]): \(problem)")
      }
    }
  }
}
