import KubeModel

/// What came up while one object of Calico's was read.
struct CalicoReading {
  let identity: Policy.Identity
  private(set) var problems: [PolicyProblem] = []
  /// Whether the API server would not have taken the object.
  private(set) var isRefused = false

  init(_ entry: ClusterState.Entry) { identity = Policy.Identity(entry) }

  mutating func report(_ effect: PolicyProblem.Effect, _ path: String, _ message: String) {
    problems.append(PolicyProblem(identity, path: path, message: message, effect: effect))
    if effect == .refused { isRefused = true }
  }

  mutating func refuse(_ path: String, _ message: String) { report(.refused, path, message) }

  // MARK: Values

  /// A mapping and nothing else, whose fields Calico knows; nil where there is none.
  mutating func mapping(_ value: Value?, _ path: String, fields: Set<String>) -> Mapping? {
    guard let value, !value.isNull else { return nil }
    guard let map = value.map else {
      refuse(path, "is no mapping")
      return nil
    }
    for key in map.keys where !fields.contains(key) {
      report(.partIgnored, "\(path).\(key)", "Calico knows no such field and drops it")
    }
    return map
  }

  /// A list, empty where there is none.
  mutating func list(_ value: Value?, _ path: String) -> [Value] {
    guard let value, !value.isNull else { return [] }
    if value.list == nil { refuse(path, "is no list") }
    return value.list ?? []
  }

  /// A text, empty where there is none.
  mutating func text(_ value: Value?, _ path: String) -> String {
    guard let value, !value.isNull else { return "" }
    if value.string == nil { refuse(path, "is no text") }
    return value.string ?? ""
  }

  mutating func texts(_ value: Value?, _ path: String) -> [String] {
    list(value, path).enumerated().map { text($0.element, "\(path)[\($0.offset)]") }
  }

  mutating func isTrue(_ value: Value?, _ path: String) -> Bool {
    guard let value, !value.isNull else { return false }
    if value.bool == nil { refuse(path, "is neither true nor false") }
    return value.bool ?? false
  }

  /// A number in a range.
  mutating func number(_ value: Value?, _ path: String, in range: ClosedRange<Int64>) -> Int64? {
    guard let value, !value.isNull else { return nil }
    guard let number = value.int, range.contains(number) else {
      refuse(path, "is no number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// The order of a tier or a policy: without one it comes last.
  mutating func order(_ value: Value?, _ path: String) -> Double {
    switch value {
    case nil, .null: return .infinity
    case .int(let number): return Double(number)
    case .double(let number) where number.isFinite: return number
    default:
      refuse(path, "is no number")
      return .infinity
    }
  }

  /// A selector, nil where there is none or an empty one.
  ///
  /// - Parameter mayBeGlobal: whether `global()` may stand here, which it may only by itself.
  mutating func selector(_ value: Value?, _ path: String, mayBeGlobal: Bool = false) -> CalicoSelector.Node? {
    let text = text(value, path)
    guard !text.isEmpty else { return nil }
    do {
      let node = try CalicoSelector(text).root
      if node.hasGlobal, !mayBeGlobal {
        refuse(path, "global() stands in the namespaceSelector of a rule only")
      } else if node.hasGlobal, node != .global {
        refuse(path, "global() cannot be joined with anything")
      }
      return node
    } catch {
      refuse(path, "is no selector: \(error.description)")
      return nil
    }
  }

  /// Blocks of addresses.
  mutating func ranges(_ value: Value?, _ path: String, needPrefix: Bool) -> [IPRange] {
    texts(value, path).enumerated().compactMap { index, text in
      guard let range = IPRange(text) else {
        refuse("\(path)[\(index)]", "'\(text)' is no CIDR block")
        return nil
      }
      if needPrefix, !text.contains("/") {
        report(.surprising, "\(path)[\(index)]", "'\(text)' has no prefix length, which Calico's API refuses")
      }
      return range
    }
  }
}
