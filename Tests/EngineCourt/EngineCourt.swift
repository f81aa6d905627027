package import KubeModel
package import ReferenceEvaluator
import Reachability

/// The engine, asked packet by packet as the reference evaluator is.
package struct EngineCourt {
  private let engine: ReachabilityEngine
  /// Endpoints by the reference's ids, `namespace/Kind/name`.
  private let places: [String: ReachabilityEngine.Place]

  /// Whether nobody can say what one of the policies does, or versions of Cilium differ on it.
  package let isUndecidable: Bool
  /// The paths of policies that no server takes.
  private let refused: Set<String>

  /// - Parameter isStaged: whether Calico's staged policies count as if they were in force.
  package init(_ objects: [KubeObject], _ options: Reference.Options, isStaged: Bool = false) {
    let given = EngineCourt.state(objects)
    let state = isStaged ? CalicoPolicies.promotingStaged(given) : given
    let profile: Semantics.Profile =
      switch options.semantics {
      case .kubernetes: .kubernetes
      case .calico: .calico
      case .cilium: .cilium
      case .ovn: .ovn
      }
    let semantics = Semantics(
      profile, ipBlocks: [.calico, .cilium].contains(profile) ? nil : options.ipBlock == .pods ? .pods : .external,
      decidesSelf: options.selfTraffic == .policy)
    let model = ClusterModel(state)
    let set = PolicySet(state, semantics)
    let conditions = set.policies.flatMap(\.sections.values).flatMap(\.rules).compactMap(\.condition?.code)
    isUndecidable = set.problems.contains { $0.effect == .unknown } || conditions.contains("cilium-version")
    refused = Set(set.problems.filter { $0.effect == .refused }.map(\.policy.path))
    engine = ReachabilityEngine(model, set.policies, semantics, nodePolicies: set.nodePolicies)
    var places: [String: ReachabilityEngine.Place] = [:]
    for entry in model.workloads {
      for (variant, endpoint) in zip(entry.workload.variants, entry.endpoints) {
        places["\(entry.workload.namespace)/\(entry.workload.kind)/\(entry.workload.name)"] = .endpoint(endpoint)
        for name in variant.value["names"]?.strings ?? [] {
          places["\(entry.workload.namespace)/Pod/\(name)"] = .endpoint(endpoint)
        }
      }
    }
    self.places = places
  }

  /// The ids of endpoints by `namespace/name`.
  package var ids: [String: String] {
    Dictionary(places.keys.sorted().map { id in
      let parts = id.split(separator: "/")
      return ("\(parts[0])/\(parts[2])", id)
    }) { first, _ in first }
  }

  package func answer(_ packet: Reference.Packet) -> Reference.Answer? {
    guard let source = place(packet.source), let destination = place(packet.destination),
      let transport = TrafficSet.Transport(packet.protocol.rawValue), let port = UInt16(exactly: packet.port)
    else { return nil }
    let point = TrafficPoint(transport, port)
    if packet.source == packet.destination, !engine.semantics.decidesSelf {
      return Reference.Answer(egress: .allowed, ingress: .allowed)
    }
    return Reference.Answer(
      egress: verdict(engine.verdict(source, with: destination, .egress, point)),
      ingress: verdict(engine.verdict(destination, with: source, .ingress, point)))
  }

  /// The rules that decide about a packet at one of its ends, as `tier namespace/name action index`, those that pass it on
  /// to the next tier first.
  package func decisions(_ packet: Reference.Packet, atSource: Bool) -> [String] {
    guard let source = place(packet.source), let destination = place(packet.destination),
      let transport = TrafficSet.Transport(packet.protocol.rawValue), let port = UInt16(exactly: packet.port)
    else { return [] }
    let (own, peer) = atSource ? (source, destination) : (destination, source)
    let trace = engine.trace(own, with: peer, atSource ? .egress : .ingress, TrafficPoint(transport, port))
    return trace.steps.compactMap { step in
      guard case .decided(let action) = step.outcome, let policy = step.policies.first else { return nil }
      let index = step.rule?.split(separator: "[").last?.dropLast() ?? ""
      return "\(step.tier) \(policy.namespace.map { "\($0)/" } ?? "")\(policy.name) \(action) \(index)"
    }
  }

  private func place(_ end: Reference.End) -> ReachabilityEngine.Place? {
    switch end {
    case .endpoint(let id): places[id]
    case .address(let address):
      .range(IPRange(address.family == .v4 ? .v4 : .v6, address.bits, address.bits))
    }
  }

  private func verdict(_ verdict: Reachability.Verdict) -> ReferenceEvaluator.Verdict {
    switch verdict {
    case .allowed: .allowed
    case .denied: .denied
    case .conditional: .conditional
    case .ambiguous: .ambiguous
    case .unknown, .undecided, .perhapsAllowed, .perhapsDenied, .outside: .unknown
    }
  }

  /// The objects without those that no server takes.
  func taken(of objects: [KubeObject]) -> [KubeObject] {
    objects.filter { !refused.contains(EngineCourt.path($0)) }
  }

  /// What a reading keeps of objects: it leaves out on which nodes pods run.
  package static func recorded(_ objects: [KubeObject]) -> [KubeObject] {
    objects.map { object in
      guard object.kind == "Pod", var root = object.value.map else { return object }
      for (part, keys) in [("spec", ["nodeName"]), ("status", ["hostIP", "hostIPs"])] {
        if let map = root[part]?.map { root[part] = .map(map.filter { key, _ in !keys.contains(key) }) }
      }
      return KubeObject(.map(root))
    }
  }

  private static func path(_ object: KubeObject) -> String {
    "\(object.group)/\(object.kind)/\(object.namespace ?? "")/\(object.name)"
  }

  /// The state that a reading of these objects leads to.
  package static func state(_ objects: [KubeObject]) -> ClusterState {
    var folder = WorkloadFolder(keepsPods: true)
    var entries: [ClusterState.Entry] = []
    var nodes: Set<String> = []
    for object in objects {
      guard let type = ResourceCatalog.type(group: object.group, kind: object.kind) else { continue }
      if object.kind == "Node" {
        for address in object.value["status"]?["addresses"]?.list ?? [] {
          if let text = address["address"]?.string, IPRange(text) != nil { nodes.insert(text) }
        }
      }
      if type.role == .folded {
        folder.add(object)
      } else {
        folder.keep(noise: WorkloadFolder.noise(usedBy: object))
        entries.append(ClusterState.Entry(object: object, type: type, path: path(object)))
      }
    }
    entries += folder.results().map {
      ClusterState.Entry(object: $0.object, type: ResourceCatalog.workloads, path: "workloads/\($0.object.name)")
    }
    let coverage = ResourceCatalog.all.map { KindCoverage(group: $0.group, resource: $0.resource, status: .read) }
    return ClusterState(
      cluster: "", entries: entries, coverage: coverage,
      enforcement: ClusterState.Enforcement(basis: .read, cni: nil, detail: ""),
      ranges: ClusterState.Ranges(nodes: nodes.sorted()))
  }
}
