internal import KubeModel
internal import Reachability
internal import Registers

/// The policies of one namespace, or those that stand in none.
struct PolicyScope: Sendable {
  /// Nil for the policies of the cluster.
  let namespace: String?
  let state: ClusterState
  let rulings: Rulings
  let isolation: Isolation
  /// The policy objects of the scope, with what their rules allow.
  let policies: [(standing: PolicyStanding, permissions: [Permission])]
  private let annotations: [String: [String: String]]

  /// - Parameter state: what `NamespaceParts` gives for the namespace; for the cluster, what it shares.
  init(_ namespace: String?, _ state: ClusterState, _ rulings: Rulings) {
    self.namespace = namespace
    self.state = state
    self.rulings = rulings
    isolation = Isolation(namespace, state)
    let permissions = Dictionary(grouping: isolation.permissions, by: \.policy.path)
    policies = isolation.policies.map { ($0, permissions[$0.identity.path] ?? []) }
    annotations = Dictionary(
      state.entries.filter { $0.type.isPolicy && $0.object.namespace == namespace }.map { ($0.path, $0.object.annotations) },
      uniquingKeysWith: { first, _ in first })
  }

  func subject(_ policy: Policy.Identity) -> CheckResult.Subject {
    .init(kind: policy.kind, namespace: policy.namespace, name: policy.name)
  }

  /// The annotations that a policy should have and does not.
  func missing(_ keys: [String], of policy: Policy.Identity) -> [String] {
    keys.filter { (annotations[policy.path]?[$0] ?? "").allSatisfy(\.isWhitespace) }
  }

  /// Whether a policy says why it is needed.
  func isJustified(_ policy: Policy.Identity) -> Bool { missing([rulings.parameters.justificationAnnotation], of: policy).isEmpty }

  /// Asks of each policy that is evaluated; the others get their outcomes, and those that nobody saw.
  func answer(
    where applies: (PolicyStanding) -> Bool = { _ in true },
    _ judge: (PolicyStanding, [Permission], inout CheckAnswer) -> Void
  ) -> CheckAnswer {
    var answer = CheckAnswer()
    for (standing, permissions) in policies {
      switch standing.defect {
      case .notEvaluated(let reason): answer.add(subject(standing.identity), .notEvaluated, reason)
      case .notEnforced(let reason): answer.add(subject(standing.identity), .notApplicable, reason)
      case nil: if applies(standing) { judge(standing, permissions, &answer) }
      }
    }
    answer.outcomes += unjudged
    return answer
  }

  /// Outcomes for policies that Ambit does not model, and for those that nobody saw.
  private var unjudged: [CheckResult.Outcome] {
    let own = namespace.map { CheckResult.Subject(kind: "Namespace", namespace: nil, name: $0) } ?? .cluster(state.cluster)
    let unmodelled = state.entries.filter { $0.type.role == .unmodelledPolicy && $0.object.namespace == namespace }
    return (unread.map { [.init(subject: own, status: .notEvaluated, reason: $0)] } ?? [])
      + unmodelled.map { entry in
        .init(
          subject: .init(kind: entry.type.kind, namespace: entry.object.namespace, name: entry.object.name),
          status: .notEvaluated, reason: "\(entry.type.kind) \(entry.object.name) (\(entry.type.group)) is not evaluated")
      }
  }

  /// Why there may be policies in the scope that nobody saw, or nil.
  private var unread: String? {
    if let namespace { return state.unreadPolicies(namespace: namespace) }
    for type in ResourceCatalog.all where type.isPolicy && !type.isNamespaced {
      if let reason = state.unreadReason(type) { return "\(type.qualifiedName) unread: \(reason)" }
    }
    return nil
  }
}

extension Check {
  /// A check of policies, wherever they stand.
  static func ofPolicies(
    _ id: String, _ title: String, reason: String, remedy: String, population: String = "policies",
    whenNone: String = "there are no policies", _ ask: @escaping @Sendable (PolicyScope) -> CheckAnswer
  ) -> Check {
    Check(
      id: id, title: title, reason: reason, remedy: remedy, population: population, whenNone: whenNone,
      .both({ ask($0.policies) }, .shared) { ask($0.clusterPolicies) })
  }
}
