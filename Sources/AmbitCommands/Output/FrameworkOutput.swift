import Controls
import KubeModel

/// Frameworks and their controls.
enum FrameworkOutput {
  // MARK: List

  /// One row for each version; of a framework the newest first.
  static func list(_ frameworks: [Framework]) -> Output {
    let sorted = frameworks.sorted { left, right in
      left.name == right.name ? right.order.lexicographicallyPrecedes(left.order) : left.name < right.name
    }
    var sheet = Table(["NAME", "VERSION", "ID", "CONTROLS", "KUBERNETES", "ALIASES"])
    sheet.rows = sorted.map {
      [$0.name, $0.version, $0.id, String($0.controls.count), $0.kubernetes ?? "-", $0.aliases.joined(separator: ",")]
    }
    // A terminal shows a name once.
    var grouped = Table(["NAME", "VERSION", "ID", "CONTROLS", "ALIASES"])
    grouped.rows = zip(sorted, [nil] + sorted).map { framework, before in
      [
        framework.name == before?.name ? "" : framework.name,
        framework.version + (framework.kubernetes.map { " (Kubernetes \($0))" } ?? ""), framework.id,
        String(framework.controls.count), framework.aliases.joined(separator: ","),
      ]
    }
    var output = Output(
      table: grouped, kind: "FrameworkList",
      value: [
        "frameworks": .list(
          sorted.map { framework in
            .map(
              Mapping(
                reference(framework) + [
                  ("controls", .int(Int64(framework.controls.count))), ("aliases", texts(framework.aliases)),
                  ("supersedes", text(framework.supersedes)), ("kubernetes", text(framework.kubernetes)),
                  ("source", .string(framework.source)), ("baselines", texts(framework.baselines.map(\.id))),
                ]))
          })
      ])
    output.csv = sheet.csv
    return output
  }

  // MARK: One framework

  /// All controls, or those of one baseline.
  static func framework(_ whole: Framework, of baseline: Framework.Baseline? = nil) -> Output {
    let framework = baseline.map(whole.confined) ?? whole
    let title = "\(framework.name) \(framework.version)"
      + (baseline.map { ", \($0.title): \(framework.controls.count) of \(whole.controls.count) controls" } ?? "")
    let hasClocks = framework.controls.contains { !$0.clocks.isEmpty }
    var table = Table(["CONTROL", "LEVEL", "TITLE", "CHECKS"] + (hasClocks ? ["EVERY"] : []))
    table.rows = framework.controls.map { control in
      let clocks = hasClocks ? [control.clocks.isEmpty ? "-" : control.clocks.map(\.every.description).joined(separator: ", ")] : []
      return [
        control.id, control.level ?? "-", control.title,
        control.checks.isEmpty
          ? "-" : control.checks.map { "\($0.check) (\($0.strength.rawValue))" }.joined(separator: ", "),
      ] + clocks
    }
    let facts: [(String, [String])] = [
      ("Kubernetes", [framework.kubernetes].compactMap(\.self)), ("Covers", [framework.coverage].compactMap(\.self)),
      ("Note", [framework.note].compactMap(\.self)), ("Baselines", framework.baselines.map { "\($0.id): \($0.title)" }),
      ("Supersedes", [framework.supersedes].compactMap(\.self)), ("Source", [framework.source]),
    ]
    var uncovered = Table(["NOT COVERED", "TITLE"])
    uncovered.rows = framework.uncovered.map { [$0.id, $0.title] }
    let blocks = [
      HiddenText.escaped(title) + "\n" + labelled(facts), table.text,
      uncovered.rows.isEmpty ? nil : uncovered.text,
    ]
    var output = Output(
      text: blocks.compactMap(\.self).joined(separator: "\n\n"), kind: "Framework",
      value: .map(
        Mapping(
          reference(framework) + [
            ("aliases", texts(framework.aliases)), ("supersedes", text(framework.supersedes)),
            ("kubernetes", text(framework.kubernetes)), ("source", .string(framework.source)), ("note", text(framework.note)),
            ("coverage", text(framework.coverage)), ("baseline", text(baseline?.id)),
            ("uncovered", .list(framework.uncovered.map { ["id": .string($0.id), "title": .string($0.title)] })),
            ("baselines", .list(framework.baselines.map { ["id": .string($0.id), "title": .string($0.title)] })),
            ("controls", .list(framework.controls.map { .map(Mapping(fields($0))) })),
          ])))
    output.csv = table.csv
    return output
  }

  // MARK: One control

