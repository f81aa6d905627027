/// A Kubernetes label selector: `matchLabels` and `matchExpressions`, all of which must hold.
///
/// An empty selector selects everything. A selector that is absent selects nothing or everything
/// according to where it stands, so absence is nil and never an empty selector.
public struct LabelSelector: Sendable, Hashable {
  public enum Operator: String, Sendable {
    case isIn = "In"
    case isNotIn = "NotIn"
    case exists = "Exists"
    case doesNotExist = "DoesNotExist"
  }

  public struct Requirement: Sendable, Hashable {
    public let key: String
    public let `operator`: Operator
    public let values: Set<String>
  }

  public let requirements: [Requirement]
  /// An operator that is none of the four: what the selector selects is unknown.
  public let hasUnknownOperator: Bool

  /// Reads a selector; nil where the value is no mapping (absent or null).
  public init?(_ value: Value?) {
    guard let map = value?.map else { return nil }
    var requirements: [Requirement] = []
    var hasUnknownOperator = false
    for (key, value) in (map["matchLabels"]?.stringMap ?? [:]).sorted(by: { $0.key < $1.key }) {
      requirements.append(Requirement(key: key, operator: .isIn, values: [value]))
    }
    for expression in map["matchExpressions"]?.list ?? [] {
      guard let key = expression["key"]?.string,
        let `operator` = Operator(rawValue: expression["operator"]?.string ?? "")
      else {
        hasUnknownOperator = true
        continue
      }
      requirements.append(
        Requirement(key: key, operator: `operator`, values: Set(expression["values"]?.strings ?? [])))
    }
    self.requirements = requirements
    self.hasUnknownOperator = hasUnknownOperator
  }

  /// The empty selector.
  public static let everything = LabelSelector(requirements: [], hasUnknownOperator: false)

  private init(requirements: [Requirement], hasUnknownOperator: Bool) {
    self.requirements = requirements
    self.hasUnknownOperator = hasUnknownOperator
  }

  public var isEmpty: Bool { requirements.isEmpty && !hasUnknownOperator }

  /// Whether labels satisfy every requirement. `NotIn` holds for a label that is absent.
  public func matches(_ labels: [String: String]) -> Bool {
    guard !hasUnknownOperator else { return false }
    return requirements.allSatisfy { requirement in
      let value = labels[requirement.key]
      switch requirement.operator {
      case .isIn: return value.map(requirement.values.contains) ?? false
      case .isNotIn: return value.map { !requirement.values.contains($0) } ?? true
      case .exists: return value != nil
      case .doesNotExist: return value == nil
      }
    }
  }
}
