/// Answers which endpoints satisfy an expression, for many expressions over the same endpoints.
struct LabelIndex {
  private let model: ClusterModel
  private let count: Int
  private var values: [LabelExpression.Key: [String: Bitset]] = [:]
  private var known: [LabelExpression: Bitset] = [:]

  init(_ model: ClusterModel) {
    self.model = model
    count = model.endpoints.count
  }

  mutating func endpoints(_ expression: LabelExpression) -> Bitset {
    if let found = known[expression] { return found }
    let found = evaluate(expression)
    known[expression] = found
    return found
  }

  private mutating func evaluate(_ expression: LabelExpression) -> Bitset {
    switch expression {
    case .everything: return Bitset(count: count, filled: 0..<count)
    case .nothing: return Bitset(count: count)
    case .isIn(.namespaceName, let names):
      var result = Bitset(count: count)
      for name in names { if let range = model.namespaceRanges[name] { result.insert(range) } }
      return result
    case .isIn(let key, let wanted):
      return union(key) { wanted.contains($0) }
    case .has(let key): return union(key) { _ in true }
    case .contains(let key, let text): return union(key) { $0.contains(text) }
    case .hasPrefix(let key, let text): return union(key) { $0.hasPrefix(text) }
    case .hasSuffix(let key, let text): return union(key) { $0.hasSuffix(text) }
    case .not(let inner): return Bitset(count: count, filled: 0..<count).subtracting(endpoints(inner))
    case .all(let parts):
      // Most selectors hold one namespace and a label or two: only that namespace is looked at.
      if case .isIn(.namespaceName, let names) = parts.first, names.count == 1, let name = names.first {
        var result = Bitset(count: count)
        for endpoint in model.namespaceRanges[name] ?? 0..<0
        where parts.dropFirst().allSatisfy({ model.holds($0, endpoint) }) {
          result.insert(endpoint)
        }
        return result
      }
      return parts.dropFirst().reduce(endpoints(parts[0])) { $0.intersection(endpoints($1)) }
    case .any(let parts):
      return parts.reduce(into: Bitset(count: count)) { $0.formUnion(endpoints($1)) }
    }
  }

  private mutating func union(_ key: LabelExpression.Key, _ isWanted: (String) -> Bool) -> Bitset {
    let values = index(key)
    var result = Bitset(count: count)
    for (value, endpoints) in values where isWanted(value) { result.formUnion(endpoints) }
    return result
  }

  private mutating func index(_ key: LabelExpression.Key) -> [String: Bitset] {
    if let found = values[key] { return found }
    var found: [String: Bitset] = [:]
    if case .namespace(let label) = key {
      for (name, range) in model.namespaceRanges {
        guard let value = model.namespaces[name]?[label] else { continue }
        found[value, default: Bitset(count: count)].insert(range)
      }
    } else {
      for (place, endpoint) in model.endpoints.enumerated() {
        guard let value = endpoint.value(key, [:]) else { continue }
        found[value, default: Bitset(count: count)].insert(place)
      }
    }
    values[key] = found
    return found
  }
}
