internal import KubeModel
package import Reachability

/// Where connections that are asked about end.
package struct Destination {
  package let candidate: PlaceReference.Candidate
  /// The ports that are asked about; nil for one of each group that fares alike.
  package let points: [TrafficPoint]?
}

/// An end of a connection as users name it: a workload, a pod, pods by their labels, an address or a block.
package struct PlaceReference {
  package struct Candidate: Sendable {
    package let place: ReachabilityEngine.Place
    /// `shop/web[Deployment]`, or the address.
    package let title: String
    /// The pod, where it is one and not several: `shop/web-0`.
    package var pod: String?
  }

  /// The forms that are understood, for messages.
  package static let forms =
    "NAMESPACE/NAME of a workload or a pod, NAMESPACE/KIND/NAME, NAMESPACE/svc/NAME of a Service, NAMESPACE/key=value,…, NAMESPACE/, an address, a block or outside"

  /// What a text names, before it is looked up.
  enum Named {
    /// Every address that is no pod's.
    case outside
    case range(IPRange)
    /// `NAME`, `KIND/NAME`, labels, or nothing for all of a namespace.
    case pods(namespace: String, rest: String)

    init(_ text: String, namespace: String?) {
      if text == "outside" {
        self = .outside
      } else if let range = IPRange(text) {
        self = .range(range)
      } else {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self = parts.count == 2
          ? .pods(namespace: parts[0], rest: parts[1] == "*" ? "" : parts[1])
          : .pods(namespace: namespace ?? "default", rest: text)
      }
    }
  }

  private let model: ClusterModel
  private let services: ServiceIndex
  /// Endpoints by the names that they go by, `NAMESPACE/NAME`.
  private let names: [String: [Candidate]]
  /// The endpoint that has an address.
  private let endpoints: [IPRange: Int]

  package init(_ analysis: ReachabilityAnalysis) {
    let model = analysis.model
    self.model = model
    services = ServiceIndex(analysis.state, model)
    var names: [String: [Candidate]] = [:]
    for entry in model.workloads {
      let workload = entry.workload
      let title = workload.qualifiedTitle
      for (variant, endpoint) in zip(workload.variants, entry.endpoints) {
        let candidate = Candidate(
          place: .endpoint(endpoint), title: title,
          pod: workload.kind == "Pod" ? "\(workload.namespace)/\(workload.name)" : nil)
        for name in [workload.name, "\(workload.kind.lowercased())/\(workload.name)"] {
          names["\(workload.namespace)/\(name)", default: []].append(candidate)
        }
        for name in variant.value["names"]?.strings ?? [] where name != workload.name {
          names["\(workload.namespace)/\(name)", default: []].append(
            Candidate(
              place: .endpoint(endpoint), title: "\(workload.namespace)/\(name)[Pod]",
              pod: "\(workload.namespace)/\(name)"))
        }
      }
    }
    self.names = names
    endpoints = Dictionary(
      model.endpoints.enumerated().flatMap { place, endpoint in endpoint.addresses.map { ($0, place) } }
    ) { first, _ in first }
  }

  /// Whom a text stands for as a destination. A Service stands for its backends, and its ports for theirs.
  ///
  /// - Parameter point: the port that is asked about, as a Service's clients see it.
  package func destinations(_ text: String, namespace: String? = nil, _ point: TrafficPoint?) throws -> [Destination] {
    guard let service = service(text, namespace: namespace) else {
      return try candidates(text, namespace: namespace).map { Destination(candidate: $0, points: point.map { [$0] }) }
    }
    let title = HiddenText.escaped("\(service.namespace)/\(service.name)")
    guard service.hasSelector else {
      throw AmbitError(
        .notFound, "the Service \(title) selects no pods: somebody else tells whom it stands for",
        hint: "ask about an address or a workload behind it")
    }
    let ports = service.ports.filter { port in
      point.map { $0.transport == port.transport && $0.port == port.number } ?? true
    }
    if let point, ports.isEmpty {
      let known = service.ports.map { "\($0.transport.name)/\($0.number)" }.joined(separator: ", ")
      throw AmbitError(.notFound, "the Service \(title) has no port \(point)", hint: "it has \(known.isEmpty ? "none" : known)")
    }
    let found = service.endpoints.flatMap { endpoint -> [Destination] in
      let points = ports.flatMap { port in
        service.traffic(port, at: model.endpoints[endpoint]).ports(port.transport).map {
          TrafficPoint(port.transport, $0.lowerBound)
        }
      }
      let owners = model.workloadsOfEndpoint[endpoint].map { model.workloads[$0].workload.qualifiedTitle }
      return points.isEmpty ? [] : owners.map { owner in
        Destination(
          candidate: Candidate(place: .endpoint(endpoint), title: "\(owner) behind \(title)[Service]"), points: points)
      }
    }
    guard !found.isEmpty else {
      throw AmbitError(
        .notFound,
        service.endpoints.isEmpty
          ? "the Service \(title) selects no pod that is there" : "no pod behind the Service \(title) has the port that it names",
        hint: "compare its selector and its targetPort with the pods")
    }
    return found
  }

  /// The Service that `svc/NAME`, `service/NAME` or the same behind a namespace names.
  private func service(_ text: String, namespace: String?) -> ServiceBackends? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), ["svc", "service"].contains(parts[parts.count - 2].lowercased()) else { return nil }
    return services.service(parts.count == 3 ? parts[0] : namespace ?? "default", parts[parts.count - 1])
  }

  /// Whom a text stands for; several where it stands for several kinds of pods.
  package func candidates(_ text: String, namespace: String? = nil) throws -> [Candidate] {
    if let service = service(text, namespace: namespace) {
      throw AmbitError(
        .usage, "the Service \(HiddenText.escaped("\(service.namespace)/\(service.name)")) begins no connections",
        hint: "name the workload that does")
    }
    let found = try present(text, namespace: namespace)
    guard found.isEmpty else { return found }
    let text = text.contains("/") ? text : "\(namespace ?? "default")/\(text)"
    throw AmbitError(
      .notFound, "nothing here is '\(HiddenText.escaped(text))'" + NearMiss.suffix(text, among: names.keys.sorted()),
      hint: "name \(PlaceReference.forms)")
  }

  /// Whom a text stands for; none where there is nobody of that name.
  ///
  /// - Throws: where it is no reference at all.
  func present(_ text: String, namespace: String?) throws -> [Candidate] {
    switch Named(text, namespace: namespace) {
    case .outside: return outside
    case .range(let range): return [address(range)]
    case .pods(let space, let rest):
      if rest.isEmpty || rest.contains("=") { return unique(try selected(in: space, by: rest)) }
      let kind = rest.contains("/") ? rest.prefix { $0 != "/" }.lowercased() : ""
      return unique(names["\(space)/\(kind)\(rest.dropFirst(kind.count))"] ?? [])
    }
  }

  /// The addresses outside: IPv6 where the cluster is known to speak it, and none that pods are known to have.
  private var outside: [Candidate] {
    let known = model.podRanges + model.nodeAddresses
    let families: [IPRange] = known.contains { $0.family == .v6 } ? [.all4, .all6] : [.all4]
    return IPRange.subtract(model.podRanges, from: families).map { range in
      Candidate(place: .range(range), title: "outside \(range.shortText)")
    }
  }

  /// An address of a pod that is known is that pod.
  private func address(_ range: IPRange) -> Candidate {
    guard range.low == range.high, let place = endpoints[range] else {
      return Candidate(place: .range(range), title: range.shortText)
    }
    let owner = model.workloadsOfEndpoint[place].first.map { model.workloads[$0].workload }
    return Candidate(place: .endpoint(place), title: owner?.qualifiedTitle ?? range.shortText)
  }

  private func selected(in namespace: String, by selector: String) throws -> [Candidate] {
    var wanted: [(key: String, value: String)] = []
    for part in selector.split(separator: ",") {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init).filter { !$0.isEmpty }
      guard pair.count == 2 else {
        throw AmbitError(
          .usage, "'\(HiddenText.escaped(String(part)))' is no label", hint: "write NAMESPACE/key=value,key=value")
      }
      wanted.append((pair[0], pair[1]))
    }
    return model.workloads.filter { $0.workload.namespace == namespace }.flatMap { entry in
      entry.endpoints.filter { endpoint in
        wanted.allSatisfy { model.endpoints[endpoint].labels[$0.key] == $0.value }
      }.map { endpoint in
        Candidate(
          place: .endpoint(endpoint),
          title: entry.workload.qualifiedTitle)
      }
    }
  }

  private func unique(_ candidates: [Candidate]) -> [Candidate] {
    var seen: Set<String> = []
    return candidates.filter { seen.insert("\($0.place) \($0.title)").inserted }
  }
}
