internal import KubeModel

/// Who can talk to whom in a cluster, as its policies permit it.
///
/// Policies are compiled once; rows are evaluated when they are first asked for and shared by all endpoints
/// that the same policies apply to.
package final class ReachabilityEngine {
  package let model: ClusterModel
  package let policies: [Policy]
  package let semantics: Semantics
  let table = VerdictTable()
  /// Who can be at the other end, by direction.
  package let columns: [Direction: Columns]
  private var steps: [Direction: [RowEvaluator.Step?]] = [:]
  /// The policies that apply to each endpoint, by direction, in the order in which they are asked.
  private(set) var applying: [Direction: [[Int32]]] = [:]
  private var rows: [Direction: [RowKey: Row]] = [:]
  private let nodes: Bitset?

  private struct RowKey: Hashable {
    let policies: [Int32]
    /// The ports of the endpoint, where a rule speaks of ports by name.
    let ports: [Endpoint.Port]
    let isOnHostNetwork: Bool
  }

  /// - Parameter cutBy: further policies whose addresses are cut out too, so that two engines have the same columns.
  package init(_ model: ClusterModel, _ policies: [Policy], _ semantics: Semantics, cutBy others: [Policy] = []) {
    self.model = model
    self.policies = policies.sorted { ($0.tier, $0.rank) < ($1.tier, $1.rank) }
    self.semantics = semantics
    let hasIPv6 = (model.podRanges + model.nodeAddresses + model.endpoints.flatMap(\.addresses))
      .contains { $0.family == .v6 }
    var columns: [Direction: Columns] = [:]
    for direction in Direction.allCases {
      let blocks = (policies + others).flatMap { $0.sections[direction]?.rules ?? [] }.flatMap(\.blocks)
      columns[direction] = Columns(endpointCount: model.endpoints.count, blocks: blocks, hasIPv6: hasIPv6)
    }
    self.columns = columns
    let hosts = model.endpoints.indices.filter { model.endpoints[$0].isOnHostNetwork }
    if hosts.isEmpty {
      nodes = nil
    } else {
      var set = Bitset(count: columns[.ingress]?.count ?? 0)
      for host in hosts { set.insert(host) }
      nodes = set
    }
    compile()
  }

  private func compile() {
    var index = LabelIndex(model)
    let subjects = policies.map { index.endpoints($0.subjects) }
    for direction in Direction.allCases {
      guard let columns = columns[direction] else { continue }
      let compiler = RuleCompiler(
        model: model, columns: columns, direction: direction, profile: semantics.profile)
      var applying = Array(repeating: [Int32](), count: model.endpoints.count)
      steps[direction] = policies.enumerated().map { place, policy in
        guard let section = policy.sections[direction] else { return nil }
        subjects[place].forEach { endpoint in
          if !model.endpoints[endpoint].isOnHostNetwork { applying[endpoint].append(Int32(place)) }
        }
        return RowEvaluator.Step(
          tier: policy.tier, rank: policy.rank, isolates: section.isolates,
          rules: section.rules.map { compiler.compile($0, &index) })
      }
      self.applying[direction] = applying
      rows[direction] = [:]
    }
  }

  // MARK: Rows

  /// The row of an endpoint.
  func row(_ endpoint: Int, _ direction: Direction) -> Row {
    let policies = applying[direction]?[endpoint] ?? []
    let steps = policies.compactMap { self.steps[direction]?[Int($0)] }
    let isByName = steps.contains { $0.rules.contains { !$0.named.isEmpty } }
    let own = model.endpoints[endpoint]
    let key = RowKey(policies: policies, ports: isByName ? own.ports : [], isOnHostNetwork: own.isOnHostNetwork)
    if let row = rows[direction]?[key] { return row }
    let evaluator = RowEvaluator(table: table, columnCount: columns[direction]?.count ?? 0)
    let row = evaluator.row(
      steps, nodes: direction == .ingress && !own.isOnHostNetwork ? nodes : nil, resolve: own.traffic)
    rows[direction]?[key] = row
    return row
  }

  /// The rules of a policy as they were compiled, in its own order.
  func rules(of policy: Int32, _ direction: Direction) -> [CompiledRule] {
    steps[direction]?[Int(policy)]?.rules ?? []
  }

  // MARK: Single answers

  /// What becomes of traffic from one endpoint to another.
  func map(_ source: Int, _ destination: Int) -> VerdictMap {
    let egress = row(source, .egress).state(destination)
    let ingress = row(destination, .ingress).state(source)
    return table.map(table.join(egress, ingress, .both))
  }

  /// What becomes of an endpoint's traffic with a range of addresses outside, in the order of `columns`.
  func map(_ endpoint: Int, _ direction: Direction, range: Int) -> VerdictMap {
    table.map(row(endpoint, direction).state(model.endpoints.count + range))
  }
}

extension PolicyRule {
  /// The blocks of addresses that the rule speaks of.
  fileprivate var blocks: [IPRange] {
    guard case .terms(let terms) = peers else { return [] }
    return terms.flatMap { term -> [IPRange] in
      guard case .addresses(let blocks, _) = term.who else { return [] }
      return blocks
    }
  }
}
