import AmbitKit
import HistoryIndex
import KubeModel
import Reachability
import Testing

@Suite struct RuleBlameTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private static let web = #"{"from":[{"podSelector":{"matchLabels":{"app":"web"}}}],"ports":[{"port":80}]}"#
  private static let webAgain =
    #"{"ports":[{"protocol":"TCP","port":80}],"from":[{"podSelector":{"matchExpressions":[{"key":"app","operator":"In","values":["web"]}]}}]}"#
  private static let ops = #"{"from":[{"namespaceSelector":{"matchLabels":{"team":"ops"}}}]}"#

  /// Records a state with the policy in it, or without one.
  private func record(_ rules: [String]?, uid: String = "1") throws -> String {
    let spec = #"{"podSelector":{"matchLabels":{"app":"db"}},"ingress":[\#((rules ?? []).joined(separator: ","))]}"#
    let items = rules == nil ? [] : [policy("db", uid: uid, spec: spec)]
    let text =
      "{\"kind\":\"NetworkPolicyList\",\"apiVersion\":\"networking.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[\(items.joined())]}"
    let outcome = try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop")), text])
    return try #require(outcome.commit)
  }

  private func blame(includesGone: Bool = false) throws -> RuleBlame {
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: fixture.nextTime())
    let id = try history.object(named: ObjectReference("netpol/db", namespace: "shop"))
    return try RuleBlame(id, in: history, at: history.point(nil), includesGone: includesGone)
  }

  /// The text of each statement and the commit that brought it.
  private func origins(_ statements: [RuleBlame.Statement]) -> [String: String] {
    Dictionary(statements.map { ($0.form.text, $0.added.snapshot.commit) }, uniquingKeysWith: { first, _ in first })
  }

  private static let webText = "allow ingress from pods with app=web of its namespace on TCP 80"
  private static let opsText = "allow ingress from every pod in namespaces with team=ops"

  @Test func `a rule keeps who added it when others come, move, or are spelled anew`() throws {
    let first = try record([RuleBlameTests.web])
    let second = try record([RuleBlameTests.ops, RuleBlameTests.web])
    _ = try record([RuleBlameTests.webAgain, RuleBlameTests.ops])
    let blame = try self.blame()
    let origins = origins(blame.standing)
    #expect(origins[RuleBlameTests.webText] == first)
    #expect(origins[RuleBlameTests.opsText] == second)
    #expect(blame.standing.map(\.path).last == "spec.ingress[1]")
    #expect(origins["applies to pods with app=db"] == first)
  }

  @Test func `an object that is made again keeps who added its rules, and tells that it was`() throws {
    let first = try record([RuleBlameTests.web])
    let second = try record([RuleBlameTests.web, RuleBlameTests.ops], uid: "2")
    _ = try record(nil)
    let fourth = try record([RuleBlameTests.ops, RuleBlameTests.web], uid: "3")
    let standing = try blame().standing
    #expect(origins(standing)[RuleBlameTests.webText] == first)
    #expect(origins(standing)[RuleBlameTests.opsText] == second)
    let web = try #require(standing.first { $0.form.text == RuleBlameTests.webText })
    #expect(web.recreated.map(\.snapshot.commit) == [second, fourth])
  }

  @Test func `a rule that goes and comes back is told twice`() throws {
    let first = try record([RuleBlameTests.web, RuleBlameTests.ops])
    let second = try record([RuleBlameTests.ops])
    let third = try record([RuleBlameTests.ops, RuleBlameTests.web])
    let blame = try self.blame(includesGone: true)
    #expect(origins(blame.standing)[RuleBlameTests.webText] == third)
    #expect(blame.gone.map(\.form.text) == [RuleBlameTests.webText])
    #expect(blame.gone[0].added.snapshot.commit == first)
    #expect(blame.gone[0].removed?.snapshot.commit == second)
  }

  @Test func `a deleted policy has rules that are gone, and none that stand`() throws {
    _ = try record([RuleBlameTests.web])
    let second = try record(nil)
    #expect(throws: AmbitError.self) { _ = try self.blame() }
    let blame = try self.blame(includesGone: true)
    #expect(blame.standing.isEmpty)
    #expect(Set(blame.gone.map(\.removed?.snapshot.commit)) == [second])
    #expect(blame.gone.count == 3)
  }

  @Test func `an index made from nothing has the same rules`() throws {
    for rules in [[RuleBlameTests.web], [RuleBlameTests.ops], nil, [RuleBlameTests.ops, RuleBlameTests.webAgain]] {
      _ = try record(rules)
    }
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil)
  }
}
