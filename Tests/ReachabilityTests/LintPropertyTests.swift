import KubeModel
import Testing

@testable import Reachability

/// What the linter calls redundant or shadowed can be deleted, all of it together, and nothing changes.
@Suite struct LintPropertyTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }

    mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
    mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: choices.indices, using: &self)] }
  }

  private static let pods: [LabelExpression] = [
    .everything, .is(.namespaceName, "shop"), .is(.pod("app"), "web"), .is(.pod("app"), "api"),
    .all([.is(.namespaceName, "shop"), .is(.pod("app"), "api")]), .has(.pod("k8s-app")), .is(.pod("app"), "none"),
  ]
  private static let blocks = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24"].compactMap { IPRange($0) }

  private func rule(
    _ actions: [RuleAction], _ path: String, isSure: Bool, _ random: inout Generator
  ) -> PolicyRule {
    var terms: [PeerTerm] = []
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let who: PeerTerm.Who =
        random.isOne(in: 3)
        ? .addresses([random.pick(Self.blocks)], reach: random.pick([.outside, .everywhere]))
        : .pods(random.pick(Self.pods))
      terms.append(PeerTerm(who, path: path))
    }
    let low = UInt16.random(in: 79...82, using: &random)
    let some = TrafficSet(random.pick([.tcp, .tcp, .udp]), low...(low + UInt16.random(in: 0...2, using: &random)))
    let named = random.isOne(in: 6) ? [NamedPort(random.pick(["http", "grpc"]), .tcp)] : []
    return PolicyRule(
      action: random.pick(actions), peers: random.isOne(in: 4) ? .everyone : .terms(terms),
      traffic: random.isOne(in: 3) ? .everything : .some(some, named: named),
      condition: !isSure && random.isOne(in: 6) ? RuleCondition(code: "http", text: "a request's content") : nil, path: path)
  }

  private func policies(_ random: inout Generator, onlyAllows: Bool, isSure: Bool = false) -> [Policy] {
    (0..<Int.random(in: 1...5, using: &random)).map { number in
      let kind = onlyAllows ? 0 : Int.random(in: 0...3, using: &random)
      let actions: [RuleAction] =
        kind == 0 ? [.allow] : random.isOne(in: 12) ? [.unknown, .allow] : [.allow, .deny, .pass]
      let tier: Tier = kind == 1 ? .admin : kind == 2 ? .baseline : .default
      var sections: [Direction: Policy.Section] = [:]
      for direction in Direction.allCases where random.isOne(in: 2) {
        let rules = (0..<Int.random(in: 0...3, using: &random)).map { rule(actions, "\(direction).\($0)", isSure: isSure, &random) }
        sections[direction] = Policy.Section(isolates: tier.end == .deny, rules: rules)
      }
      return Policy(
        identity: Policy.Identity(
          kind: "P\(kind)", group: kind == 0 ? "networking.k8s.io" : "x", namespace: nil, name: "\(number)", path: ""),
        subjects: random.pick(Self.pods), tier: tier,
        rank: Policy.Rank(
          order: kind == 0 ? 1 : Double(Int.random(in: 0...2, using: &random)),
          tieBreak: kind == 0 || kind == 3 || random.isOne(in: 2) ? "\(number)" : nil),
        sections: sections)
    }
  }

  /// The policies without what was found.
  private func without(_ findings: [LintFinding], _ policies: [Policy]) -> [Policy] {
    policies.compactMap { policy in
      let own = findings.filter { $0.policy == policy.identity }
      if own.contains(where: { $0.code == .redundantPolicy }) { return nil }
      let paths = Set(own.map(\.path))
      return Policy(
        identity: policy.identity, subjects: policy.subjects, tier: policy.tier, rank: policy.rank,
        sections: policy.sections.mapValues { section in
          Policy.Section(isolates: section.isolates, rules: section.rules.filter { !paths.contains($0.path) })
        })
    }
  }

  private func maps(_ policies: [Policy], _ model: ClusterModel, cutBy all: [Policy]) -> [VerdictMap] {
    let engine = ReachabilityEngine(model, policies, Semantics(.kubernetes), cutBy: all)
    return Direction.allCases.flatMap { direction in
      model.endpoints.indices.flatMap { endpoint in
        let row = engine.row(endpoint, direction)
        return (0..<(engine.columnCount(direction))).map { engine.table.map(row.state($0)) }
      }
    }
  }

  private func findings(_ policies: [Policy], _ state: ClusterState, _ model: ClusterModel) -> [LintFinding] {
    var set = PolicySet()
    set.policies = policies
    let linter = Linter(ReachabilityEngine(model, policies, Semantics(.kubernetes)), set, state)
    return linter.findings.filter { [.redundantRule, .redundantPolicy, .shadowedRule].contains($0.code) }
  }

  @Test func `nothing changes without what is redundant or shadowed`() throws {
    let state = try LintCase.state()
    let model = ClusterModel(state)
    var count: [LintCode: Int] = [:]
    for seed in UInt64(1)...1_500 {
      var random = Generator(state: seed)
      let policies = policies(&random, onlyAllows: seed % 3 == 0)
      let findings = findings(policies, state, model)
      guard !findings.isEmpty else { continue }
      for finding in findings { count[finding.code, default: 0] += 1 }
      let isSame =
        maps(policies, model, cutBy: policies) == maps(without(findings, policies), model, cutBy: policies)
      #expect(isSame, "seed \(seed): \(findings)")
      if !isSame { return }
    }
    // The test is worth its name only where there was something to delete.
    for code in [LintCode.redundantRule, .redundantPolicy, .shadowedRule] { #expect(count[code, default: 0] > 50) }
  }

  @Test func `where rules only allow, each that is left decides something`() throws {
    // Every block holds all addresses of pods and nodes or none, so that no rule is in doubt.
    let state = try LintCase.state(ranges: .init(pods: ["10.1.0.0/16"], nodes: ["192.0.2.9"]))
    let model = ClusterModel(state)
    for seed in UInt64(1)...300 {
      var random = Generator(state: seed)
      // Of rules that depend on something else, two may stand for each other only where it is the same.
      let policies = policies(&random, onlyAllows: true, isSure: true)
      let left = without(findings(policies, state, model), policies)
      let before = maps(left, model, cutBy: policies)
      for policy in left {
        for direction in Direction.allCases {
          for rule in policy.sections[direction]?.rules ?? [] where matches(rule, policy, direction, model, left) {
            let finding = LintFinding(.redundantRule, policy.identity, path: rule.path, "")
            let isSame = before == maps(without([finding], left), model, cutBy: policies)
            #expect(!isSame, "seed \(seed): \(policy.identity.title) \(rule.path)")
          }
        }
      }
    }
  }

  /// Whether a rule is about any traffic of any peer and pod.
  private func matches(
    _ rule: PolicyRule, _ policy: Policy, _ direction: Direction, _ model: ClusterModel, _ all: [Policy]
  ) -> Bool {
    let alone = Policy(
      identity: policy.identity, subjects: policy.subjects, tier: policy.tier, rank: policy.rank,
      sections: [direction: Policy.Section(isolates: true, rules: [rule])])
    let silent = Policy(
      identity: policy.identity, subjects: policy.subjects, tier: policy.tier, rank: policy.rank,
      sections: [direction: Policy.Section(isolates: true, rules: [])])
    return maps([alone], model, cutBy: all) != maps([silent], model, cutBy: all)
  }
}