  static func control(_ control: Framework.Control, of framework: Framework) -> Output {
    let facts: [(String, [String])] = [
      ("Requirement", [control.requirement]), ("Also called", control.aliases), ("Level", [control.level].compactMap(\.self)),
      ("Assessment", [control.assessment].compactMap(\.self)),
      ("Baselines", control.baselines.isEmpty ? [] : [control.baselines.joined(separator: ", ")]),
      ("Checks", control.checks.map { "\($0.check) (\($0.strength.rawValue)): \(CheckCatalog.title($0.check))" }),
      ("In effect", control.effective.map { "\($0): \(CheckCatalog.title($0))" }),
      ("A person brings", control.attestations),
      (
        "Clock",
        control.clocks.map { clock in
          "every \(clock.every), for \(clock.check); soon due \(clock.warn) before" + (clock.note.map { "; \($0)" } ?? "")
        }
      ),
      (
        "Kept for",
        control.retention.map { retention in
          ["\(retention.keep)" + (retention.atHand.map { ", \($0) of them at hand" } ?? "") + (retention.note.map { "; \($0)" } ?? "")]
        } ?? []
      ),
    ]
    return Output(
      text: HiddenText.escaped("\(framework.name) \(framework.version), \(control.id): \(control.title)") + "\n" + labelled(facts),
      kind: "FrameworkControl",
      value: .map(Mapping([("framework", .map(Mapping(reference(framework)))), ("control", .map(Mapping(fields(control))))])))
  }

  // MARK: One check

  /// The controls that a check speaks to.
  static func mappings(of check: String, in frameworks: [Framework]) -> Output {
    let found = frameworks.flatMap { framework in
      framework.controls.compactMap { control in
        control.checks.first { $0.check == check }.map { (framework, control, $0.strength) }
      }
    }
    var table = Table(["FRAMEWORK", "CONTROL", "STRENGTH", "TITLE"])
    table.rows = found.map { [$0.id, $1.id, $2.rawValue, $1.title] }
    return Output(
      table: table, kind: "CheckMappings",
      value: [
        "check": .string(check), "title": .string(CheckCatalog.title(check)),
        "controls": .list(
          found.map { framework, control, strength in
            [
              "framework": .string(framework.id), "id": .string(control.id), "title": .string(control.title),
              "strength": .string(strength.rawValue),
            ]
          }),
      ], empty: "No framework maps \(check)")
  }

  // MARK: Values

  /// Which framework, in which version.
  static func reference(_ framework: Framework) -> [(String, Value)] {
    [
      ("id", .string(framework.id)), ("name", .string(framework.name)), ("version", .string(framework.version)),
      ("sha256", .string(framework.digest)),
    ]
  }

  private static func fields(_ control: Framework.Control) -> [(String, Value)] {
    [
      ("id", .string(control.id)), ("aliases", texts(control.aliases)), ("title", .string(control.title)),
      ("requirement", .string(control.requirement)), ("level", text(control.level)),
      ("assessment", text(control.assessment)), ("baselines", texts(control.baselines)),
      (
        "checks",
        .list(
          control.checks.map {
            [
              "id": .string($0.check), "strength": .string($0.strength.rawValue),
              "title": .string(CheckCatalog.title($0.check)),
            ]
          })
      ), ("attestations", texts(control.attestations)), ("effective", texts(control.effective)),
      (
        "clocks",
        .list(
          control.clocks.map {
            [
              "check": .string($0.check), "every": .string($0.every.description), "warn": .string($0.warn.description),
              "note": text($0.note),
            ]
          })
      ),
      (
        "retention",
        control.retention.map {
          ["keep": .string($0.keep.description), "atHand": text($0.atHand?.description), "note": text($0.note)]
        } ?? .null
      ),
    ]
  }

  private static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }

  private static func texts(_ texts: [String]) -> Value { .list(texts.map(Value.string)) }

  /// Lines of a label and its texts; those without a text are left out.
  private static func labelled(_ facts: [(label: String, texts: [String])]) -> String {
    let width = (facts.filter { !$0.texts.isEmpty }.map(\.label.count).max() ?? 0) + 3
    return facts.flatMap { label, texts in
      texts.enumerated().map { index, text in
        let label = index == 0 ? label : ""
        return label + String(repeating: " ", count: width - label.count) + HiddenText.escaped(text)
      }
    }.joined(separator: "\n")
  }
}

extension Framework {
  /// The numbers of the version, by which versions are in order.
  fileprivate var order: [Int] { version.split { !$0.isNumber }.compactMap { Int($0) } }
}
