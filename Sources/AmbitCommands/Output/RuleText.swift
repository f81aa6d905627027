import KubeModel
import Reachability

/// The rules of a NetworkPolicy in a few words.
enum RuleText {
  /// Peers and ports beyond this many are counted.
  private static let most = 2

  /// `in: app=web :8080/TCP; out: nothing`, for the directions that the policy isolates.
  static func text(_ object: KubeObject) -> String {
    let closed = WrittenRule.closedDirections(of: object)
    return [("in", Direction.ingress, "from"), ("out", Direction.egress, "to")]
      .filter { closed.contains($0.1) }
      .map { word, direction, peersKey in
        let rules = object.spec?[direction.rawValue]?.list ?? []
        guard !rules.isEmpty else { return "\(word): nothing" }
        return "\(word): " + short(rules.map { rule($0, peersKey: peersKey) }, separator: " | ")
      }.joined(separator: "; ")
  }

  private static func rule(_ rule: Value, peersKey: String) -> String {
    let peers = rule[peersKey]?.list ?? []
    let ports = rule["ports"]?.list ?? []
    let who = peers.isEmpty ? "everyone" : short(peers.map(peer), separator: ", ")
    return ports.isEmpty ? who : "\(who) \(short(ports.map(port), separator: ","))"
  }

  private static func peer(_ peer: Value) -> String {
    if let block = peer["ipBlock"] {
      let except = block["except"]?.list?.count ?? 0
      return (block["cidr"]?.string ?? "?") + (except > 0 ? " but \(except)" : "")
    }
    let pods = peer["podSelector"].map(SelectorText.text)
    guard let namespaces = peer["namespaceSelector"].map(SelectorText.text) else { return pods ?? "?" }
    return "\(pods ?? "<all>") in ns \(namespaces)"
  }

  private static func port(_ port: Value) -> String {
    let number = port["port"].map { $0.string ?? $0.int.map { String($0) } ?? "?" } ?? "*"
    let end = port["endPort"]?.int.map { "-\($0)" } ?? ""
    return ":\(number)\(end)/\(port["protocol"]?.string ?? "TCP")"
  }

  private static func short(_ parts: [String], separator: String) -> String {
    let shown = parts.prefix(most).joined(separator: separator)
    return parts.count > most ? "\(shown)\(separator)+\(parts.count - most)" : shown
  }
}
