internal import KubeModel

/// Reads the fields of one policy and notes what is wrong with them.
///
/// A policy that no server takes is not in force, so one such field is enough to leave it out.
struct PolicyFields {
  let identity: Policy.Identity
  private(set) var problems: [PolicyProblem] = []

  init(_ identity: Policy.Identity) { self.identity = identity }

  var isRefused: Bool { problems.contains { $0.effect == .refused } }

  mutating func note(_ path: String, _ message: String, _ effect: PolicyProblem.Effect = .refused) {
    problems.append(PolicyProblem(identity, path: path, message: message, effect: effect))
  }

  /// A list, empty where there is none.
  mutating func list(_ value: Value?, _ path: String) -> [Value] {
    guard let value, !value.isNull else { return [] }
    guard let list = value.list else {
      note(path, "is no list")
      return []
    }
    return list
  }

  /// A selector, or nil where there is none.
  mutating func selector(_ value: Value?, _ path: String) -> LabelSelector? {
    guard let value, !value.isNull else { return nil }
    guard let selector = LabelSelector(value) else {
      note(path, "is no selector")
      return nil
    }
    if selector.isMalformed { note(path, "has an operator, or values, that no server takes") }
    for requirement in selector.requirements {
      if let fault = LabelSyntax.fault(key: requirement.key) { note(path, fault) }
      for value in requirement.values.sorted() {
        if let fault = LabelSyntax.fault(value: value) { note(path, fault) }
      }
    }
    return selector
  }

  /// A block of addresses.
  mutating func block(_ text: String?, _ path: String) -> IPRange? {
    guard let text, text.contains("/"), let range = IPRange(text) else {
      note(path, "'\(HiddenText.escaped(text ?? ""))' is no CIDR block")
      return nil
    }
    return range
  }

  /// Notes fields that a server would drop, which is most often a misspelling.
  mutating func expectKeys(_ value: Value?, _ known: [String], _ path: String) {
    for key in value?.map?.keys ?? [] where !known.contains(key) {
      note(
        path, "has an unknown field '\(HiddenText.escaped(key))'" + NearMiss.suffix(key, among: known), .partIgnored)
    }
  }

  /// The traffic of a port range.
  mutating func ports(
    _ transport: TrafficSet.Transport, _ low: Int64?, _ high: Int64?, _ path: String
  ) -> TrafficSet? {
    guard let low, (1...65_535).contains(low) else {
      note(path, "is no port: ports are 1 to 65535")
      return nil
    }
    let high = high ?? low
    guard (low...65_535).contains(high) else {
      note(path, "ends at \(high), which is no port or lies before \(low)")
      return nil
    }
    return TrafficSet(transport, UInt16(low)...UInt16(high))
  }
}
