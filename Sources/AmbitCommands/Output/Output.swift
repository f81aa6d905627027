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
  /// What `-o table` prints where there is no table.
  var text: String = ""
  /// The kind that JSON and YAML name, and what they hold.
  let kind: String
  let value: Value
  /// Said on stderr where there is nothing to list.
  var empty: String?

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
      Terminal.print(table?.csv ?? text)
    case .json:
      Terminal.print(JSONWriter.string(of: document))
    case .yaml:
      Terminal.print(String(CanonicalYAML.string(of: document).dropLast()))
    }
  }

  private var document: Value {
    var map = Mapping([("schemaVersion", 1), ("kind", .string(kind))])
    for (key, value) in value.map?.entries ?? [] { map[key] = value }
    return .map(map)
  }
}
