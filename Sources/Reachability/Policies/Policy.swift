package import KubeModel

/// A policy of any kind, in the terms that the engine evaluates.
///
/// Readers turn Kubernetes objects into these; the engine knows no kinds.
package struct Policy: Sendable {
  /// Which policy it is: enough to name it and to find it.
  package struct Identity: Sendable, Hashable {
    package let kind: String
    package let group: String
    package let namespace: String?
    package let name: String
    /// Its place in the store, or its file.
    package let path: String

    package init(_ entry: ClusterState.Entry) {
      kind = entry.object.kind
      group = entry.object.group
      namespace = entry.type.isNamespaced ? entry.object.namespace ?? "default" : nil
      name = entry.object.name
      path = entry.path
    }

    package init(kind: String, group: String, namespace: String?, name: String, path: String) {
      self.kind = kind
      self.group = group
      self.namespace = namespace
      self.name = name
      self.path = path
    }

    /// `NetworkPolicy shop/allow-web`
    package var title: String { "\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)" }
  }

  /// What a policy says about one direction.
  package struct Section: Sendable {
    /// Whether the pods that the policy applies to get the end of its tier where no rule decides.
    package let isolates: Bool
    /// In the order in which they are tried; the first that matches decides.
    package let rules: [PolicyRule]
    package init(isolates: Bool, rules: [PolicyRule]) {
      self.isolates = isolates
      self.rules = rules
    }
  }

  package let identity: Identity
  /// The pods that it applies to.
  package let subjects: LabelExpression
  package let tier: Tier
  /// Its rank in its tier.
  package let rank: Rank
  package let sections: [Direction: Section]

  package init(
    identity: Identity, subjects: LabelExpression, tier: Tier, rank: Rank, sections: [Direction: Section]
  ) {
    self.identity = identity
    self.subjects = subjects
    self.tier = tier
    self.rank = rank
    self.sections = sections
  }

  /// Where a policy stands among those of its tier: smaller ranks are tried first.
  package struct Rank: Sendable, Hashable, Comparable {
    /// The order or priority that it states; `.infinity` where it states none.
    package let order: Double
    /// What decides among equal orders; nil where nothing does, and policies that differ are ambiguous.
    package let tieBreak: String?
    package init(order: Double, tieBreak: String?) {
      self.order = order
      self.tieBreak = tieBreak
    }

    package static func < (left: Rank, right: Rank) -> Bool {
      if left.order != right.order { return left.order < right.order }
      return (left.tieBreak ?? "").utf8.lexicographicallyPrecedes((right.tieBreak ?? "").utf8)
    }
  }
}

/// Policies that are asked together, before those of the next tier.
package struct Tier: Sendable, Hashable {
  package enum End: Sendable, Hashable { case deny, pass }

  package let name: String
  /// Smaller orders are asked first.
  package let order: Double
  /// What becomes of traffic that no rule decides, where a policy of the tier isolates the pod.
  package let end: End

  package init(name: String, order: Double, end: End) {
    self.name = name
    self.order = order
    self.end = end
  }
}

