/// What rules let through together.
///
/// Decided on the set and not on its spelling: the world in quarters over four policies is the world, and
/// the ports in two halves are all ports.
package struct Openness: Sendable {
  /// A rule and the policy that it stands in.
  package struct Source: Sendable {
    package let policy: String
    package let rule: NetworkPolicy.Rule
  }

  /// Nearly all ports count as all of them: leaving one out does not make a rule narrow.
  static let nearlyAllPorts = 58_982

  /// Rules that let everyone through on at least one port, by themselves or with others.
  package let sources: [Source]
  /// Who everyone is, where `sources` lets them through.
  package let everyone: String?
  /// Whether everyone is let through on (nearly) every port of a protocol.
  package let isOnEveryPort: Bool

  package init(_ all: [Source]) {
    let rules = all.filter { $0.rule.everyone != nil || !$0.rule.addresses.isEmpty }
    var found: [Int: String] = [:]
    var isOnEveryPort = false
    for name in PortSet.protocols {
      let ports = rules.map { $0.rule.ports.ranges(of: name) }
      // Between two of these, the rules that apply are the same.
      let edges = Set(ports.joined().flatMap { [$0.lowerBound, $0.upperBound + 1] }).sorted()
      var openPorts = 0
      for (start, end) in zip(edges, edges.dropFirst()) {
        let applying = rules.indices.filter { index in ports[index].contains { $0.contains(start) } }
        guard let (everyone, contributing) = Openness.everyone(applying, rules) else { continue }
        openPorts += end - start
        for index in contributing { found[index] = found[index] ?? everyone }
      }
      if openPorts >= Openness.nearlyAllPorts { isOnEveryPort = true }
    }
    sources = found.keys.sorted().map { rules[$0] }
    everyone = found.keys.min().flatMap { found[$0] }
    self.isOnEveryPort = isOnEveryPort
  }

  /// Who everyone is, where rules that apply to one port together let everyone through, and which of them do.
  private static func everyone(_ applying: [Int], _ rules: [Source]) -> (String, [Int])? {
    if let index = applying.first(where: { rules[$0].rule.everyone != nil }) {
      let all = applying.filter { rules[$0].rule.everyone != nil }
      return (rules[index].rule.everyone ?? "everyone", all)
    }
    let blocks = applying.filter { !rules[$0].rule.addresses.isEmpty }
    guard blocks.count > 1 else { return nil }
    var union = AddressSet()
    for index in blocks { union.formUnion(rules[index].rule.addresses) }
    return union.coversMostOfTheInternet ? ("any address", blocks) : nil
  }
}
