import KubeModel
import Registers
import Reviews
import Testing

@Suite struct ReviewLedgerTests {
  private typealias F = ReviewFixture

  private func statuses(_ changes: [AppliedChange], _ approvals: [Approval]) -> [ReviewVerdict.Status] {
    F.verdicts(changes, approvals).map(\.status)
  }

  @Test func `a change is reviewed where someone else approved this very transition before`() {
    let change = F.change("ab", at: 100)
    #expect(statuses([change], [F.approval("ab", at: 90)]) == [.reviewed])
    #expect(statuses([change], [F.approval("ab", at: 100)]) == [.reviewed])
    for other in ["ac", "cb", "-b", "a-", "ba"] { #expect(statuses([change], [F.approval(other, at: 90)]) == [.unreviewed], "\(other)") }
    #expect(statuses([change], [F.approval("ab", of: "other", at: 90)]) == [.unreviewed])
    let verdict = F.verdicts([change], [F.approval("ab", at: 90)])[0]
    #expect(verdict.approver == "bob" && verdict.source == .ambit && verdict.isClaimed && verdict.proposal == "p")
  }

  @Test func `an approval is used once`() {
    let changes = [F.change("ab", at: 100), F.change("ba", at: 200), F.change("ab", at: 300)]
    #expect(statuses(changes, [F.approval("ab", at: 90)]) == [.reviewed, .unreviewed, .unreviewed])
    // Two people who approve one change approve it once.
    #expect(statuses(changes, [F.approval("ab", at: 90), F.approval("ab", by: .person("carol"), at: 95)]) == [.reviewed, .unreviewed, .unreviewed])
    #expect(statuses(changes, [F.approval("ab", at: 90), F.approval("ab", at: 250)]) == [.reviewed, .unreviewed, .reviewed])
    // Late, and of what is in force: it is about the change that was made.
    #expect(statuses(changes, [F.approval("ab", at: 90), F.approval("ab", by: .person("carol"), at: 150)]) == [.reviewed, .unreviewed, .unreviewed])
    #expect(statuses(changes, [F.approval("ab", at: 150)]) == [.approvedAfterwards, .unreviewed, .unreviewed])
  }

  @Test func `what is stacked on a change that is yet to be made is approved for later`() {
    let changes = [F.change("ab", at: 100), F.change("bc", at: 200)]
    #expect(statuses(changes, [F.approval("bc", at: 50), F.approval("ab", at: 60)]) == [.reviewed, .reviewed])
  }

  @Test func `an emergency change that is approved afterwards says so, with the delay`() {
    let verdict = F.verdicts([F.change("ab", at: 100)], [F.approval("ab", at: 3700)])[0]
    #expect(verdict.status == .approvedAfterwards && verdict.delay == 3600)
  }

  @Test func `between two readings nobody knows which came first`() {
    let change = F.change("ab", after: 50, at: 100)
    #expect(statuses([change], [F.approval("ab", at: 50)]) == [.reviewed])
    let verdict = F.verdicts([change], [F.approval("ab", at: 51)])[0]
    #expect(verdict.status == .undetermined && verdict.reasons[0].contains("which came first is not known"))
    #expect(statuses([change], [F.approval("ab", at: 51), F.approval("ab", by: .person("carol"), at: 40)]) == [.reviewed])
  }

  @Test func `who approves their own work approves nothing`() {
    let change = F.change("ab", by: .user("carol"), at: 100)
    #expect(statuses([change], [F.approval("ab", by: .person("alice"), at: 90)]) == [.selfApproved], "the author")
    #expect(statuses([change], [F.approval("ab", by: .email("carol@x"), at: 90)]) == [.selfApproved], "the actor")
    let coauthored = F.approval("ab", at: 90, authors: [.person("alice"), .author("Bob <bob@x>")])
    #expect(statuses([change], [coauthored]) == [.selfApproved], "a co-author")
    #expect(statuses([F.change("ab", by: nil, authors: [.email("bob@x")], at: 100)], [F.approval("ab", at: 90)]) == [.selfApproved])
    #expect(statuses([change], [F.approval("ab", by: .person("alice"), at: 90), F.approval("ab", at: 95)]) == [.reviewed])
  }

  @Test func `someone whom the register does not know may be anyone`() {
    let stranger = F.approval("ab", at: 90, authors: [.author("Al <al@home>")])
    let verdict = F.verdicts([F.change("ab", at: 100)], [stranger])[0]
    #expect(verdict.status == .undetermined && verdict.reasons[0].contains("'author:Al <al@home>'"))
    #expect(statuses([F.change("ab", by: .user("eve"), at: 100)], [F.approval("ab", at: 90)]) == [.undetermined])
    #expect(statuses([F.change("ab", by: nil, at: 100)], [F.approval("ab", at: 90, authors: [])]) == [.undetermined])
    // Who made it is not known; whose work it is, is.
    let unattributed = F.verdicts([F.change("ab", by: nil, at: 100)], [F.approval("ab", at: 90)])[0]
    #expect(unattributed.status == .reviewed && unattributed.reasons == ["who made it is not known"])
    // A controller that applies a repository is nobody's account.
    #expect(statuses([F.change("ab", by: .user("system:serviceaccount:argocd:controller"), at: 100)], [F.approval("ab", at: 90)]) == [.reviewed])
  }

  @Test func `behind a trusted proxy it is the impersonated user who acted, and behind any other one the proxy`() {
    func status(_ proxy: String) -> [ReviewVerdict.Status] {
      statuses([F.change("ab", by: .user(proxy), as: .user("bob"), at: 100)], [F.approval("ab", at: 90)])
    }
    #expect(status("proxy") == [.selfApproved])
    #expect(status("carol") == [.reviewed])
    #expect(status("unknown-proxy") == [.undetermined])
  }

  @Test func `what does not count says why`() {
    let change = F.change("ab", at: 100)
    let cases: [(approval: Approval, why: String)] = [
      (F.approval("ab", at: 90, source: .trailers), "did not accept approvals that are only claimed, from 'trailers'"),
      (F.approval("ab", by: .github("robot"), at: 90, source: .github), "robot is a bot"),
      (F.approval("ab", by: .github("nobody"), at: 90, source: .github), "named no one so"),
      (F.approval("ab", at: 90, objection: "it was dismissed"), "it was dismissed"),
      (F.approval("ab", at: 90, key: "SHA256:alice"), "it is signed by the key of alice"),
    ]
    for (approval, why) in cases {
      let verdict = F.verdicts([change], [approval])[0]
      #expect(verdict.status == .unreviewed && verdict.reasons[0].contains(why), "\(verdict.reasons)")
    }
    #expect(F.verdicts([change], [F.approval("ab", at: 90)]) { _ in .none }[0].status == .unreviewed)
  }

  @Test func `a key of a person makes an approval signed, and any other key leaves it a claim`() {
    let change = F.change("ab", by: .user("carol"), at: 100)
    let signed = F.verdicts([change], [F.approval("ab", at: 90, key: "SHA256:bob")])[0]
    #expect(signed.source == .signed && !signed.isClaimed)
    #expect(F.verdicts([change], [F.approval("ab", at: 90, key: "SHA256:stranger")])[0].source == .ambit)
    // The login of a machine need not be known where the key is.
    #expect(F.verdicts([change], [F.approval("ab", by: .login("root@ci"), at: 90, key: "SHA256:bob")])[0].approver == "bob")
    // A collector that signs what it imported vouches for the import, and not for the reviewer.
    #expect(F.verdicts([change], [F.approval("ab", by: .github("bobby"), at: 90, source: .github, key: "SHA256:alice")])[0].source == .github)
  }

  @Test func `the register that was in force counts, and not the one of today`() {
    let from = { (moment: Int64) in moment >= 150_000 ? F.identities : .none }
    let changes = [F.change("ab", at: 100), F.change("bc", at: 200)]
    let verdicts = F.verdicts(changes, [F.approval("ab", at: 90), F.approval("bc", at: 190)], from)
    #expect(verdicts.map(\.status) == [.unreviewed, .reviewed])
    // Approved afterwards, when the register was there.
    #expect(F.verdicts([changes[0]], [F.approval("ab", at: 160)], from).map(\.status) == [.approvedAfterwards])
  }

  @Test func `what means the same needs no review`() {
    #expect(statuses([F.change("aa", at: 100)], []) == [.notNeeded])
  }
}
