internal import GRDB

/// What a query asks of its rows: conditions that all must hold, with their arguments in order.
struct Conditions {
  private var parts: [String]
  private var values: [(any DatabaseValueConvertible)?]

  init(_ condition: String, _ value: any DatabaseValueConvertible) {
    parts = [condition]
    values = [value]
  }

  var sql: String { parts.joined(separator: " AND ") }
  var arguments: StatementArguments { StatementArguments(values) }

  /// Adds a condition on a value; none where there is no value.
  mutating func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
    guard let value else { return }
    parts.append(condition)
    values.append(value)
  }

  /// Adds a condition without a value.
  mutating func add(_ condition: String) { parts.append(condition) }

  /// Adds that a column has one of some values.
  mutating func add(_ column: String, isOneOf wanted: [String]) {
    parts.append("\(column) IN (\(wanted.map { _ in "?" }.joined(separator: ", ")))")
    values += wanted
  }
}
