package import KubeModel

/// The slow, obvious evaluator: decides one packet at a time, rule by rule, as the documentation of each API
/// reads.
///
/// It exists to be compared with the engine, shares no code with it, and prefers being plain to being fast.
/// Every match is yes, no or doubtful; doubtful matches are taken one by one, as if they had nothing to do
/// with each other. The decisions taken where the documents leave something open are listed in `DECISIONS.md`.
package struct Reference: Sendable {
  /// Whose reading of the policies holds.
  package enum Semantics: String, Sendable, CaseIterable {
    case kubernetes, calico, cilium, ovn
  }

  package struct Options: Sendable {
    /// Whether an `ipBlock`, or a `networks` peer, matches the addresses of pods.
    package enum IPBlock: String, Sendable { case pods, external }
    /// What becomes of a pod's packets to itself: nothing stops them, or policies decide.
    package enum SelfTraffic: String, Sendable { case omit, policy }

    package var semantics: Semantics
    package var ipBlock: IPBlock
    package var selfTraffic: SelfTraffic

    package init(_ semantics: Semantics, ipBlock: IPBlock = .pods, self selfTraffic: SelfTraffic = .omit) {
      self.semantics = semantics
      self.ipBlock = ipBlock
      self.selfTraffic = selfTraffic
    }
  }

  /// One end of a packet: an endpoint by its id, or any address.
  package enum End: Sendable, Hashable {
    case endpoint(String)
    case address(Address)
  }

  package struct Packet: Sendable, Hashable {
    package var source: End
    package var destination: End
    package var `protocol`: TransportProtocol
    package var port: Int

    package init(from source: End, to destination: End, _ protocol: TransportProtocol, _ port: Int) {
      self.source = source
      self.destination = destination
      self.protocol = `protocol`
      self.port = port
    }
  }

  /// What the policies of either end say, and what comes of it.
  package struct Answer: Sendable, Hashable {
    package var egress: Verdict
    package var ingress: Verdict
    package var combined: Verdict { egress.and(ingress) }

    package init(egress: Verdict, ingress: Verdict) {
      self.egress = egress
      self.ingress = ingress
    }
  }

  package let options: Options
  let cluster: Cluster
  let policies: Policies

  package init(_ objects: [KubeObject], options: Options) {
    self.options = options
    cluster = Cluster(objects)
    policies = Policies(objects, cluster: cluster)
  }

  /// Everything that may send or receive, in the order of the objects.
  package var endpoints: [Endpoint] { cluster.endpoints }

  /// Decides a packet. An endpoint that is not there is a mistake of the caller.
  package func answer(_ packet: Packet) -> Answer {
    if packet.source == packet.destination && options.selfTraffic == .omit {
      return Answer(egress: .allowed, ingress: .allowed)
    }
    let answers = flows(of: packet).map { flow in
      Answer(egress: verdict(flow, .egress), ingress: verdict(flow, .ingress))
    }
    // An endpoint of several addresses does not say which of them its packets use.
    return answers.dropFirst().reduce(answers[0]) { left, right in
      Answer(
        egress: left.egress.either(right.egress, doubt: .conditional),
        ingress: left.ingress.either(right.ingress, doubt: .conditional))
    }
  }

  /// The packet once for each pair of addresses of one family that its ends have. Where no two fit, no packet
  /// exists, and the answer is that of the first addresses.
  private func flows(of packet: Packet) -> [Flow] {
    let sources = parties(packet.source)
    let destinations = parties(packet.destination)
    let flows = sources.flatMap { source in
      destinations.map { destination in
        Flow(source: source, destination: destination, protocol: packet.protocol, port: packet.port)
      }
    }
    let possible = flows.filter { flow in
      guard let source = flow.source.address, let destination = flow.destination.address else { return true }
      return source.family == destination.family
    }
    return possible.isEmpty ? [flows[0]] : possible
  }

  private func parties(_ end: End) -> [Party] {
    switch end {
    case .address(let address): return [cluster.party(at: address)]
    case .endpoint(let id):
      guard let endpoint = cluster.endpoints.first(where: { $0.id == id }) else {
        preconditionFailure("no endpoint \(id)")
      }
      return endpoint.addresses.isEmpty
        ? [cluster.party(endpoint, at: nil)] : endpoint.addresses.map { cluster.party(endpoint, at: $0) }
    }
  }

  // MARK: One direction

  private func verdict(_ flow: Flow, _ direction: Direction) -> Verdict {
    let subject = flow.subject(direction)
    guard let pod = subject.pod else {
      return subject.isHost ? hostVerdict(flow, direction) : .allowed
    }
    let verdict =
      switch options.semantics {
      case .kubernetes, .ovn: kubernetesVerdict(flow, direction)
      case .calico: calicoVerdict(flow, direction)
      case .cilium: ciliumVerdict(flow, direction)
      }
    // A pod's own node reaches it whatever policies say; where it is not known to be another node, it may be.
    if direction == .ingress && verdict == .denied && flow.source.isHost
      && cluster.isSameNode(flow.source, pod) != .no
    {
      return .conditional
    }
    return verdict
  }

  /// Nodes and pods in their network: no policy for pods selects them, and those for nodes are not evaluated.
  private func hostVerdict(_ flow: Flow, _ direction: Direction) -> Verdict {
    switch options.semantics {
    case .kubernetes, .ovn: .allowed
    case .calico: policies.calico.hasHostEndpoint(flow.subject(direction)) == .no ? .allowed : .unknown
    case .cilium:
      policies.cilium.selectsHost(flow.subject(direction), direction, cluster) == .no ? .allowed : .conditional
    }
  }

  /// Whether blocks in policies of Kubernetes' own kind match pods.
  var blocksMatchPods: Bool {
    switch options.semantics {
    case .kubernetes, .ovn: options.ipBlock == .pods
    case .calico: true
    case .cilium: false
    }
  }

  /// Whether blocks in policies of the policy group match pods: their API says so everywhere.
  var networksMatchPods: Bool { options.semantics == .calico || options.ipBlock == .pods }
}

/// The policies among the objects, read.
struct Policies: Sendable {
  let network: [NetworkPolicyV1]
  let admin: [AdminPolicy]
  let calico: CalicoPolicies
  let cilium: CiliumPolicies

  init(_ objects: [KubeObject], cluster: Cluster) {
    network = objects.compactMap(NetworkPolicyV1.init)
    admin = objects.compactMap(AdminPolicy.init)
    calico = CalicoPolicies(objects)
    cilium = CiliumPolicies(objects)
  }
}
