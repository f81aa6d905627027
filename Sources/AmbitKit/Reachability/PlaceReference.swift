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
    "NAMESPACE/NAME of a workload or a pod, NAMESPACE/KIND/NAME, NAMESPACE/key=value,…, NAMESPACE/, an address or a block"

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
    if let range = IPRange(text) { return [address(range)] }
    let text = text.contains("/") ? text : "\(namespace ?? "default")/\(text)"
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let (space, rest) = (String(parts[0]), String(parts[1]))
    let found: [Candidate]
    if rest.isEmpty || rest == "*" || rest.contains("=") {
      found = try selected(in: space, by: rest == "*" ? "" : rest)
    } else {
      let key = rest.contains("/") ? "\(space)/\(rest.prefix { $0 != "/" }.lowercased())\(rest.drop { $0 != "/" })" : text
      found = names[key] ?? []
    }
    guard found.isEmpty else { return unique(found) }
    throw AmbitError(
      .notFound, "nothing here is '\(HiddenText.escaped(text))'" + NearMiss.suffix(text, among: names.keys.sorted()),
      hint: "name \(PlaceReference.forms)")
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
