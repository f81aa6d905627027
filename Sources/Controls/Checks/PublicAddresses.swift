import KubeModel
import Reachability
import Registers

extension Check {
  /// Rules that let public addresses in, and Services, Ingresses, Routes, Gateway routes and host ports through which
  /// addresses outside reach a workload: each says in an annotation why it is needed.
  static let publicIngress = Check(
    id: "NP-RULE-03", title: "Ingress from public addresses is inventoried and justified",
    reason: "What the Internet reaches is attacked first.",
    remedy: "Limit the rule or the entry point, or say in an annotation why it is needed.",
    population: "policies and entry points", whenNone: "no policy is about ingress, and nothing leads in from outside",
    .both(
      { context in
        var answer = publicRules(context.policies, .ingress)
        entryPoints(context.name, context.state, context.isolation, context.rulings, isWanted: { _ in true }, &answer)
        return answer
      },
      Reads { type, namespace in NamespaceParts.isShared(type, namespace) || publicReads.contains(type.kind) }
        .only(whereAny: gatewayRoutes)
    ) { context in
      var answer = publicRules(context.clusterPolicies, .ingress)
      routesElsewhere(context, &answer)
      return answer
    })

  /// Rules that let public addresses be reached, and workloads that no policy keeps from it: each rule's policy says in an
  /// annotation why it is needed.
  static let publicEgress = Check(
    id: "NP-RULE-04", title: "Egress to public addresses is inventoried and justified",
    reason: "What reaches the Internet can carry data there.",
    remedy: "Limit the rule, or say in an annotation why it is needed; deny egress by default.",
    population: "policies and workloads", whenNone: "there are no policies and no workloads",
    .both(
      { context in
        var answer = publicRules(context.policies, .egress)
        for workload in context.workloads {
          let subject = context.subject(workload)
          let verdicts = context.isolation.verdicts(.workload(workload.title), .egress)
          if verdicts.isEmpty {
            answer.add(subject, .notApplicable, "runs on the host's network")
          } else if case .unknown(let reason) = verdicts.first(where: { if case .unknown = $0 { true } else { false } }) {
            answer.add(subject, .notEvaluated, reason)
          } else if verdicts.contains(.notIsolated) {
            answer.findings.append(
              .init(
                subject: subject, message: "reaches public addresses, as no policy isolates it for egress",
                storePath: context.path(of: workload), remedy: "Deny egress by default in '\(context.name)', and allow what is needed.",
                remedyYAML: Remedies.defaultDeny(context.name, [.egress])))
            answer.add(subject, .fail, "not isolated for egress")
          } else {
            answer.add(subject, .pass)
          }
        }
        if let unseen = context.unseenWorkloads, !context.isolation.closesEveryPod(.egress) { answer.outcomes.append(unseen) }
        return answer
      }, .shared
    ) { publicRules($0.clusterPolicies, .egress) })

  private static func publicRules(_ scope: PolicyScope, _ direction: Direction) -> CheckAnswer {
    scope.answer(where: { $0.directions.contains(direction) }) { standing, permissions, answer in
      let parameters = scope.rulings.parameters
      let open = permissions.filter {
        $0.direction == direction && !IPRange.subtract(parameters.internalAddresses, from: $0.addresses).isEmpty
      }
      scope.judge(standing, open, [parameters.justificationAnnotation], &answer) { rule in
        let addresses = IPRange.subtract(parameters.internalAddresses, from: rule.addresses)
        return "allows \(direction.rawValue) \(direction.preposition) \(addresses.summary) on \(rule.portText) without a justification"
      }
    }
  }

  // MARK: Entry points

  /// Kinds that lead from outside to workloads, or that decide whether they do.
  private static let publicReads: Set<String> = [
    "Workload", "Service", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute", "NetworkPolicy", "CiliumNetworkPolicy",
  ]

  /// Kinds that may lead to Services of other namespaces.
  private static let gatewayRoutes: Set<String> = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"]

  private struct EntryKey: Hashable, Comparable {
    let kind: String
    let namespace: String
    let name: String
    static func < (left: EntryKey, right: EntryKey) -> Bool {
      (left.namespace, left.kind, left.name) < (right.namespace, right.kind, right.name)
    }
  }

