internal import KubeModel

extension CiliumReader {
  /// One rule of a list: a policy rule for each combination of what its peers and its traffic hang on.
  ///
  /// What hangs on nothing comes first: where a rule allows traffic both with and without a condition, Cilium
  /// does not look at the condition.
  mutating func rules(_ rule: Value, _ direction: Direction, _ action: RuleAction, _ path: String) -> [PolicyRule] {
    let isDenial = action == .deny
    let kinds = CiliumPeerKind.of(direction)
    expectKeys(
      rule,
      kinds.map(\.rawValue) + ["toPorts", "icmps", direction == .ingress ? "fromRequires" : "toRequires"]
        + (isDenial ? [] : ["authentication"]), path)
    guard rule.map != nil else { return [] }
    if isDenial {
      let requires = direction == .ingress ? "fromRequires" : "toRequires"
      if !(rule[requires] ?? .null).isNull {
        note("\(path).\(requires)", "is a restriction on what is denied, which Ambit does not model", .unknown)
      }
    }
    let peers = peers(rule, kinds, direction, isDenial: isDenial, path)
    let traffic = traffic(rule, direction, isDenial: isDenial, path)
    let authentication = authentication(rule["authentication"], "\(path).authentication")
    // A rule that names neither peers nor traffic selects nothing, unlike one of a NetworkPolicy.
    let names = !(list(rule["toPorts"], path) ?? []).isEmpty || !(list(rule["icmps"], path) ?? []).isEmpty
    let groups: [(peers: RulePeers, condition: RuleCondition?)]
    switch peers {
    case .unnamed: groups = [(names ? .everyone : .terms([]), nil)]
    case .everyone: groups = [(.everyone, nil)]
    case .listed(let peers): groups = grouped(peers)
    }
    return groups.flatMap { group in
      traffic.map { traffic in
        PolicyRule(
          action: action, peers: group.peers, traffic: traffic.traffic,
          condition: .both(.both(group.condition, traffic.condition), authentication), path: path)
      }
    }
  }

  /// Peers in groups that hang on the same, those that hang on nothing first; one empty group for no peers.
  private func grouped(_ peers: [CiliumPeer]) -> [(peers: RulePeers, condition: RuleCondition?)] {
    var conditions: [RuleCondition?] = peers.contains { $0.condition == nil } || peers.isEmpty ? [nil] : []
    for peer in peers where !conditions.contains(peer.condition) { conditions.append(peer.condition) }
    return conditions.map { condition in
      (.terms(peers.filter { $0.condition == condition }.map(\.term)), condition)
    }
  }

  private mutating func authentication(_ value: Value?, _ path: String) -> RuleCondition? {
    guard let value, !value.isNull else { return nil }
    expectKeys(value, ["mode"], path)
    switch value["mode"]?.string {
    case "disabled": return nil
    case "required":
      return RuleCondition(code: "mutual-authentication", text: "both sides have proved who they are")
    case "test-always-fail":
      return RuleCondition(code: "mutual-authentication", text: "the test mode that fails every authentication is off")
    default:
      note("\(path).mode", "is none of disabled, required and test-always-fail")
      return nil
    }
  }
}
