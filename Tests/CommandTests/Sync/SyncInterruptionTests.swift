import Foundation
import Testing
import TestSupport

/// Transfers that are killed: both sides stay whole, and the next sync completes them.
@WaitingTests @Suite struct SyncInterruptionTests {
  let place: SyncFixture

  init() throws { place = try SyncFixture() }

  /// Kills git, and all that it started, this many milliseconds into its transfers.
  private func killing(after milliseconds: Int, _ kind: String) throws -> [String: String] {
    let path = try place.fixture.write(
      "shim/git",
      """
      #!/bin/sh
      PATH=${PATH#*:}
      case " $* " in *" \(kind) "*) exec timeout -s KILL \(Double(milliseconds) / 1000) git "$@";; esac
      exec git "$@"
      """)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return ["PATH": "\(place.directory)/shim:\(ProcessInfo.processInfo.environment["PATH"] ?? "")"]
  }

  /// What a store has in a reference is never more than its observations' snapshots can be found for.
  private func expectWhole(_ repository: String, _ moment: String) throws {
    #expect(try place.complaints(repository) == "", "\(repository) \(moment)")
    let references = try place.references(repository)
    guard let observation = references["refs/ambit/observations/prod"] else { return }
    let state = try place.git(
      "-C", "\(repository).git", "log", "-1", "--format=%(trailers:key=Ambit-State,valueonly)", observation
    ).stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    let isThere = try place.git("-C", "\(repository).git", "merge-base", "--is-ancestor", state, "refs/heads/prod")
    #expect(isThere.status == 0, "\(repository) \(moment): \(state) is not on the branch")
  }

  /// A killed git may leave its lock, which the error names; a person removes it.
  private func removeLocks() {
    for repository in ["a.git", "b.git", "server.git"] {
      let folder = "\(place.directory)/\(repository)"
      for file in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
      where file.hasSuffix(".lock") {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(file)")
      }
    }
  }

  @Test func `git is killed at many points of a push and of a fetch`() throws {
    try place.machine("a", cluster: "prod", readings: 1)
    try place.machine("b")
    var cut = 0
    for step in 0..<12 {
      try place.record("a", cluster: "prod", step + 1, policies: 200)
      for (machine, kind) in [("a", "push"), ("b", "fetch")] {
        let moment = "\(kind) after \(step * 4) ms"
        if try place.sync(machine, environment: killing(after: step * 4, kind)).output.status != 0 { cut += 1 }
        for repository in ["a", "server", "b"] { try expectWhole(repository, moment) }
        removeLocks()
        let next = try place.sync(machine)
        #expect(next.output.status == 0, "\(moment): \(next.output.stdout)\(next.output.stderr)")
      }
      #expect(try place.references("a") == place.references("b"))
    }
    #expect(cut > 0, "no transfer was cut")
    #expect(try place.ambit("b", "index", "check").status == 0)
  }

  @Test func `ambit is killed at many points of a sync`() throws {
    try place.machine("a", cluster: "prod", readings: 1)
    try place.machine("b")
    var cut = 0
    for step in 0..<12 {
      try place.record("a", cluster: "prod", step + 1, policies: 200)
      for machine in ["a", "b"] {
        let killed = try place.fixture.run(
          ["-s", "KILL", "\(Double(step * 15) / 1000 + 0.001)", CommandFixture.builtBinary, "sync", "./server.git"],
          environment: ["AMBIT_STORE": "\(machine).git"], program: "/usr/bin/timeout")
        if killed.status != 0 { cut += 1 }
        // A git that it started ends by itself; until then it may hold a lock.
        var next = try place.sync(machine)
        for _ in 0..<20 where next.output.status != 0 {
          usleep(100_000)
          next = try place.sync(machine)
        }
        #expect(next.output.status == 0, "\(machine) killed after \(step * 15) ms: \(next.output.stdout)\(next.output.stderr)")
        for repository in ["a", "server", "b"] { try expectWhole(repository, "killed after \(step * 15) ms") }
      }
      #expect(try place.references("a") == place.references("b"))
    }
    #expect(cut > 0, "no sync was cut")
    #expect(try place.ambit("b", "index", "check").status == 0)
  }
}
