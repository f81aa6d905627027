package import KubeModel
internal import Synchronization

/// Whether policies of all kinds close the pods of a namespace off, and what they let through, as the engine evaluates it.
///
/// Asked of the pods that are there, of templates, and of a new pod without labels; against a stranger (a pod without labels
/// in a namespace that nobody labelled), against addresses outside, and against nodes. Other pods of the cluster are not
/// looked at, so that the answers rest on little. Made when first asked, and safe to share.
package final class Isolation: Sendable {
  package enum Verdict: Sendable, Hashable {
    /// No policy isolates the pod: everything is allowed.
    case notIsolated
    /// Policy isolates it, and lets everyone through again; the rule that does where one can be named.
    case open(Opening)
    /// Isolated, and nothing lets everyone through.
    case closed
    case unknown(reason: String)
  }

  /// What lets everyone through.
  package struct Opening: Sendable, Hashable {
    package let policy: Policy.Identity?
    /// Where the rule stands in it, such as `spec.ingress[0]`.
    package let path: String?
    package let everyone: String
  }

  /// Pods that are asked about.
  package enum Subject: Sendable, Hashable {
    /// By kind and name, such as `Deployment/api`.
    case workload(String)
    /// A pod without labels that somebody may deploy.
    case newcomer
  }

  /// Why nothing can be said of the namespace, or nil.
  package let unknownReason: String?
  private let core: Mutex<IsolationCore>

  /// - Parameters:
  ///   - namespace: nil for policies of the cluster, which stand in no namespace.
  ///   - state: what may be looked at; policies for pods of the namespace have to be in it.
  package init(_ namespace: String?, _ state: ClusterState) {
    let semantics = Semantics(Semantics.Profile(of: state))
    let set = PolicySet(state, semantics)
    unknownReason = Isolation.unknownReason(namespace, state, set)
    core = Mutex(IsolationCore(namespace, state, set, semantics))
  }

  /// The verdict for each kind of pod of a subject that is not on its node's network; none where it has no such pods.
  package func verdicts(_ subject: Subject, _ direction: Direction) -> [Verdict] {
    if let unknownReason { return [.unknown(reason: unknownReason)] }
    return core.withLock { core in core.endpoints(subject).map { core.verdict($0, direction) } }
  }

  /// Whether every pod of the namespace is closed off, also those that nobody has seen and that have other labels.
  package func closesEveryPod(_ direction: Direction) -> Bool {
    unknownReason == nil && core.withLock { $0.closesEveryPod(direction) }
  }

  /// What becomes of a workload's traffic to addresses outside, also of its pods on the network of their node.
  package func outcome(_ subject: Subject, to addresses: [IPRange], _ traffic: TrafficSet) -> Connections.Outcome {
    core.withLock { $0.outcome(subject, to: addresses, traffic) }
  }

  /// What becomes of a workload's traffic to nodes.
  package func outcomeToNodes(_ subject: Subject, _ traffic: TrafficSet) -> Connections.Outcome {
    core.withLock { $0.outcomeToNodes(subject, traffic) }
  }

  /// The ports that a workload's pods declare.
  package func declared(_ subject: Subject) -> TrafficSet { core.withLock { $0.declared(subject) } }

  /// What the rules of the namespace's policies (or of the cluster's) allow, policy by policy.
  package var permissions: [Permission] { core.withLock { $0.permissions() } }

  /// The policies that stand in the namespace, or in none: each object once, in the order in which they are asked.
  package var policies: [PolicyStanding] { core.withLock { $0.standings() } }

  /// Through what traffic from outside arrives at the namespace's workloads, and where policy lets it in.
  package var exposures: [Exposed] { core.withLock { $0.exposures() } }

  // MARK: What is not known

  /// Why nothing can be said of what policies of a state do in a namespace, or nil.
  package static func unknownReason(_ namespace: String?, _ state: ClusterState, _ set: PolicySet) -> String? {
    func isHere(_ identity: Policy.Identity) -> Bool { identity.namespace == nil || identity.namespace == namespace }
    if let reason = state.unreadPolicies(namespace: namespace) { return reason }
    if let entry = state.entries.first(where: { entry in
      entry.type.role == .unmodelledPolicy && (entry.object.namespace == nil || entry.object.namespace == namespace)
    }) {
      return "\(entry.type.kind) \(entry.object.name) (\(entry.type.group)) may decide otherwise and is not evaluated"
    }
    if let problem = set.problems.first(where: { $0.effect == .refused && isHere($0.policy) }) {
      return "\(problem.policy.kind) \(problem.policy.name) cannot be evaluated: \(problem.path) \(problem.message)"
    }
    // Where the CNI is not known, it may be the one that enforces them.
    if state.enforcement.cni == nil, let other = set.unenforced.first(where: { isHere($0.policy) }) {
      return "\(other.policy.kind) \(other.policy.name) (\(other.policy.group)) may decide otherwise, as the CNI is not known"
    }
    return unreadSets(namespace, state, set)
  }

  /// Why nobody can tell whom a rule in force speaks of.
  private static func unreadSets(_ namespace: String?, _ state: ClusterState, _ set: PolicySet) -> String? {
    guard set.policies.contains(where: { policy in policy.sections.values.contains { $0.rules.contains(where: \.isUnresolved) } })
    else { return nil }
    for (group, resource) in [
      ("", "services"), ("cilium.io", "ciliumcidrgroups"), (ResourceCatalog.calicoGroup, "networksets"),
      (ResourceCatalog.calicoGroup, "globalnetworksets"),
    ] {
      guard let type = ResourceCatalog.type(group: group, resource: resource),
        let reason = state.unreadReason(type, namespace: namespace)
      else { continue }
      return "\(type.qualifiedName), which a rule speaks of, unread: \(reason)"
    }
    return nil
  }
}

