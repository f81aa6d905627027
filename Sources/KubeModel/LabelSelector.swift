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
  /// An operator that is none of the four, or values that no server takes: what the selector selects is
  /// unknown.
  public let isMalformed: Bool

  /// Reads a selector; nil where the value is no mapping (absent or null).
  public init?(_ value: Value?) {
    guard let map = value?.map else { return nil }
    var requirements: [Requirement] = []
    var isMalformed = false
    let labels = map["matchLabels"] ?? .null
    for (key, value) in labels.map?.entries ?? [] {
      if let text = value.string {
        requirements.append(Requirement(key: key, operator: .isIn, values: [text]))
      } else {
        isMalformed = true
      }
    }
    let expressions = map["matchExpressions"] ?? .null
    for expression in expressions.list ?? [] {
      if let requirement = LabelSelector.requirement(expression) {
        requirements.append(requirement)
      } else {
        isMalformed = true
      }
    }
    if labels.map == nil && !labels.isNull { isMalformed = true }
    if expressions.list == nil && !expressions.isNull { isMalformed = true }
    self.requirements = requirements
    self.isMalformed = isMalformed
  }

  private static func requirement(_ expression: Value) -> Requirement? {
    guard let key = expression["key"]?.string,
      let `operator` = Operator(rawValue: expression["operator"]?.string ?? "")
    else { return nil }
    let values = expression["values"]?.list ?? []
    let texts = Set(values.compactMap(\.string))
    guard texts.count == Set(values).count else { return nil }
    let needsValues = `operator` == .isIn || `operator` == .isNotIn
    guard needsValues != texts.isEmpty else { return nil }
    return Requirement(key: key, operator: `operator`, values: texts)
  }

  /// The empty selector.
  public static let everything = LabelSelector(requirements: [], isMalformed: false)

  private init(requirements: [Requirement], isMalformed: Bool) {
    self.requirements = requirements
    self.isMalformed = isMalformed
  }

  public var isEmpty: Bool { requirements.isEmpty && !isMalformed }

  /// Whether labels satisfy every requirement. `NotIn` holds for a label that is absent.
  /// A malformed selector matches nothing.
  public func matches(_ labels: [String: String]) -> Bool {
    guard !isMalformed else { return false }
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
