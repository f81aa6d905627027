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
    let hosts = Set(reference.endpoints.filter(\.isHostNetwork).map(\.id))
    for packet in reference.packets(addresses: addresses, ports: ports) {
      guard let engine = court.answer(packet) else { continue }
      var expected = reference.answer(packet)
      // Where pods run is not recorded: for the engine, each node may be a pod's own.
      if case .endpoint(let source) = packet.source, hosts.contains(source), expected.ingress == .denied,
        engine.ingress == .conditional
      {
        expected.ingress = .conditional
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
      var options = Reference.Options(semantics, ipBlock: seed % 2 == 0 ? .pods : .external)
      options.selfTraffic = seed % 3 == 0 ? .policy : .omit
      guard DifferentialTests.difference(objects, options) != nil else { continue }
      let small = Shrinker.shrink(objects) { DifferentialTests.difference($0, options) != nil }
      Issue.record(
        "seed \(seed), \(semantics), ipBlock \(options.ipBlock), self \(options.selfTraffic): \(DifferentialTests.difference(small, options) ?? "")\n\(RandomCluster.yaml(small))")
      return
    }
  }
}
