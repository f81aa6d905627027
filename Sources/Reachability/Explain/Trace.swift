/// Why traffic passes or not, at one of its ends.
package struct Trace: Sendable {
  /// What one rule, or the end of a tier, did.
  package enum Outcome: Sendable, Hashable {
    /// The rule decided.
    case decided(RuleAction)
    /// The rule decides in some cases only, and why.
    case depends(RuleAction, reason: String)
    /// The rule is not about this traffic, and why.
    case passedOver(reason: String)
    /// No rule decided, and the tier denies what its policies leave over.
    case endOfTier
  }

  package struct Step: Sendable {
    package let tier: String
    /// The policies that the step rests on: the rule's own, or those that isolate the pod.
    package let policies: [Policy.Identity]
    /// Where the rule stands in its policy; nil at the end of a tier.
    package let rule: String?
    package let ruleName: String?
    package let outcome: Outcome
  }

  package let direction: Direction
  /// What was asked, in the order in which it was asked, up to what decided.
  package let steps: [Step]
  package let verdict: Verdict
  /// Why no policy was asked at all, where none was.
  package let exemption: String?

  /// The policies that the verdict rests on; none where it is the default.
  package var deciding: [Policy.Identity] {
    var found: [Policy.Identity] = []
    for step in steps {
      switch step.outcome {
      case .decided, .depends, .endOfTier:
        for policy in step.policies where !found.contains(policy) { found.append(policy) }
      case .passedOver: break
      }
    }
    return found
  }
}

/// One kind of traffic: a protocol and a port.
package struct TrafficPoint: Sendable, Hashable, CustomStringConvertible {
  package let transport: TrafficSet.Transport
  package let port: UInt16

  package init(_ transport: TrafficSet.Transport, _ port: UInt16) {
    self.transport = transport
    self.port = port
  }

  /// Reads `TCP/80`, `tcp/80` or `80`, which is TCP's.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let port = UInt16(parts[parts.count - 1]), port > 0,
      let transport = TrafficSet.Transport(parts.count == 2 ? String(parts[0]) : "TCP")
    else { return nil }
    self.init(transport, port)
  }

  package var description: String { "\(transport.name)/\(port)" }
}

extension TrafficSet {
  package init(_ point: TrafficPoint) { self.init(point.transport, point.port...point.port) }
}

extension ReachabilityEngine {
  /// One end of a question.
  package enum Place: Sendable, Hashable {
    /// A place in the model's `endpoints`.
    case endpoint(Int)
    /// A range of addresses outside, which need not be one of the columns.
    case range(IPRange)
  }

  /// What becomes of traffic from one place to another.
  ///
  /// - Parameter isSelf: whether both ends are one pod. Two pods of one endpoint are not.
  package func verdict(
    from source: Place, to destination: Place, _ point: TrafficPoint, isSelf: Bool = false
  ) -> Verdict {
    if isSelf && !semantics.decidesSelf { return .allowed }
    return Verdict.both(
      verdict(source, with: destination, .egress, point), verdict(destination, with: source, .ingress, point))
  }

  /// What the policies of one end say.
  package func verdict(_ own: Place, with peer: Place, _ direction: Direction, _ point: TrafficPoint) -> Verdict {
    guard case .endpoint(let endpoint) = own else { return .allowed }
    let row = row(endpoint, direction)
    let verdicts = Set(columns(of: peer, direction).map { table.map(row.state($0)).verdict(point.transport, point.port) })
    // Parts of a range that fare differently: it depends on the address.
    return verdicts.sorted { $0.rawValue < $1.rawValue }.reduce(verdicts.first ?? .denied, Verdict.either)
  }

  func columns(of place: Place, _ direction: Direction) -> [Int] {
    switch place {
    case .endpoint(let endpoint): [endpoint]
    case .range(let range):
      ranges(direction).indices.filter { ranges(direction)[$0].overlaps(range) }
        .map { rangeStart(direction) + $0 }
    }
  }

  /// Why traffic passes one end or not: the policies of `own` about traffic with `peer`.
  package func trace(
    _ own: Place, with peer: Place, _ direction: Direction, _ point: TrafficPoint
  ) -> Trace {
    guard case .endpoint(let endpoint) = own else {
      return Trace(direction: direction, steps: [], verdict: .allowed, exemption: "no policy speaks for addresses outside")
    }
    let verdict = verdict(own, with: peer, direction, point)
    guard !model.endpoints[endpoint].isOnHostNetwork else {
      return Trace(
        direction: direction, steps: [], verdict: verdict,
        exemption: verdict == .allowed
          ? "the pod is on its node's network, where policies for pods do not reach"
          : "the pod is on its node's network, and policies for nodes are not evaluated")
    }
    var tracer = Tracer(self, endpoint, peer, direction, point)
    return Trace(direction: direction, steps: tracer.run(), verdict: verdict, exemption: nil)
  }
}

extension ReachabilityEngine {
  /// One port of each group of ports that fare alike between two places, TCP's first.
  package func representatives(from source: Place, to destination: Place) -> [TrafficPoint] {
    var starts: [TrafficPoint] = []
    var seen: Set<[Verdict]> = []
    let rows = [(source, destination, Direction.egress), (destination, source, .ingress)]
    for transport in TrafficSet.Transport.allCases {
      var edges: Set<UInt16> = [1]
      for case (.endpoint(let own), let peer, let direction) in rows {
        for column in columns(of: peer, direction) {
          let map = table.map(row(own, direction).state(column))
          edges.formUnion(map.edges(transport))
        }
      }
      for edge in edges.sorted() {
        let point = TrafficPoint(transport, edge)
        let verdicts = rows.map { verdict($0.0, with: $0.1, $0.2, point) }
        if seen.insert(verdicts).inserted { starts.append(point) }
      }
    }
    return starts
  }
}
