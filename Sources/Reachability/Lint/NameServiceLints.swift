/// Pods that may open connections, and resolve no names.
enum NameServiceLints {
  private struct Silence {
    var endpoints: [Int] = []
    var isTotal = true
  }

  static func findings(_ context: LintContext) -> [LintFinding] {
    let model = context.model
    let servers = model.endpoints.indices.filter { isNameServer(model.endpoints[$0]) }
    var silences: [Int: Silence] = [:]
    var opens: [UInt32: Bool] = [:]
    let denied = context.engine.table.number(of: .denied)
    for (endpoint, applying) in context.engine.applying.egress.enumerated() {
      guard !applying.isEmpty, !isNameServer(model.endpoints[endpoint]) else { continue }
      let row = context.engine.row(endpoint, .egress)
      let states = [row.base] + row.parts.map(\.state)
      func isOpen(_ state: UInt32) -> Bool {
        if let known = opens[state] { return known }
        let isOpen = passes(context.engine.table.map(state), [53])
        opens[state] = isOpen
        return isOpen
      }
      if states.contains(where: isOpen) { continue }
      let reachesServer = servers.contains { server in
        let ports = model.endpoints[server].ports.filter { ["dns", "dns-tcp"].contains($0.name) }.map(\.number)
        return passes(context.engine.table.map(row.state(server)), ports)
      }
      guard !reachesServer else { continue }
      // The first that isolates with rules of its own is where a rule for DNS would be looked for.
      let isolating = applying.map(Int.init).filter { context.policies[$0].sections[.egress]?.isolates == true }
      let blamed =
        isolating.first { context.policies[$0].sections[.egress]?.rules.isEmpty == false } ?? isolating.first
        ?? Int(applying[0])
      silences[blamed, default: Silence()].endpoints.append(endpoint)
      if states.contains(where: { $0 != denied }) { silences[blamed]?.isTotal = false }
    }
    return silences.compactMap { place, silence in
      let policy = context.policies[place]
      guard policy.isModelled else { return nil }
      let names = context.names(silence.endpoints)
      return LintFinding(
        .egressWithoutDNS, policy.identity, path: "spec.egress",
        silence.isTotal
          ? "pods of \(names) may open no connection at all, also none to port 53"
          : "pods of \(names) may open connections, but none to port 53 of anyone",
        severity: silence.isTotal ? .info : nil)
    }
  }

  private static func isNameServer(_ endpoint: Endpoint) -> Bool {
    endpoint.namespace == "kube-system" && endpoint.labels["k8s-app"] == "kube-dns"
      || endpoint.namespace == "openshift-dns"
        && endpoint.labels["dns.operator.openshift.io/daemonset-dns"] != nil
  }

  /// Whether one of the ports may be reached, be it in some cases only.
  private static func passes(_ map: VerdictMap, _ ports: [UInt16]) -> Bool {
    ports.contains { map.verdict(.udp, $0) != .denied || map.verdict(.tcp, $0) != .denied }
  }
}
