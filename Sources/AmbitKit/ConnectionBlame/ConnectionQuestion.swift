package import Reachability

/// A connection that is asked about over a history: its ends as users name them, and its port.
package struct ConnectionQuestion: Sendable {
  package let source: String
  package let destination: String
  /// The namespace of ends that name none.
  package let namespace: String?
  package let point: TrafficPoint
  /// Whose rules apply; nil for those of the CNI that each state shows.
  package let profile: Semantics.Profile?
  package let ipBlocks: Semantics.IPBlocks?
  package let decidesSelf: Bool

  package init(
    from source: String, to destination: String, _ point: TrafficPoint, namespace: String? = nil,
    profile: Semantics.Profile? = nil, ipBlocks: Semantics.IPBlocks? = nil, decidesSelf: Bool = false
  ) {
    self.source = source
    self.destination = destination
    self.namespace = namespace
    self.point = point
    self.profile = profile
    self.ipBlocks = ipBlocks
    self.decidesSelf = decidesSelf
  }

  var ends: [PlaceReference.Named] {
    [source, destination].map { PlaceReference.Named($0, namespace: namespace) }
  }

  /// The namespaces of ends that are pods, each once.
  var namespaces: [String] {
    Set(ends.compactMap { if case .pods(let namespace, _) = $0 { namespace } else { nil } }).sorted()
  }
}

/// What becomes of a connection in one state.
package enum ConnectionOutcome: Sendable, Hashable {
  case verdict(Verdict)
  /// There is no such connection, as ends of it are not there.
  case missing(source: Bool, destination: Bool)

  package var verdict: Verdict? { if case .verdict(let verdict) = self { verdict } else { nil } }
}