extension Tier: Comparable {
  package static func < (left: Tier, right: Tier) -> Bool {
    if left.order != right.order { return left.order < right.order }
    return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
}

package enum RuleAction: Sendable, Hashable {
  case allow
  case deny
  /// Leaves the tier: the next one decides.
  case pass
  /// Nobody can say what the rule does.
  case unknown
}

/// One rule of a policy.
package struct PolicyRule: Sendable {
  package let action: RuleAction
  package let peers: RulePeers
  /// What has to hold of the pod itself that the policy applies to; nil where that it applies is enough.
  package let subject: PeerTerm.Who?
  package let traffic: RuleTraffic
  /// What decides beside the objects whether the rule applies.
  package let condition: RuleCondition?
  /// Where it stands in its policy, such as `spec.ingress[0]`.
  package let path: String
  /// The name that the rule has of its own.
  package let name: String?

  package init(
    action: RuleAction, peers: RulePeers, subject: PeerTerm.Who? = nil, traffic: RuleTraffic,
    condition: RuleCondition? = nil, path: String, name: String? = nil
  ) {
    self.action = action
    self.peers = peers
    self.subject = subject
    self.traffic = traffic
    self.condition = condition
    self.path = path
    self.name = name
  }
}

/// Why a rule applies in some cases only.
package struct RuleCondition: Sendable, Hashable {
  /// A stable word, such as `http` or `domain-name`.
  package let code: String
  /// The reason in a sentence.
  package let text: String
  package init(code: String, text: String) {
    self.code = code
    self.text = text
  }
}

/// Who stands at the other end of a rule.
package enum RulePeers: Sendable {
  /// Everyone, inside and outside of the cluster.
  case everyone
  /// Whoever one of these terms names; nobody where there is none.
  case terms([PeerTerm])
}

package struct PeerTerm: Sendable {
  /// Of an end of a connection it holds, it does not, or (names, what is unresolved) perhaps.
  package indirect enum Who: Sendable, Hashable {
    /// Pods by their labels and their namespace's. Pods on their node's network are none of them.
    case pods(LabelExpression)
    /// Addresses. `reach` tells whether they speak of pods too.
    case addresses([IPRange], reach: AddressReach)
    /// Nodes, and the pods on their networks; nil for all of them, else by the labels of the node.
    case nodes(LabelSelector?)
    /// Everything that is no pod and no node of the cluster.
    case outside
    /// Whoever the traffic of one family of addresses is with.
    case family(IPRange.Family)
    /// A name that some address outside has at some time.
    case domains([String])
    /// What the objects cannot tell, in words: a cloud provider's group, another cluster.
    case unresolved(String)
    /// Whoever all of these name; everyone where there is none.
    case every([Who])
    /// Whoever one of these names; nobody where there is none.
    case either([Who])
    /// Everyone else, inside and outside of the cluster. What is perhaps in the term is perhaps out of it.
    case not(Who)
  }

  package let who: Who
  /// Where it stands in its policy, such as `spec.ingress[0].from[1]`.
  package let path: String

  package init(_ who: Who, path: String) {
    self.who = who
    self.path = path
  }
}

/// Whom addresses in a rule stand for.
package enum AddressReach: Sendable, Hashable {
  /// Addresses outside of the cluster only.
  case outside
  /// Addresses outside, and those of nodes.
  case notPods
  /// Addresses of pods and nodes too.
  case everywhere
}

/// The traffic that a rule is about.
package enum RuleTraffic: Sendable {
  /// All traffic, also that of protocols without ports.
  case everything
  /// Fixed traffic, and ports by the name that the pod at the destination gives them; without the
  /// exceptions of both kinds.
  case some(
    TrafficSet, named: [NamedPort] = [], except: TrafficSet = .none, exceptNamed: [NamedPort] = [])
}

/// A port by name. It stands for what the destination pod calls so, and for nothing at a destination that
/// has no such port.
package struct NamedPort: Sendable, Hashable {
  package let name: String
  /// Nil where the pod's own statement decides.
  package let transport: TrafficSet.Transport?
  package init(_ name: String, _ transport: TrafficSet.Transport?) {
    self.name = name
    self.transport = transport
  }
}

extension Tier {
  /// Where administrators' policies stand: before those of namespaces.
  package static let admin = Tier(name: "kube-admin", order: 1_000, end: .pass)
  /// Where Calico puts AdminNetworkPolicies.
  static let olderAdmin = Tier(name: "adminnetworkpolicy", order: admin.order, end: admin.end)
  /// Where Calico puts the BaselineAdminNetworkPolicy.
  static let olderBaseline = Tier(name: "baselineadminnetworkpolicy", order: baseline.order, end: baseline.end)
  /// Where NetworkPolicies stand, and those of Cilium and of Calico's default tier.
  package static let `default` = Tier(name: "default", order: 1_000_000, end: .deny)
  /// Where administrators' defaults stand: behind those of namespaces.
  package static let baseline = Tier(name: "kube-baseline", order: 10_000_000, end: .pass)
}