  private static func entryPoints(
    _ namespace: String, _ state: ClusterState, _ isolation: Isolation, _ rulings: Rulings,
    isWanted: (EntryPoint) -> Bool, _ answer: inout CheckAnswer
  ) {
    var found: [EntryKey: [Exposed]] = [:]
    // Pods on the network of their node are NP-COV-06's.
    for exposed in isolation.exposures where exposed.entryPoint.kind != .hostNetwork && isWanted(exposed.entryPoint) {
      let entry = exposed.entryPoint
      let isOfWorkload = entry.kind == .hostPort
      let isOfService = [.loadBalancer, .nodePort, .externalIP].contains(entry.kind)
      let kind = isOfWorkload ? exposed.workload.split(separator: "/").first.map(String.init) ?? "" : isOfService ? "Service" : entry.kind.rawValue
      found[EntryKey(kind: kind, namespace: entry.namespace, name: entry.name), default: []].append(exposed)
    }
    for (key, all) in found.sorted(by: { $0.key < $1.key }) {
      judge(key, all, state, isolation, rulings, &answer)
    }
    for resource in ["services", "ingresses"] {
      guard let type = ResourceCatalog.type(named: resource), let reason = state.unreadReason(type, namespace: namespace) else { continue }
      answer.add(
        .init(kind: "Namespace", namespace: nil, name: namespace), .notEvaluated, "\(type.qualifiedName) unread: \(reason)")
    }
  }

  private static func judge(
    _ key: EntryKey, _ all: [Exposed], _ state: ClusterState, _ isolation: Isolation, _ rulings: Rulings,
    _ answer: inout CheckAnswer
  ) {
    let subject = CheckResult.Subject(kind: key.kind, namespace: key.namespace, name: key.name)
    let open = all.filter { exposed in
      guard !exposed.traffic.isEmpty else { return false }
      return exposed.clients.isEmpty || !IPRange.subtract(rulings.parameters.internalAddresses, from: exposed.clients).isEmpty
    }
    if let reason = isolation.unknownReason { return answer.add(subject, .notEvaluated, reason) }
    guard !open.isEmpty else {
      let isUnknown = all.contains(where: \.isUnknown)
      return answer.add(
        subject, isUnknown ? .notEvaluated : .pass, isUnknown ? "nobody can tell what policy lets through" : "policy lets nobody from outside in")
    }
    let entry = state.entries.first { $0.object.kind == key.kind && $0.object.name == key.name && $0.object.namespace == key.namespace }
    let annotation = rulings.parameters.justificationAnnotation
    guard (entry?.object.annotations[annotation] ?? "").allSatisfy(\.isWhitespace) else { return answer.add(subject, .pass) }
    let kinds = Set(open.map(\.entryPoint.kind.rawValue)).sorted().joined(separator: ", ")
    let workloads = Set(open.map(\.workload)).sorted().joined(separator: ", ")
    let traffic = TrafficSet.union(of: open.map(\.traffic)).connectionText
    answer.findings.append(
      .init(
        subject: subject, message: "lets clients from outside reach \(workloads) on \(traffic) (\(kinds)) without a justification",
        storePath: entry?.path, yamlPath: "spec", remedy: "Close it, limit who comes through, or annotate it with \(annotation).",
        remedyYAML: entry == nil ? nil : Remedies.annotations([annotation])))
    answer.add(subject, .fail, "open to clients from outside without a justification")
  }

  /// Routes that lead to Services of other namespaces, which no namespace sees by itself.
  private static func routesElsewhere(_ context: CheckContext, _ answer: inout CheckAnswer) {
    let routes = context.state.entries.filter { entry in
      entry.type.group == "gateway.networking.k8s.io"
        && (entry.object.spec?["rules"]?.list ?? []).contains { rule in
          (rule["backendRefs"]?.list ?? []).contains { ($0["namespace"]?.string ?? entry.object.namespace) != entry.object.namespace }
        }
    }
    guard !routes.isEmpty else { return }
    let backends = Set(
      routes.flatMap { entry in
        (entry.object.spec?["rules"]?.list ?? []).flatMap { $0["backendRefs"]?.list ?? [] }.compactMap { $0["namespace"]?.string }
      })
    let parts = NamespaceParts(context.state.entries)
    for namespace in backends.sorted() {
      let own = parts.entries(for: namespace)
      let paths = Set(own.map(\.path))
      let state = context.state.part(own + routes.filter { !paths.contains($0.path) })
      let foreign = Set(routes.filter { $0.object.namespace != namespace }.map { "\($0.object.namespace ?? "")/\($0.object.name)" })
      entryPoints(namespace, state, Isolation(namespace, state), context.rulings, isWanted: { foreign.contains("\($0.namespace)/\($0.name)") }, &answer)
    }
  }
}

extension [IPRange] {
  /// `198.51.100.0/24`, `203.0.113.0/24 and 2 more blocks`: the same for the same addresses.
  var summary: String {
    let blocks = IPRange.union(self)
    if Set(blocks.map(\.family)).count == 1, blocks.count > 4 || blocks.contains(where: { $0.high - $0.low > 1 << 31 }) {
      return blocks.first?.family == .v4 ? "most public addresses" : "most public IPv6 addresses"
    }
    return blocks.count > 4 ? "most public addresses" : blocks.map(\.shortText).joined(separator: ", ")
  }
}