/// A policy object, and what can be said of it as a whole.
package struct PolicyStanding: Sendable {
  package let identity: Policy.Identity
  /// The directions that it says something about.
  package let directions: Set<Direction>
  /// Those of them in which what no rule allows is denied.
  package let isolates: Set<Direction>
  /// Whether it allows anything.
  package let hasPermissions: Bool
  /// Whether its selector selects one of the workloads that were looked at, or is meant for all that may come.
  package let isSelecting: Bool
  /// The field that says whom it applies to.
  package let subjectPath: String
  /// Why nobody enforces it, or why it cannot be evaluated.
  package let defect: Defect?

  package enum Defect: Sendable, Hashable {
    case notEnforced(String)
    case notEvaluated(String)
  }
}

/// What one rule of a policy allows.
package struct Permission: Sendable {
  package let policy: Policy.Identity
  package let direction: Direction
  /// Where the rule stands, such as `spec.ingress[0]`.
  package let path: String
  /// Everyone that it lets through, in words; nil where its peers are limited.
  package let everyone: String?
  /// Whether everyone is let through by this rule with others, at a pod that is there or a new one.
  package let isPartOfEveryone: Bool
  /// Addresses outside that it lets through.
  package let addresses: [IPRange]
  /// Whether it lets all pods of a namespace, or of many, through.
  package let isForWholeNamespaces: Bool
  /// Whether that is (nearly) every port of a protocol.
  package let isEveryPort: Bool
  /// The ports that it opens, names resolved at the pods that it applies to.
  package let traffic: TrafficSet
  /// Ports of the pods that it applies to, as they declare them, that it opens.
  package let declared: TrafficSet
}

/// An entry point that leads to a workload, and who may come through.
package struct Exposed: Sendable {
  package let entryPoint: EntryPoint
  /// `Deployment/api`
  package let workload: String
  /// The traffic that policy lets in.
  package let traffic: TrafficSet
  /// The clients; empty where policy does not see them.
  package let clients: [IPRange]
  /// Whether nobody can tell what policy does.
  package let isUnknown: Bool
}

extension Semantics.Profile {
  /// The CNI that a state shows, and `kubernetes` where it shows none that differs from it.
  package init(of state: ClusterState) {
    switch state.enforcement.cni {
    case "calico": self = .calico
    case "cilium": self = .cilium
    case "ovn-kubernetes": self = .ovn
    default: self = .kubernetes
    }
  }
}
