import KubeModel

/// The words of which normal forms are made.
enum RuleWords {
  /// `pods with app=web`, `every pod`.
  static func pods(_ selector: LabelSelector?) -> String {
    guard let selector, !selector.isEmpty else { return "every pod" }
    return "pods with \(text(selector))"
  }

  /// `in the namespace shop`, `in namespaces with team=a`, `in every namespace`.
  static func namespaces(_ selector: LabelSelector) -> String {
    if selector.isEmpty { return "in every namespace" }
    if let only = selector.requirements.first, selector.requirements.count == 1, !selector.isMalformed,
      only.key == "kubernetes.io/metadata.name", only.operator == .isIn
    {
      return "in the namespace\(only.values.count == 1 ? "" : "s") \(Word.list(only.values))"
    }
    return "in namespaces with \(text(selector))"
  }

  private static func text(_ selector: LabelSelector) -> String {
    selector.isMalformed ? "what no server takes" : selector.text
  }

  /// A selector's value; where it is malformed, it is kept as it was written.
  static func selector(_ value: Value?, _ words: (LabelSelector) -> String) -> String? {
    guard let value, !value.isNull else { return nil }
    guard let selector = LabelSelector(value), !selector.isMalformed else { return unknown(value) }
    return words(selector)
  }

  /// What the reader does not know, as it was written.
  static func unknown(_ value: Value) -> String { "what no server takes, \(JSONWriter.line(of: value))" }

  /// Whoever one of these is, in one order.
  static func either(_ parts: [String]) -> String { joined(parts, " or ") ?? "nobody" }

  /// Each once, in the order of their bytes; nil where there is none.
  static func joined(_ parts: [String], _ separator: String) -> String? {
    guard parts.count > 1 else { return parts.first }
    return Set(parts).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: separator)
  }

  /// `10.0.0.0/8`: a block in one spelling.
  static func block(_ text: String) -> String { IPRange(text)?.shortText ?? Word.of(text) }

  static func blocks(_ value: Value?) -> [String] {
    guard let value, !value.isNull else { return [] }
    guard let list = value.list else { return [unknown(value)] }
    return list.map { $0.string.map(block) ?? unknown($0) }
  }

  /// `TCP 80,443`, `UDP`; ports of each protocol together and ascending.
  static func ports(_ traffic: TrafficSet) -> [String] {
    TrafficSet.Transport.allCases.compactMap { transport -> String? in
      let ports = traffic.ports(transport)
      guard !ports.isEmpty else { return nil }
      return ports == [1...UInt16.max] ? transport.name : "\(transport.name) \(numbers(ports))"
    }
  }

  static func numbers(_ ports: [ClosedRange<UInt16>]) -> String {
    ports.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
  }

  /// What a mapping says beyond the fields that are known, each as it was written.
  static func others(_ value: Value, without known: Set<String>) -> [String] {
    guard let map = value.map else { return [unknown(value)] }
    return map.entries.filter { !known.contains($0.key) && !$0.value.isNull }
      .map { "\(Word.of($0.key)) is \(JSONWriter.line(of: $0.value))" }
  }

  /// A value whose lists are alternatives, in one order and each once.
  static func sorted(_ value: Value) -> Value {
    switch value {
    case .map(let map): .map(map.filter { !$1.isNull }.mapValues(sorted))
    case .list(let list):
      .list(Set(list.map(sorted)).map { ($0, JSONWriter.line(of: $0)) }
        .sorted { $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) }.map(\.0))
    default: value
    }
  }
}
