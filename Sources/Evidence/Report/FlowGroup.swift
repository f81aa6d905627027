internal import Controls

/// Namespaces from which the same may flow to the same.
struct FlowGroup: Equatable {
  /// Ports, and how certain it is that they are open.
  struct Grant: Hashable, Comparable {
    let ports: String
    let isCertain: Bool
    static func < (left: Grant, right: Grant) -> Bool {
      (left.isCertain ? 0 : 1, left.ports) < (right.isCertain ? 0 : 1, right.ports)
    }
  }

  /// Places in `FlowMap.nodes`, rising.
  let sources: [Int]
  /// Each with the places that it leads to, rising; `FlowMap.itself` stands for the source.
  let grants: [(grant: Grant, destinations: [Int])]

  static func == (left: FlowGroup, right: FlowGroup) -> Bool {
    left.sources == right.sources
      && left.grants.elementsEqual(right.grants) { $0.grant == $1.grant && $0.destinations == $1.destinations }
  }
}

/// What may flow between namespaces, with those put together that reach the same.
struct FlowMap {
  static let itself = -1

  /// Outside of the cluster (nil) first, where there is such a flow; then the namespaces by name.
  let nodes: [String?]
  let groups: [FlowGroup]
  private let namespaceCount: Int
  /// Namespaces from which nothing flows.
  let silent: [String]

  /// - Parameter namespaces: those that are there, also where nothing flows.
  init(_ flows: [Assessment.Flow], namespaces: [String]) {
    let named = Set(namespaces).union(flows.flatMap { [$0.from, $0.to].compactMap(\.self) }).sorted()
    let hasOutside = flows.contains { $0.from == nil || $0.to == nil }
    let nodes: [String?] = (hasOutside ? [nil] : []) + named
    let places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    var outgoing = [[FlowGroup.Grant: Set<Int>]](repeating: [:], count: nodes.count)
    for flow in flows {
      guard let from = places[flow.from], let to = places[flow.to] else { continue }
      outgoing[from][.init(ports: flow.ports, isCertain: flow.isCertain), default: []].insert(to)
    }
    // First those that reach the same; then, of the rest, those that reach the same but for each its own.
    var groups = Dictionary(grouping: nodes.indices.filter { !outgoing[$0].isEmpty }) { outgoing[$0] }
    let alone = groups.values.filter { $0.count == 1 }.flatMap(\.self)
    for place in alone { groups[outgoing[place]] = nil }
    for place in alone {
      let relative = outgoing[place].mapValues { $0.contains(place) ? $0.subtracting([place]).union([FlowMap.itself]) : $0 }
      groups[relative, default: []].append(place)
    }
    self.nodes = nodes
    namespaceCount = named.count
    self.groups = groups.map { key, places in
      FlowGroup(
        sources: places.sorted(),
        grants: key.sorted { $0.key < $1.key }.map { (grant: $0.key, destinations: $0.value.sorted()) })
    }.sorted { ($0.sources.first ?? 0) < ($1.sources.first ?? 0) }
    silent = nodes.indices.filter { outgoing[$0].isEmpty }.compactMap { nodes[$0] }
  }

  /// `every namespace but shop and the outside`, or the names.
  func text(_ destinations: [Int]) -> String {
    let own = destinations.filter { $0 == FlowMap.itself }.map { _ in "itself" }
    let outside = destinations.filter { $0 >= 0 && nodes[$0] == nil }.map { _ in "outside the cluster" }
    let named = destinations.filter { $0 >= 0 && nodes[$0] != nil }
    var names = named.compactMap { nodes[$0] }
    let missing = namespaceCount - named.count
    if named.count > 3, missing == 0 {
      names = ["every namespace"]
    } else if named.count > 6, missing <= 3 {
      let left = Set(nodes.indices).subtracting(named).sorted().compactMap { nodes[$0] }
      names = ["every namespace but \(left.joined(separator: ", "))"]
    }
    return (own + names + outside).joined(separator: ", ")
  }

  func text(sources: [Int]) -> String {
    sources.map { nodes[$0] ?? "outside the cluster" }.joined(separator: ", ")
  }
}
