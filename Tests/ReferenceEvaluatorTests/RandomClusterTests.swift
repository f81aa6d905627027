import KubeModel
import ReferenceEvaluator
import Testing

@Suite struct RandomClusterTests {
  private static let addresses = ["198.51.100.7", "172.18.0.1", "2001:db8::7"]

  private func answers(
    _ objects: [KubeObject], _ options: Reference.Options, ports: [Int] = [53, 80, 8080]
  ) -> [Reference.Packet: Reference.Answer] {
    let reference = Reference(objects, options: options)
    let packets = reference.packets(addresses: RandomClusterTests.addresses, ports: ports)
    return Dictionary(packets.map { ($0, reference.answer($0)) }) { first, _ in first }
  }

  @Test func `a seed always makes the same cluster`() {
    let kinds = Set(RandomCluster.PolicyKind.allCases)
    let first = RandomCluster(seed: 7, kinds: kinds, oddness: 10).objects
    #expect(first == RandomCluster(seed: 7, kinds: kinds, oddness: 10).objects)
    #expect(first != RandomCluster(seed: 8, kinds: kinds, oddness: 10).objects)
  }

  @Test func `every mix of kinds is there once`() {
    #expect(RandomCluster.mixes.count == 31)
    #expect(Set(RandomCluster.mixes).count == 31)
    #expect(RandomCluster.mixes[0].count == 1)
  }

  @Test(arguments: RandomCluster.mixes) func `a cluster survives its own YAML`(_ kinds: Set<RandomCluster.PolicyKind>) {
    let objects = RandomCluster(seed: 3, kinds: kinds, oddness: 5).objects
    let (documents, problems) = DocumentReader.documents([UInt8](RandomCluster.yaml(objects).utf8))
    #expect(problems.isEmpty)
    #expect(documents.map { KubeObject($0.value) } == objects)
  }

  @Test func `clusters bring about every verdict`() {
    var found: Set<Verdict> = []
    for seed in 0..<93 {
      let kinds = RandomCluster.mixes[seed % 31]
      let semantics = Reference.Semantics.allCases[seed % 4]
      let objects = RandomCluster(seed: UInt64(seed), kinds: kinds, oddness: 3).objects
      for answer in answers(objects, Reference.Options(semantics), ports: [80]).values { found.insert(answer.combined) }
    }
    #expect(found == Set(Verdict.allCases))
  }

  /// Nothing depends on which object was read first.
  @Test(arguments: Reference.Semantics.allCases)
  func `the order of objects does not matter`(_ semantics: Reference.Semantics) {
    for seed in UInt64(0)..<12 {
      let kinds = RandomCluster.mixes[Int(seed * 7 % 31)]
      let objects = RandomCluster(seed: seed, kinds: kinds, oddness: 2).objects
      let options = Reference.Options(semantics)
      #expect(
        answers(objects, options, ports: [80]) == answers(objects.reversed(), options, ports: [80]), "seed \(seed)")
    }
  }

  /// Tiers, drawn by Calico's rules, are what the policy group means by them; only equal priorities have an order
  /// there.
  @Test func `policies of Kubernetes mean the same to Calico`() {
    let kinds: [Set<RandomCluster.PolicyKind>] = [
      [.networkPolicy], [.adminNetworkPolicy, .networkPolicy], [.clusterNetworkPolicy, .networkPolicy],
    ]
    for seed in UInt64(0)..<30 {
      let objects = RandomCluster(seed: seed, kinds: kinds[Int(seed % 3)]).objects
      let calico = answers(objects, Reference.Options(.calico))
      let different = answers(objects, Reference.Options(.kubernetes)).filter { packet, answer in
        calico[packet] != answer && answer.ingress != .ambiguous && answer.egress != .ambiguous
      }
      #expect(different.isEmpty, "seed \(seed): \(different.first.map { "\($0) not \(calico[$0.key]!)" } ?? "")")
    }
  }

  /// Blocks aside, network policies mean the same to Cilium where every type with rules is listed.
  @Test func `network policies mean the same to Cilium`() {
    for seed in UInt64(0)..<30 {
      let objects = RandomCluster(seed: seed, kinds: [.networkPolicy]).objects.filter { object in
        let spec = object.spec
        let types = spec?["policyTypes"]?.strings
        let hasUnlisted = ["Ingress", "Egress"].contains { type in
          types?.contains(type) == false && spec?[type.lowercased()]?.list?.isEmpty == false
        }
        return !hasUnlisted && !RandomCluster.yaml([object]).contains("ipBlock")
      }
      #expect(
        answers(objects, Reference.Options(.kubernetes)) == answers(objects, Reference.Options(.cilium)), "seed \(seed)"
      )
    }
  }

  /// One more rule that allows takes no path away.
  @Test func `a network policy's further rule closes nothing`() {
    for seed in UInt64(0)..<20 {
      let objects = RandomCluster(seed: seed, kinds: [.networkPolicy]).objects
      let wider = objects.map { object -> KubeObject in
        guard object.kind == "NetworkPolicy", var map = object.value.map, var spec = object.spec?.map,
          let ingress = spec["ingress"]?.list
        else { return object }
        spec["ingress"] = .list(ingress + [["ports": [["port": 80]]]])
        map["spec"] = .map(spec)
        return KubeObject(.map(map))
      }
      let before = answers(objects, Reference.Options(.kubernetes))
      let after = answers(wider, Reference.Options(.kubernetes))
      #expect(
        before.allSatisfy { $0.value.combined != .allowed || after[$0.key]?.combined == .allowed }, "seed \(seed)")
    }
  }

  @Test func `a failing case shrinks to what it takes`() {
    let kinds = Set(RandomCluster.PolicyKind.allCases)
    func isClosed(_ objects: [KubeObject]) -> Bool {
      let reference = Reference(objects, options: Reference.Options(.kubernetes))
      return reference.endpoints.contains { endpoint in
        let packet = Reference.Packet(
          from: .address(Address("198.51.100.7")!), to: .endpoint(endpoint.id), .tcp, 80)
        return reference.answer(packet).ingress == .denied
      }
    }
    let objects = (UInt64(0)...).lazy.map { RandomCluster(seed: $0, kinds: kinds).objects }.first(where: isClosed)!
    let smallest = Shrinker.shrink(objects, while: isClosed)
    #expect(smallest.count == 2)
    #expect(isClosed(smallest))
    #expect(RandomCluster.yaml(smallest).utf8.count < 400, "\(RandomCluster.yaml(smallest))")
  }
}
