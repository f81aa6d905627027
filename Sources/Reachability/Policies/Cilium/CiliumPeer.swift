/// One peer of a rule, and what it hangs on whether it is meant.
struct CiliumPeer {
  let term: PeerTerm
  let condition: RuleCondition?

  init(_ who: PeerTerm.Who, _ path: String, if condition: RuleCondition? = nil) {
    term = PeerTerm(who, path: path)
    self.condition = condition
  }
}

/// The peers of a rule together.
enum CiliumPeers {
  /// The rule has no list of peers.
  case unnamed
  case everyone
  /// Nobody, where it is empty.
  case listed([CiliumPeer])
}

/// The lists of peers that a rule may have, of which it may fill one.
enum CiliumPeerKind: String {
  case fromEndpoints, fromEntities, fromCIDR, fromCIDRSet, fromNodes, fromGroups
  case toEndpoints, toEntities, toCIDR, toCIDRSet, toNodes, toGroups, toServices, toFQDNs

  static func of(_ direction: Direction) -> [CiliumPeerKind] {
    switch direction {
    case .ingress: [.fromEndpoints, .fromEntities, .fromCIDR, .fromCIDRSet, .fromNodes, .fromGroups]
    case .egress: [.toEndpoints, .toEntities, .toCIDR, .toCIDRSet, .toNodes, .toGroups, .toServices, .toFQDNs]
    }
  }
}

extension RuleCondition {
  static let ownNode = RuleCondition(code: "own-node", text: "the node is the one that the pod runs on")
  static let otherNode = RuleCondition(
    code: "other-node", text: "the node is another than the one that the pod runs on")
  static let nodeSelectors = RuleCondition(
    code: "node-selector", text: "Cilium's agents run with enable-node-selector-labels")
  static let beforeLocalCluster = RuleCondition(
    code: "cilium-version",
    text: "Cilium is older than 1.19, or told not to limit selectors to the local cluster")
  static func clusterName(_ clusters: String) -> RuleCondition {
    RuleCondition(code: "cluster-name", text: "this is \(clusters) to Cilium, which no object tells")
  }
  static let apiServer = RuleCondition(code: "api-server", text: "the API server is at the node's address")
  static let requirement = RuleCondition(
    code: "cilium-version", text: "Cilium is older than 1.19, which knows requirements on peers")
  static let selectingServices = RuleCondition(
    code: "service-selector", text: "Cilium is of a version that takes services with selectors here")
  static let domainName = RuleCondition(
    code: "domain-name", text: "the address is one that the pod has been given for the name by DNS")
}
