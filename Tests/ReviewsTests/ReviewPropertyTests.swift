import KubeModel
import ReferenceEvaluator
import Registers
import Reviews
import Testing

/// What holds of every history and every set of approvals.
@Suite struct ReviewPropertyTests {
  private struct Sample {
    var changes: [AppliedChange] = []
    var approvals: [Approval] = []

    /// Two objects that go through a few states, and approvals of steps that mostly were made.
    init(_ seed: UInt64) {
      var numbers = SplitMix64(seed: seed)
      var states: [String: Character] = ["web": "-", "db": "-"]
      let people = ["alice", "bob", "carol", "eve"]
      var time: Int64 = 1000
      for _ in 0..<Int.random(in: 1...8, using: &numbers) {
        let object = Bool.random(using: &numbers) ? "web" : "db"
        let next = "abc-".randomElement(using: &numbers) ?? "a"
        let actor = people.randomElement(using: &numbers).map { Account.user($0) }
        let before = time
        time += Int64.random(in: 1...40, using: &numbers)
        changes.append(
          ReviewFixture.change(
            "\(states[object] ?? "-")\(next)", of: object, by: Int.random(in: 0..<4, using: &numbers) == 0 ? nil : actor,
            after: Bool.random(using: &numbers) ? before : nil, at: time))
        states[object] = next
      }
      for _ in 0..<Int.random(in: 0...8, using: &numbers) {
        guard let change = changes.randomElement(using: &numbers) else { continue }
        approvals.append(
          Approval(
            of: "p\(approvals.count)", by: .person(people.randomElement(using: &numbers) ?? "bob"),
            at: Int64.random(in: 990...(time + 20), using: &numbers),
            source: [.ambit, .github, .trailers].randomElement(using: &numbers) ?? .ambit, transitions: [change.transition],
            authors: [.person(people.randomElement(using: &numbers) ?? "alice")]))
      }
    }
  }

  private static let seeds: ClosedRange<UInt64> = 1...2_000

  private func good(_ verdicts: [ReviewVerdict]) -> [String] {
    verdicts.filter { [.reviewed, .approvedAfterwards].contains($0.status) }.compactMap(\.proposal)
  }

  @Test func `no approval is used twice, and none that is used is of another transition, too late, or by its maker`() {
    for seed in ReviewPropertyTests.seeds {
      let sample = Sample(seed)
      let verdicts = ReviewFixture.verdicts(sample.changes, sample.approvals)
      let used = good(verdicts)
      #expect(Set(used).count == used.count, "seed \(seed)")
      for (change, verdict) in zip(sample.changes, verdicts) where verdict.status == .reviewed || verdict.status == .approvedAfterwards {
        let approval = sample.approvals.first { $0.proposal == verdict.proposal }
        #expect(approval?.transitions == [change.transition], "seed \(seed)")
        #expect((approval?.time ?? 0) * 1000 <= change.after || verdict.status == .approvedAfterwards, "seed \(seed)")
        #expect(!change.actor.contains(.user(verdict.approver ?? "")) && approval?.authors != [.person(verdict.approver ?? "")], "seed \(seed)")
        #expect(approval?.source != .trailers, "seed \(seed)")
      }
    }
  }

  @Test func `the order in which approvals are recorded does not matter`() {
    for seed in ReviewPropertyTests.seeds {
      let sample = Sample(seed)
      var numbers = SplitMix64(seed: seed &* 7)
      #expect(
        ReviewFixture.verdicts(sample.changes, sample.approvals)
          == ReviewFixture.verdicts(sample.changes, sample.approvals.shuffled(using: &numbers)), "seed \(seed)")
    }
  }

  @Test func `one more approval takes no approval away from a change`() {
    for seed in ReviewPropertyTests.seeds {
      let sample = Sample(seed)
      guard let more = Sample(seed &+ 77_777).approvals.first ?? sample.approvals.first else { continue }
      let before = ReviewFixture.verdicts(sample.changes, sample.approvals)
      let after = ReviewFixture.verdicts(sample.changes, sample.approvals + [more])
      for (old, new) in zip(before, after) where old.status == .reviewed { #expect(new.status == .reviewed, "seed \(seed)") }
    }
  }

  @Test func `without approvals, and without a register, nothing is reviewed`() {
    for seed in ReviewPropertyTests.seeds {
      let sample = Sample(seed)
      #expect(good(ReviewFixture.verdicts(sample.changes, [])).isEmpty)
      #expect(good(ReviewFixture.verdicts(sample.changes, sample.approvals) { _ in .none }).isEmpty)
    }
  }

  @Test func `proposals and approvals are read back as they were written, and the id depends on the transitions alone`() throws {
    for seed in ReviewPropertyTests.seeds.prefix(100) {
      let sample = Sample(seed)
      for approval in sample.approvals { #expect(Approval(approval.value) == approval) }
      let transitions = sample.changes.map(\.transition)
      let proposal = Proposal(transitions, title: "t", authors: [.person("alice")], origin: "o", time: 5)
      #expect(Proposal(proposal.value, time: 5) == proposal)
      #expect(Proposal(transitions.reversed() + transitions, title: "u", authors: [], origin: "x", time: 9).id == proposal.id)
    }
  }
}
