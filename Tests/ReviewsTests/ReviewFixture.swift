import KubeModel
import Registers
import Reviews
import Testing

/// Three people, a bot and a GitOps controller, and changes of objects whose states are letters.
struct ReviewFixture {
  static let identities: Identities = {
    let text = """
      apiVersion: ambit/v1
      kind: Identities
      spec:
        people:
          - {name: alice, users: [alice], emails: [alice@x], keys: ["SHA256:alice"]}
          - {name: bob, users: [bob], emails: [bob@x], github: [bobby], keys: ["SHA256:bob"]}
          - {name: carol, users: [carol], emails: [carol@x]}
        bots: [{name: robot, github: [robot]}]
        gitOpsServiceAccounts: [argocd/controller]
        impersonators: [proxy]
        acceptedSources: [signed, ambit, github]
      """
    return Identities(recorded: Array(text.utf8)) ?? .none
  }()

  static func digest(_ state: Character?) -> String? { state.map { String(repeating: $0, count: 64) } }

  /// `ab` is a step from state a to state b, `-a` one that makes the object, `a-` one that deletes it.
  static func transition(_ steps: String, of object: String = "web") -> Transition {
    let states = steps.map { $0 == "-" ? nil : $0 }
    return Transition(
      ObjectID(group: "networking.k8s.io", resource: "networkpolicies", namespace: "shop", name: object),
      from: digest(states[0]), to: digest(states[1]))
  }

  /// A change between two moments, in seconds.
  static func change(
    _ steps: String, of object: String = "web", by actor: Account? = .user("alice"), as impersonated: Account? = nil, authors: [Account] = [], after: Int64? = nil,
    at time: Int64
  ) -> AppliedChange {
    AppliedChange(
      transition(steps, of: object), actor: actor.map { [$0] } ?? [], as: impersonated, authors: authors, after: (after ?? time) * 1000,
      until: time * 1000)
  }

  static func approval(
    _ steps: String..., of object: String = "web", by approver: Account = .person("bob"), at time: Int64,
    source: Identities.Source = .ambit, authors: [Account] = [.person("alice")], objection: String? = nil, key: String? = nil
  ) -> Approval {
    Approval(
      of: "p", by: approver, at: time, source: source, transitions: steps.map { transition($0, of: object) }, authors: authors,
      objection: objection, key: key)
  }

  static func verdicts(
    _ changes: [AppliedChange], _ approvals: [Approval], _ identities: @escaping (Int64) -> Identities = { _ in identities }
  ) -> [ReviewVerdict] {
    ReviewLedger(identities: identities).verdicts(on: changes, approvals)
  }
}
