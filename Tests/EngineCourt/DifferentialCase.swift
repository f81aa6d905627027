import KubeModel
package import ReferenceEvaluator

/// A random cluster about which the engine and the reference evaluator are asked the same.
package struct DifferentialCase: Sendable, CustomStringConvertible {
  /// How a case came out.
  package enum Outcome: Sendable {
    case agrees(packets: Int)
    /// Nobody says what one of its policies does, so that there is nothing to agree on.
    case skipped
    case differs(String)
  }

  private static let addresses = ["198.51.100.7", "203.0.113.9", "2001:db8::7"]
  private static let ports = [53, 80, 81, 8080]

  package let seed: UInt64
  private let options: Reference.Options

  package init(seed: UInt64, _ semantics: Reference.Semantics) {
    self.seed = seed
    let ipBlock: Reference.Options.IPBlock = semantics != .cilium && seed % 2 == 0 ? .pods : .external
    options = Reference.Options(semantics, ipBlock: ipBlock, self: seed % 3 == 0 ? .policy : .omit)
  }

  package var description: String {
    "seed \(seed), \(options.semantics), ipBlock \(options.ipBlock), self \(options.selfTraffic)"
  }

  package func run() -> Outcome {
    let kinds = RandomCluster.mixes[Int(seed % UInt64(RandomCluster.mixes.count))]
    let objects = EngineCourt.recorded(RandomCluster(seed: seed, kinds: kinds, oddness: seed % 5 == 0 ? 2 : 0).objects)
    let outcome = compare(objects)
    guard case .differs = outcome else { return outcome }
    let small = Shrinker.shrink(objects) { if case .differs = compare($0) { true } else { false } }
    guard case .differs(let difference) = compare(small) else { return outcome }
    return .differs("\(self): \(difference)\n\(RandomCluster.yaml(small))")
  }

  private func compare(_ objects: [KubeObject]) -> Outcome {
    let court = EngineCourt(objects, options)
    guard !court.isUndecidable else { return .skipped }
    // What no server takes is in no cluster.
    let reference = Reference(court.taken(of: objects), options: options)
    let families = Dictionary(
      reference.endpoints.map { (Reference.End.endpoint($0.id), Set($0.addresses.map(\.family))) },
      uniquingKeysWith: { first, _ in first })
    func spoken(by end: Reference.End) -> Set<Address.Family> {
      if case .address(let address) = end { [address.family] } else { families[end] ?? [] }
    }
    var count = 0
    for packet in reference.packets(addresses: DifferentialCase.addresses, ports: DifferentialCase.ports) {
      let (source, destination) = (spoken(by: packet.source), spoken(by: packet.destination))
      // Between ends that speak no common family there are no packets.
      guard source.isEmpty || destination.isEmpty || !source.isDisjoint(with: destination),
        let engine = court.answer(packet)
      else { continue }
      let expected = reference.answer(packet)
      if engine != expected { return .differs("\(packet): engine \(engine), reference \(expected)") }
      count += 1
    }
    return .agrees(packets: count)
  }
}
