internal import Controls
internal import KubeModel

/// Assessments as JUnit XML: a suite for each control, whose cases are its own verdict and the checks behind it.
struct JUnitDocument {
  private let assessment: Assessment
  private let waivers: [String: AssessedWaiver]

  static func document(_ assessments: [Assessment]) -> String {
    let suites = assessments.flatMap { assessment in
      let document = JUnitDocument(assessment)
      return assessment.controls.map(document.suite)
    }
    return XMLElement(
      "testsuites",
      [
        "name": "ambit", "tests": "\(suites.reduce(0) { $0 + $1.cases.count })",
        "failures": "\(suites.reduce(0) { $0 + $1.number(of: .failure) })",
        "errors": "\(suites.reduce(0) { $0 + $1.number(of: .error) })",
      ], children: suites.map(\.element)
    ).document
  }

  private init(_ assessment: Assessment) {
    self.assessment = assessment
    waivers = Dictionary(assessment.waivers.map { ($0.id, $0) }) { first, _ in first }
  }

  // MARK: Suites

  private struct Suite {
    let control: ControlAssessment
    let assessment: Assessment
    let cases: [Case]

    func number(of answer: Answer) -> Int { cases.count { $0.answer == answer } }

    var element: XMLElement {
      let subject = assessment.subject
      let properties = [
        ("cluster", subject.cluster), ("commit", subject.commit), ("stateSHA256", subject.stateDigest),
        ("framework", assessment.framework.id), ("frameworkSHA256", assessment.framework.digest),
        ("from", ExportText.time(assessment.period.lowerBound)),
        ("to", ExportText.time(assessment.period.upperBound)), ("status", control.status.rawValue),
        ("statusAtEnd", control.verdict.status.rawValue), ("enforcement", assessment.enforcement.summary),
      ]
      let list = XMLElement(
        "properties", children: properties.map { XMLElement("property", ["name": $0.0, "value": $0.1]) })
      let name = "\(assessment.framework.name) \(assessment.framework.version) \(control.control.id): \(control.control.title)"
      return XMLElement(
        "testsuite",
        [
          "name": name, "package": "\(subject.cluster).\(assessment.framework.id)",
          "timestamp": ExportText.time(assessment.period.upperBound), "tests": "\(cases.count)",
          "failures": "\(number(of: .failure))", "errors": "\(number(of: .error))", "skipped": "\(number(of: .skipped))",
        ], children: [list] + cases.map(\.element))
    }
  }

  private func suite(_ control: ControlAssessment) -> Suite {
    let className = "\(assessment.subject.cluster).\(assessment.framework.id).\(control.control.id)"
    return Suite(
      control: control, assessment: assessment,
      cases: [verdict(control, className)] + control.parts.map { part($0, className) })
  }

  // MARK: Cases

  /// What a runner of tests makes of a case.
  enum Answer: String {
    case passed, failure, error, skipped
  }

  private struct Case {
    let name: String
    let className: String
    let answer: Answer
    let status: String
    let message: String
    let lines: [String]

    var element: XMLElement {
      var children: [XMLElement] = []
      if answer != .passed {
        children.append(XMLElement(answer.rawValue, ["type": status, "message": message], lines: answer == .skipped ? [] : lines))
      }
      if answer == .passed || answer == .skipped {
        children.append(XMLElement("system-out", lines: ["\(status): \(message)"] + lines))
      }
      return XMLElement("testcase", ["name": name, "classname": className], children: children)
    }
  }

  private func verdict(_ control: ControlAssessment, _ className: String) -> Case {
    let violations = control.timeline.violations.map {
      "failed from \(ExportText.time($0.range.lowerBound)) to \(ExportText.time($0.range.upperBound))"
    }
    let scopes = control.namespaces.filter { $0.verdict.status == .fail }
      .map { "namespace \($0.namespace): \($0.verdict.explanation)" }
    return Case(
      name: "verdict", className: className, answer: Answer(control.status), status: control.status.rawValue,
      message: control.explanation, lines: [control.timeline.reservation].compactMap(\.self) + violations + scopes)
  }

  private func part(_ part: ControlVerdict.Part, _ className: String) -> Case {
    let assessed = assessment.check(part.id)
    let name = assessed.map { "\(part.id) \($0.check.title)" } ?? "\(part.id) \(CheckCatalog.title(part.id))"
    // What is worth knowing and decides nothing breaks no build.
    let answer = part.strength == .context ? .passed : part.status.map(Answer.init) ?? .skipped
    return Case(
      name: name, className: className, answer: answer, status: part.status?.rawValue ?? "not computed",
      message: assessed?.result.explanation ?? "no check computes it: a person has to look", lines: lines(assessed))
  }

  private func lines(_ assessed: CheckAssessment?) -> [String] {
    guard let assessed else { return [] }
    let told = assessed.told
    let findings = told.findings.map { history, status in
      let finding = history.finding
      let place = [finding.storePath, finding.yamlPath].compactMap { $0 }.joined(separator: ": ")
      let waiver = history.waiver.map { " (waived by \($0)\(waivers[$0].map { ": \($0.reason)" } ?? ""))" } ?? ""
      return "\(status.rawValue): \(finding.subject.title): \(finding.message)\(waiver)" + (place.isEmpty ? "" : " [\(place)]")
    }
    let others = told.outcomes.filter { ![.pass, .notApplicable].contains($0.status) }
    return findings + others.map { "\($0.status.rawValue): \($0.subject.title): \($0.reason)" }
  }
}

extension JUnitDocument.Answer {
  init(_ status: ControlStatus) {
    switch status {
    case .pass, .attested: self = .passed
    case .fail: self = .failure
    case .waived, .manual, .notApplicable: self = .skipped
    case .notEvaluated, .stale, .error: self = .error
    }
  }
}
