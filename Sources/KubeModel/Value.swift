/// One JSON or YAML value, with the types that both share.
///
/// Integers and floating-point numbers stay apart, since `80`, `80.0` and `"80"` mean different
/// things to an API server. Mappings are kept sorted by key, so that two values that mean the same
/// compare equal and print the same.
public enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case list([Value])
  case map(Mapping)
}

extension Value {
  /// Whether two values print the same: strings are compared by their bytes (`String.==` takes two
  /// spellings of one accented letter for one), floating-point numbers by their bits.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
    case (.string(let left), .string(let right)): Mapping.isSame(left, right)
    case (.list(let left), .list(let right)): left == right
    case (.map(let left), .map(let right)): left == right
    default: false
    }
  }

  /// The value under `key`, or nil where this is no mapping or lacks the key.
  public subscript(key: String) -> Value? {
    guard case .map(let mapping) = self else { return nil }
    return mapping[key]
  }

  /// The value at the end of a path of keys, or nil where any step is missing.
  public subscript(path: [String]) -> Value? {
    var value = self
    for key in path {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  public var int: Int64? { if case .int(let value) = self { value } else { nil } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var list: [Value]? { if case .list(let value) = self { value } else { nil } }
  public var map: Mapping? { if case .map(let value) = self { value } else { nil } }
  public var isNull: Bool { self == .null }

  /// The strings of a list; elements of other types are left out.
  public var strings: [String]? { list?.compactMap(\.string) }

  /// The entries of a mapping whose values are strings (labels, annotations).
  public var stringMap: [String: String]? {
    guard let map else { return nil }
    var result: [String: String] = [:]
    for (key, value) in map.entries {
      if let string = value.string { result[key] = string }
    }
    return result
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, Value)...) {
    self = .map(Mapping(elements))
  }
}
