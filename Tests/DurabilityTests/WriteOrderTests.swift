import Foundation
import Testing
import TestSupport

/// A power cut cannot be had in a test; what can be shown is in which order a writer makes things durable.
@Suite(.onOwnThreads) struct WriteOrderTests {
  private let fixture: CommandFixture
  private let changes: [Change]

  init() throws {
    fixture = try CommandFixture()
    let base = try Scenario.store("base.git", states: 1, in: fixture)
    changes = try Scenario(
      name: "changed", base: base, arguments: Scenario.recording(2, in: fixture), status: 0, newStates: 1
    ).changes(in: fixture)
  }

  /// Where a file got its name by a link or a rename.
  private func arrival(_ isName: (String) -> Bool) -> Int? {
    changes.firstIndex { ["link", "rename"].contains($0.call) && $0.destination.map(isName) == true }
  }

  @Test func `a snapshot of ten changes costs at most eight syncs`() {
    let syncs = changes.filter(\.isSync)
    #expect(syncs.count <= 8, "\(syncs.map(\.description).joined(separator: "\n"))")
  }

  @Test func `the pack is durable before the first ref moves`() throws {
    let firstRef = try #require(arrival { $0.hasPrefix("refs/") })
    for ending in [".pack", ".idx"] {
      let place = try #require(arrival { $0.hasPrefix("objects/pack/pack-") && $0.hasSuffix(ending) })
      let change = changes[place]
      let names = [change.path, change.destination]
      let synced = changes[..<firstRef].lastIndex { $0.isSync && names.contains($0.path) }
      let written = changes.lastIndex { $0.isWrite && names.contains($0.path) }
      #expect(synced != nil && written != nil, "\(ending) is never synced")
      if let synced, let written { #expect(written < synced, "\(ending) is written to after it was synced") }
      #expect(place < firstRef)
      #expect(
        changes[place..<firstRef].contains { $0.isSync && $0.path == "objects/pack" },
        "the name of \(ending) is not durable when the first ref moves")
    }
  }

  @Test func `what the writer is about to do is durable before the first ref moves`() throws {
    let firstRef = try #require(arrival { $0.hasPrefix("refs/") })
    let written = try #require(changes.lastIndex { $0.isWrite && $0.path.hasSuffix(".keep") })
    let synced = changes.firstIndex { $0.isSync && $0.path.hasSuffix(".keep") }
    #expect(synced.map { written < $0 && $0 < firstRef } == true)
  }

  @Test func `both refs are durable before the command ends, the observations first`() throws {
    let observation = try #require(arrival { $0 == StoreProbe.observations })
    let branch = try #require(arrival { $0 == StoreProbe.branch })
    #expect(observation < branch)
    for place in [observation, branch] {
      let change = changes[place]
      let folder = change.destination?.split(separator: "/").dropLast().joined(separator: "/")
      #expect(
        changes[..<place].contains { $0.isSync && $0.path == change.path }, "\(change): moved before it is durable")
      #expect(changes[place...].contains { $0.isSync && $0.path == folder }, "\(change): its name is not durable")
    }
  }
}
