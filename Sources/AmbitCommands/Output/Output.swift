import ArgumentParser
import KubeModel

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json, yaml, csv
}

/// A result in every form that it can be printed in.
struct Output {
  /// Nil where the result is better told in lines of its own.
  var table: Table?
  /// What `-o csv` prints where it is not the table.
  var csv: String?
  /// What `-o table` prints where there is no table.
  var text: String = ""
  /// The kind that JSON and YAML name, and what they hold, which is made where one of them is asked for.
  let kind: String
  private let value: () -> Value
  /// Said on stderr where there is nothing to list.
  private let empty: String?

  init(
    table: Table? = nil, text: String = "", kind: String, value: @autoclosure @escaping () -> Value, empty: String? = nil
  ) {
    self.table = table
    self.text = text
    self.kind = kind
    self.value = value
    self.empty = empty
  }

  /// Prints in one format: a new format is an error here and nowhere else.
  func print(_ format: OutputFormat) {
    switch format {
    case .table:
      if let table, table.rows.isEmpty, let empty {
        Terminal.note(empty)
      } else {
        Terminal.print(table?.text ?? text)
      }
    case .csv:
      Terminal.print(csv ?? table?.csv ?? text)
    case .json:
      Terminal.print(JSONWriter.string(of: document))
    case .yaml:
      Terminal.print(String(CanonicalYAML.string(of: document).dropLast()))
    }
  }

  private var document: Value {
    var map = Mapping([("schemaVersion", 1), ("kind", .string(kind))])
    for (key, value) in value().map?.entries ?? [] { map[key] = value }
    return .map(map)
  }
}
