/// Metrics in Prometheus' text format.
struct MetricsText {
  enum Kind: String { case counter, gauge }

  private(set) var text = ""

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
    add(name, kind, help, Double(value))
  }

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    add(name, kind, help, [([:], value)])
  }

  /// One metric with a sample for each set of labels; nothing where there is none.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [String: String], value: Double)]) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    let lines = samples.map { sample in
      let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(MetricsText.escaped($0.value))\"" }
      return name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(MetricsText.number(sample.value))\n"
    }
    text += lines.sorted().joined()
  }

  private static func number(_ value: Double) -> String {
    Int64(exactly: value).map(String.init) ?? "\(value)"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
