internal import KubeModel
package import Reachability

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
    "NAMESPACE/NAME of a workload or a pod, NAMESPACE/KIND/NAME, NAMESPACE/key=value,…, NAMESPACE/, an address, a block or outside"

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
  /// Endpoints by the names that they go by, `NAMESPACE/NAME`.
  private let names: [String: [Candidate]]
  /// The endpoint that has an address.
  private let endpoints: [IPRange: Int]

  package init(_ model: ClusterModel) {
    self.model = model
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

  /// Whom a text stands for; several where it stands for several kinds of pods.
  package func candidates(_ text: String, namespace: String? = nil) throws -> [Candidate] {
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
