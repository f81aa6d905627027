import EngineCourt
import Foundation
import KubeModel
import ReferenceEvaluator
import Testing

/// The engine against the reference evaluator, on random clusters of every mix of policy kinds.
///
/// `AMBIT_CLUSTERS` says how many to try, `AMBIT_SEED` where to begin.
@Suite struct DifferentialTests {
  private static let addresses = ["198.51.100.7", "203.0.113.9", "2001:db8::7"]
  private static let ports = [53, 80, 81, 8080]

  /// A packet of which the two say different things; nil where they agree.
  private static func difference(_ objects: [KubeObject], _ options: Reference.Options) -> String? {
    let reference = Reference(objects, options: options)
    let court = EngineCourt(objects, options)
    guard !court.hasRefusedPolicies else { return nil }
    let hosts = Set(reference.endpoints.filter(\.isHostNetwork).map(\.id))
    let endpoints = Dictionary(reference.endpoints.map { ($0.id, Set($0.addresses.map(\.family))) }) { first, _ in first }
    func families(_ end: Reference.End) -> Set<Address.Family> {
      switch end {
      case .endpoint(let id): endpoints[id] ?? []
      case .address(let address): [address.family]
      }
    }
    for packet in reference.packets(addresses: addresses, ports: ports) {
      guard let engine = court.answer(packet) else { continue }
      var expected = reference.answer(packet)
      // Where pods run is not recorded: for the engine, each node may be a pod's own.
      if case .endpoint(let source) = packet.source, hosts.contains(source), expected.ingress == .denied,
        engine.ingress == .conditional
      {
        expected.ingress = .conditional
      }
      // Policies for nodes are not evaluated: where there are any, the engine says that it depends.
      if case .endpoint(let source) = packet.source, hosts.contains(source), engine.egress == .conditional {
        expected.egress = .conditional
      }
      if case .endpoint(let destination) = packet.destination, hosts.contains(destination), engine.ingress == .conditional {
        expected.ingress = .conditional
      }
      // The engine does not pair the families of two ends: where they differ, it may be in doubt.
      if families(packet.source) != families(packet.destination) {
        if ![.allowed, .denied].contains(engine.egress) { expected.egress = engine.egress }
        if ![.allowed, .denied].contains(engine.ingress) { expected.ingress = engine.ingress }
      }
      if case .endpoint(let destination) = packet.destination, hosts.contains(destination) {
        // On which node a pod runs is not recorded: what depends on it is in doubt for the engine, and a pod that
        // has none in the input runs on one of those that are there.
        if expected.egress == .conditional || engine.egress == .conditional { expected.egress = engine.egress }
        if packet.source == packet.destination { continue }
      }
      if engine != expected { return "\(packet): engine \(engine), reference \(expected)" }
    }
    return nil
  }

  @Test(arguments: Reference.Semantics.allCases)
  func `the engine agrees with the reference evaluator`(_ semantics: Reference.Semantics) throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["AMBIT_CLUSTERS"].flatMap(Int.init) ?? 40
    let first = environment["AMBIT_SEED"].flatMap(UInt64.init) ?? 1
    for seed in first..<(first + UInt64(count)) {
      let kinds = RandomCluster.mixes[Int(seed % 31)]
      let objects = RandomCluster(seed: seed, kinds: kinds, oddness: seed % 5 == 0 ? 2 : 0).objects
      let ipBlock: Reference.Options.IPBlock = semantics != .cilium && seed % 2 == 0 ? .pods : .external
      var options = Reference.Options(semantics, ipBlock: ipBlock)
      options.selfTraffic = seed % 3 == 0 ? .policy : .omit
      guard DifferentialTests.difference(objects, options) != nil else { continue }
      let small = Shrinker.shrink(objects) { DifferentialTests.difference($0, options) != nil }
      Issue.record(
        "seed \(seed), \(semantics), ipBlock \(options.ipBlock), self \(options.selfTraffic): \(DifferentialTests.difference(small, options) ?? "")\n\(RandomCluster.yaml(small))")
      return
    }
  }
}
