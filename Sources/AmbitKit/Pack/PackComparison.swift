internal import Controls
internal import Evidence
internal import Integrity
internal import KubeModel

/// What changed since an earlier pack, as a file for programs and one for people.
struct PackComparison {
  static let former = "results/former-assessment.json"

  private let formerBytes: [UInt8]
  private let pairs: [AssessmentComparison]
  private let formerOnly: [ComparedAssessment]
  private let nowOnly: [ComparedAssessment]

  /// - Throws: where the two are no two looks at the same thing, unless that is allowed.
  init(from former: PackRequest.Former, to assessments: [Assessment]) throws {
    formerBytes = former.bytes
    (pairs, formerOnly, nowOnly) = AssessmentComparison.pairs(
      from: try ComparedAssessment.read(former.bytes, name: "the earlier pack's \(PackRequest.Former.file)"),
      to: assessments.map { ComparedAssessment($0) })
    let objections = objections
    guard former.allowsIncomparable || objections.isEmpty else {
      throw AmbitError(
        .badInput, "this pack and the earlier one cannot be compared: \(objections.map(HiddenText.escaped).joined(separator: "; "))",
        hint: "compare like with like, or say --allow-incomparable to have the differences told and the rest compared")
    }
  }

  /// Why the comparison does not say all, a sentence each.
  private var objections: [String] {
    pairs.flatMap { pair in pair.differences.map { "\(PackComparison.title(pair.now)): \($0.text)" } }
      + formerOnly.map { "\(PackComparison.title($0)) is in the earlier pack only" }
      + nowOnly.map { "\(PackComparison.title($0)) is in this pack only" }
  }

  private static func title(_ assessment: ComparedAssessment) -> String { "\(assessment.framework) on \(assessment.cluster)" }

  var files: [PackFile] {
    [
      PackFile(PackComparison.former, formerBytes, PackFile.MediaType.json),
      PackFile("results/comparison.json", Array((JSONWriter.string(of: value) + "\n").utf8), PackFile.MediaType.json),
      PackFile("comparison.md", Array(markdown.utf8), PackFile.MediaType.markdown),
    ]
  }

  // MARK: For programs

  private var value: Value {
    [
      "schemaVersion": 1, "kind": "Comparison", "comparable": .bool(objections.isEmpty),
      "objections": .list(objections.map(Value.string)), "comparisons": .list(pairs.map(PackComparison.value)),
    ]
  }

  private static func value(_ pair: AssessmentComparison) -> Value {
    func time(_ milliseconds: Int64) -> Value { .string(Moment(milliseconds: milliseconds).text) }
    return [
      "cluster": .string(pair.now.cluster), "framework": .string(pair.now.framework),
      "formerEnd": time(pair.former.period.upperBound), "end": time(pair.now.period.upperBound),
      "formerCommit": .string(pair.former.commit), "commit": .string(pair.now.commit),
      "moved": .list(
        pair.moved.map {
          [
            "control": .string($0.control), "title": .string($0.title), "from": status($0.from), "to": status($0.to),
          ]
        }), "new": .list(pair.appeared.map(value)), "fixed": .list(pair.fixed.map(value)),
      "open": .list(pair.open.map(value)),
      "undecided": .list(pair.undecided.map { ["finding": value($0.finding), "openNow": .bool($0.isOpenNow)] }),
    ]
  }

  private static func status(_ status: ControlStatus?) -> Value { status.map { .string($0.rawValue) } ?? .null }

  private static func value(_ finding: ComparedAssessment.Finding) -> Value {
    [
      "check": .string(finding.check), "fingerprint": .string(finding.fingerprint), "subject": .string(finding.subject.title),
      "message": .string(finding.message),
    ]
  }

  // MARK: For people

  private var markdown: String {
    var lines = ["# What changed since the earlier pack", ""]
    if !objections.isEmpty {
      lines += ["These are not two looks at the same thing, so what follows does not say all:", ""]
      lines += objections.map { "- \(PackComparison.safe($0))" } + [""]
    }
    for pair in pairs {
      lines += ["## \(PackComparison.safe(PackComparison.title(pair.now)))", ""]
      lines += section("Controls that moved", pair.moved.map { move in
        "\(move.control) \(move.title): \(move.from?.rawValue ?? "not there") → \(move.to?.rawValue ?? "not there")"
      })
      for (title, findings) in [("New findings", pair.appeared), ("Fixed", pair.fixed), ("Still open", pair.open)] {
        lines += section(title, findings.map(PackComparison.line))
      }
      lines += section(
        "Undecided, as one side could not look",
        pair.undecided.map { "\($0.isOpenNow ? "open now" : "open before"): \(PackComparison.line($0.finding))" })
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func section(_ title: String, _ entries: [String]) -> [String] {
    ["### \(title): \(entries.count)", ""] + entries.map { "- \(PackComparison.safe($0))" } + (entries.isEmpty ? [] : [""])
  }

  private static func line(_ finding: ComparedAssessment.Finding) -> String {
    "\(finding.check) \(finding.subject.title): \(finding.message)"
  }

  /// Text that is text in Markdown too.
  private static func safe(_ text: String) -> String {
    HiddenText.escaped(text).reduce(into: "") { result, character in
      if "\\`*_{}[]<>#|!&".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
