import KubeModel
import Reachability
import Testing

/// One policy of Cilium, as it is read.
struct CiliumFixture {
  let set: PolicySet

  /// - Parameter others: further objects, as YAML documents.
  init(_ spec: String, clusterwide: Bool = false, others: String = "", unread: [KindCoverage] = []) throws {
    let kind = clusterwide ? "CiliumClusterwideNetworkPolicy" : "CiliumNetworkPolicy"
    let metadata = clusterwide ? "{name: p}" : "{name: p, namespace: shop}"
    let policy = "{apiVersion: cilium.io/v2, kind: \(kind), metadata: \(metadata), \(spec)}\n"
    var set = PolicySet()
    let state = try ClusterState(yaml: [policy, others].filter { !$0.isEmpty }.joined(separator: "---\n"), unread: unread)
    CiliumPolicies.read(state, Semantics(.cilium), into: &set)
    self.set = set
  }

  /// A policy on every pod of its namespace.
  init(
    ingress: String? = nil, egress: String? = nil, clusterwide: Bool = false, others: String = "",
    unread: [KindCoverage] = []
  ) throws {
    let lists = [ingress.map { ", ingress: [\($0)]" }, egress.map { ", egress: [\($0)]" }].compactMap { $0 }.joined()
    try self.init(
      "spec: {endpointSelector: {}\(lists)}", clusterwide: clusterwide, others: others, unread: unread)
  }

  func policy(_ order: Double) -> Policy? { set.policies.first { $0.rank.order == order } }

  func rules(_ direction: Direction, order: Double = 1) -> [PolicyRule] {
    policy(order)?.sections[direction]?.rules ?? []
  }

  /// `path: effect`
  var problems: [String] { self.set.problems.map { "\($0.path): \($0.effect)" } }
  var isRefused: Bool { self.set.policies.isEmpty && self.set.problems.contains { $0.effect == .refused } }
}

extension PolicyRule {
  /// Whom the rule names; nil for everyone.
  var who: [PeerTerm.Who]? {
    guard case .terms(let terms) = peers else { return nil }
    return terms.map(\.who)
  }

  /// The fixed traffic; nil where all traffic is meant.
  var fixed: TrafficSet? {
    guard case .some(let fixed, _, _, _) = traffic else { return nil }
    return fixed
  }

  var named: [NamedPort] {
    guard case .some(_, let named, _, _) = traffic else { return [] }
    return named
  }
}

/// Pods of the policy's own namespace, with a label where one is given.
func shopPods(_ key: String? = nil, _ value: String = "") -> PeerTerm.Who {
  .pods(.all(of: [.is(.namespaceName, "shop"), key.map { .is(.pod($0), value) } ?? .everything]))
}
