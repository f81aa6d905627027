internal import KubeModel

/// Who can talk to whom in a cluster, as its policies permit it.
///
/// Policies are compiled, and rows evaluated, when they are first asked for; rows are shared by all endpoints that
/// the same policies apply to.
package final class ReachabilityEngine {
  package let model: ClusterModel
  package let policies: [Policy]
  package let semantics: Semantics
  let table: VerdictTable
  let portNames: PortNames
  private let columnsByDirection: ByDirection<Columns>
  /// Which families of addresses the columns speak, where that makes a difference; nil where it makes none.
  private let families: ByDirection<FamilyColumns>?
  /// The policies that were asked for, compiled: for each family where families differ, and at last for whichever family.
  private var steps: ByDirection<[[RowEvaluator.Step?]]>
  private let compilers: ByDirection<[RuleCompiler]>
  private var index: LabelIndex
  /// The policies that apply to each endpoint, in the order in which they are asked.
  let applying: ByDirection<[[Int32]]>
  /// The endpoints whose policies differ from those of the engine that this one was made from; none where there is none.
  let touched: ByDirection<[Int]>
  private var rows: ByDirection<Rows>
  private let nodes: Bitset?
  /// Policies for nodes, which are not evaluated.
  private let nodePolicies: [NodePolicy]

  /// What endpoints have in common that fare alike in a direction.
  struct RowKey: Hashable {
    let policies: [Int32]
    /// The ports of the endpoint, where a rule speaks of ports by name.
    let ports: [Endpoint.Port]
    /// Whether the endpoint may be, and is, what rules ask of it themselves.
    let subjects: [[Bool]]
    /// The families that the endpoint speaks, as places in `steps`; one of both where families make no difference.
    let families: [Int]
  }

  /// Rows that were asked for, and which of them each endpoint has.
  private struct Rows {
    var all: [Row] = []
    var places: [RowKey: Int] = [:]
    var ofEndpoint: [Int32]
  }

  /// - Parameters:
  ///   - representatives: pods that may yet be deployed and are asked about too.
  ///   - keepsPortNames: whether it is asked which ports by name pass to representatives.
  ///   - nodePolicies: policies for nodes, which leave in doubt what passes at a node.
  ///   - cutBy: further policies whose addresses are cut out too, so that two engines have the same columns.
  package init(
    _ model: ClusterModel, _ policies: [Policy], _ semantics: Semantics, representatives: [Representative] = [],
    keepsPortNames: Bool = false, nodePolicies: [NodePolicy] = [], cutBy others: [Policy] = []
  ) {
    let policies = ReachabilityEngine.sorted(policies)
    table = VerdictTable()
    self.model = model
    self.policies = policies
    self.semantics = semantics
    self.nodePolicies = nodePolicies
    let count = model.endpoints.count
    let hasIPv6 = (model.podRanges + model.nodeAddresses + model.endpoints.flatMap(\.addresses))
      .contains { $0.family == .v6 }
    let columns = ByDirection { direction in
      let blocks = (policies + others).flatMap { $0.sections[direction]?.rules ?? [] }.flatMap(\.blocks)
      return Columns(
        endpointCount: count, representatives: representatives, blocks: blocks, hasIPv6: hasIPv6)
    }
    columnsByDirection = columns
    let portNames = PortNames(keepsPortNames ? policies : [])
    self.portNames = portNames
    let hosts = model.endpoints.indices.filter { model.endpoints[$0].isOnHostNetwork }
    nodes = hosts.isEmpty
      ? nil : hosts.reduce(into: Bitset(count: columns.ingress.count)) { $0.insert($1) }
    var index = LabelIndex(model)
    let subjects = policies.map { index.endpoints($0.subjects) }
    var applying = ByDirection { _ in Array(repeating: [Int32](), count: count) }
    for (place, policy) in policies.enumerated() {
      for direction in policy.sections.keys {
        subjects[place].forEach { endpoint in
          if !model.endpoints[endpoint].isOnHostNetwork { applying[direction][endpoint].append(Int32(place)) }
        }
      }
    }
    self.applying = applying
    self.index = index
    touched = ByDirection { _ in [] }
    let areFamiliesTold = FamilyColumns.matter(policies + others, model)
    families = areFamiliesTold ? ByDirection { FamilyColumns(model, columns[$0]) } : nil
    let compilers = ByDirection { direction in
      let each: [IPRange.Family?] = areFamiliesTold ? IPRange.Family.allCases : []
      return (each + [nil]).map { family in
        RuleCompiler(
          model: model, columns: columns[direction], direction: direction, portNames: portNames, family: family)
      }
    }
    self.compilers = compilers
    steps = ByDirection { compilers[$0].map { _ in Array(repeating: nil, count: policies.count) } }
    rows = ByDirection { _ in Rows(ofEndpoint: Array(repeating: -1, count: count)) }
  }

  /// The engine after a change of policies. It shares with the other one all that the change does not touch, verdict
  /// maps and columns among it.
  ///
  /// - Parameters:
  ///   - old: an engine that is cut by the new policies, too.
  ///   - unchanged: the paths of policies that are the same in both.
  package init(_ old: ReachabilityEngine, policies: [Policy], unchanged: Set<String>) {
    let policies = ReachabilityEngine.sorted(policies)
    self.policies = policies
    (table, model, semantics, nodePolicies) = (old.table, old.model, old.semantics, old.nodePolicies)
    (portNames, columnsByDirection, families) = (old.portNames, old.columnsByDirection, old.families)
    (nodes, compilers) = (old.nodes, old.compilers)
    var index = old.index
    // A policy of Cilium's is several of the engine's, always in the same order.
    var known: [String: [Int]] = [:]
    for (place, policy) in old.policies.enumerated() { known[policy.identity.path, default: []].append(place) }
    var seen: [String: Int] = [:]
    let origins = policies.map { policy -> Int? in
      let path = policy.identity.path
      guard unchanged.contains(path), let places = known[path] else { return nil }
      let ordinal = seen[path, default: 0]
      seen[path] = ordinal + 1
      return ordinal < places.count ? places[ordinal] : nil
    }
    let kept = Set(origins.compactMap(\.self))
    let gone = old.policies.indices.filter { !kept.contains($0) }.map { old.policies[$0] }
    let come = policies.indices.filter { origins[$0] == nil }.map { policies[$0] }
    let touched = ByDirection { direction in
      var found = Bitset(count: old.model.endpoints.count)
      for policy in gone + come where policy.sections[direction] != nil {
        found.formUnion(index.endpoints(policy.subjects))
      }
      var endpoints: [Int] = []
      found.forEach { if !old.model.endpoints[$0].isOnHostNetwork { endpoints.append($0) } }
      return endpoints
    }
    self.touched = touched
    var places = Array(repeating: Int32(-1), count: old.policies.count)
    for (place, origin) in origins.enumerated() { if let origin { places[origin] = Int32(place) } }
    let isShifted = places.enumerated().contains { $1 >= 0 && $1 != $0 }
    let newPlaces = policies.indices.filter { origins[$0] == nil }
    let subjects = newPlaces.map { index.endpoints(policies[$0].subjects) }
    applying = ByDirection { direction in
      var applying = old.applying[direction]
      if isShifted { applying = applying.map { $0.map { places[Int($0)] } } }
      for endpoint in touched[direction] {
        var own = old.applying[direction][endpoint].map { places[Int($0)] }.filter { $0 >= 0 }
        for (place, subjects) in zip(newPlaces, subjects)
        where policies[place].sections[direction] != nil && subjects.contains(endpoint) {
          own.append(Int32(place))
        }
        applying[endpoint] = own.sorted()
      }
      return applying
    }
    steps = ByDirection { direction in
      old.steps[direction].map { steps in origins.map { origin in origin.flatMap { steps[$0] } } }
    }
    rows = ByDirection { direction in
      // Keys speak of places of policies, which may have moved.
      var rows = Rows(all: old.rows[direction].all, ofEndpoint: old.rows[direction].ofEndpoint)
      for endpoint in touched[direction] { rows.ofEndpoint[endpoint] = -1 }
      return rows
    }
    self.index = index
  }

  private static func sorted(_ policies: [Policy]) -> [Policy] {
    policies.sorted { ($0.tier, $0.rank) < ($1.tier, $1.rank) }
  }

  /// A policy compiled for a direction; nil where it says nothing about it.
  private func step(_ policy: Int, _ direction: Direction, family: Int) -> RowEvaluator.Step? {
    if let known = steps[direction][family][policy] { return known }
    guard let section = policies[policy].sections[direction] else { return nil }
    let compiler = compilers[direction][family]
    let step = RowEvaluator.Step(
      tier: policies[policy].tier, rank: policies[policy].rank, isolates: section.isolates,
      rules: section.rules.map { compiler.compile($0, &index) })
    steps[direction][family][policy] = step
    return step
  }

  /// The ranges of families that something in the cluster speaks; IPv6 comes last, and places stay.
  func spokenRanges(_ direction: Direction) -> [IPRange] {
    columnsByDirection[direction].hasIPv6 ? ranges(direction) : ranges(direction).filter { $0.family == .v4 }
  }

  /// The number of the verdict map by which nothing passes.
  package var deniedState: UInt32 { table.number(of: .denied) }

  /// Ranges of addresses outside, cut where a rule of the direction begins or ends to speak of them.
  package func ranges(_ direction: Direction) -> [IPRange] { columnsByDirection[direction].ranges }

  package var representatives: [Representative] { columnsByDirection.ingress.representatives }
  func columnCount(_ direction: Direction) -> Int { columnsByDirection[direction].count }
  /// The column of the first range.
  func rangeStart(_ direction: Direction) -> Int { columnsByDirection[direction].rangeStart }

  /// A policy's compiled rules in a direction; none where the policy says nothing about it.
  ///
  /// - Parameter family: what `families` returns; nil for what holds of whichever family.
  func rules(_ policy: Int, _ direction: Direction, family: Int? = nil) -> [CompiledRule] {
    step(policy, direction, family: family ?? compilers[direction].count - 1)?.rules ?? []
  }

  /// The families that traffic between an endpoint and a column may be of.
  func families(_ endpoint: Int, _ column: Int, _ direction: Direction) -> [Int] {
    guard let families else { return [0] }
    let own = families[direction].spoken(by: endpoint)
    let common = own.filter { families[direction].columns[$0].contains(column) }
    return common.isEmpty ? own : common
  }

  // MARK: Rows

  /// What tells an endpoint from others in a direction, as far as its policies can tell.
  func key(_ endpoint: Int, _ direction: Direction) -> RowKey {
    let policies = applying[direction][endpoint]
    let families = self.families?[direction].spoken(by: endpoint) ?? [0]
    let rules = policies.lazy.flatMap { policy in
      families.lazy.flatMap { self.rules(Int(policy), direction, family: $0) }
    }
    return RowKey(
      policies: policies, ports: rules.contains { $0.ownTraffic != nil } ? model.endpoints[endpoint].ports : [],
      subjects: rules.compactMap(\.subjects).map { [$0.possible.contains(endpoint), $0.sure.contains(endpoint)] },
      families: families)
  }

  /// The row of an endpoint.
  func row(_ endpoint: Int, _ direction: Direction) -> Row {
    let known = direction == .ingress ? rows.ingress.ofEndpoint[endpoint] : rows.egress.ofEndpoint[endpoint]
    if known >= 0 { return direction == .ingress ? rows.ingress.all[Int(known)] : rows.egress.all[Int(known)] }
    if model.endpoints[endpoint].isOnHostNetwork {
      return Row(base: table.number(of: nodeVerdict(endpoint, direction)), parts: [])
    }
    let key = key(endpoint, direction)
    if let place = rows[direction].places[key] {
      rows[direction].ofEndpoint[endpoint] = Int32(place)
      return rows[direction].all[place]
    }
    let evaluator = RowEvaluator(table: table, columnCount: columnsByDirection[direction].count)
    let single = key.families.map { family in
      evaluator.row(
        key.policies.compactMap { step(Int($0), direction, family: family) }, of: endpoint, model.endpoints[endpoint],
        nodes: direction == .ingress ? nodes : nil)
    }
    let row = families.map { families in
      evaluator.joined(single, speaking: key.families.map { families[direction].columns[$0] })
    } ?? single[0]
    let place = rows[direction].all.count
    rows[direction].all.append(row)
    rows[direction].places[key] = place
    rows[direction].ofEndpoint[endpoint] = Int32(place)
    return row
  }

  /// What becomes of the traffic of an endpoint on the network of its node.
  private func nodeVerdict(_ endpoint: Int, _ direction: Direction) -> Verdict {
    nodePolicies.reduce(.allowed) { verdict, policy in
      guard policy.directions.contains(direction), model.nodeMatch(endpoint, policy.selects) != .never else {
        return verdict
      }
      return Verdict.both(verdict, policy.verdict)
    }
  }

  /// A rule that is none of the policies', compiled for the same columns.
  func compiled(_ rule: PolicyRule, _ direction: Direction) -> CompiledRule {
    compilers[direction][compilers[direction].count - 1].compile(rule, &index)
  }

  // MARK: Single answers

  /// What becomes of an endpoint's traffic with a range of addresses outside, in the order of `columns`.
  func map(_ endpoint: Int, _ direction: Direction, range: Int) -> VerdictMap {
    table.map(row(endpoint, direction).state(rangeStart(direction) + range))
  }

  /// What becomes of an endpoint's traffic with pods that may yet be deployed, in the order of `representatives`.
  func map(_ endpoint: Int, _ direction: Direction, representative: Int) -> VerdictMap {
    table.map(row(endpoint, direction).state(model.endpoints.count + representative))
  }
}

extension PolicyRule {
  /// The blocks of addresses that the rule speaks of.
  fileprivate var blocks: [IPRange] {
    guard case .terms(let terms) = peers else { return [] }
    return terms.flatMap(\.who.blocks)
  }
}

extension PeerTerm.Who {
  fileprivate var blocks: [IPRange] {
    switch self {
    case .addresses(let blocks, _): blocks
    case .every(let terms), .either(let terms): terms.flatMap(\.blocks)
    case .not(let term): term.blocks
    case .pods, .nodes, .outside, .family, .domains, .unresolved: []
    }
  }
}
