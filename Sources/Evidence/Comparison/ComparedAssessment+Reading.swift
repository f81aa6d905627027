internal import Controls
internal import KubeModel

extension ComparedAssessment {
  /// Reads what `-o json` wrote, for a comparison.
  ///
  /// - Parameter name: what to call it in errors.
  /// - Throws: every mistake at once, each with its place in the document.
  package static func read(_ bytes: [UInt8], name: String) throws(EvidenceError) -> [ComparedAssessment] {
    let value: Value
    do {
      value = try JSONReader.value(bytes)
    } catch {
      throw EvidenceError("'\(name)' is no JSON document", hint: hint, cause: error)
    }
    guard value["kind"]?.string == AssessmentJSON.kind else {
      let kind = value["kind"]?.string.map { "its kind is '\(HiddenText.escaped($0))'" } ?? "it names no kind"
      throw EvidenceError("'\(name)' is no report of Ambit: \(kind), not '\(AssessmentJSON.kind)'", hint: hint)
    }
    guard let version = value["schemaVersion"]?.int, version == AssessmentJSON.schemaVersion else {
      throw EvidenceError(
        "'\(name)' has a form that this version does not know: it reads schemaVersion \(AssessmentJSON.schemaVersion)",
        hint: "read it with the version of Ambit that wrote it, or a later one")
    }
    var reader = AssessmentReader()
    let assessments = reader.list(value, "assessments", at: "").compactMap { reader.assessment($0.value, at: $0.place) }
    guard reader.problems.isEmpty else {
      let rest = reader.problems.count - 1
      throw EvidenceError(
        "'\(name)' is damaged: \(reader.problems[0])" + (rest > 0 ? ", and \(rest) more mistakes" : ""), hint: hint,
        problems: reader.problems)
    }
    return assessments
  }

  private static let hint = "give a pack, or the file that `-o json` of a report wrote, as it was written"
}

/// Walks a document of our own form and gathers what is wrong in it.
private struct AssessmentReader {
  private(set) var problems: [String] = []

  private mutating func note(_ place: String, _ message: String) { problems.append("\(place): \(message)") }

  // MARK: Fields

  private func place(_ place: String, _ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  private mutating func field<Result>(
    _ value: Value, _ key: String, at place: String, _ what: String, _ read: (Value) -> Result?
  ) -> Result? {
    guard let found = value[key] else {
      note(self.place(place, key), "\(what) is missing")
      return nil
    }
    guard let result = read(found) else {
      note(self.place(place, key), "\(what) is expected here")
      return nil
    }
    return result
  }

  private mutating func text(_ value: Value, _ key: String, at place: String) -> String {
    field(value, key, at: place, "a text", \.string) ?? ""
  }

  private mutating func optionalText(_ value: Value, _ key: String, at place: String) -> String? {
    value[key] == nil ? nil : field(value, key, at: place, "a text", \.string)
  }

  private mutating func flag(_ value: Value, _ key: String, at place: String) -> Bool {
    field(value, key, at: place, "true or false", \.bool) ?? false
  }

  private mutating func time(_ value: Value, _ key: String, at place: String) -> Int64? {
    field(value, key, at: place, "a time such as 2026-11-23T04:58:47Z") { $0.string.flatMap { Moment(rfc3339: $0) }?.milliseconds }
  }

  private mutating func status(_ value: Value, _ key: String, at place: String) -> ControlStatus {
    let words = ControlStatus.allCases.map(\.rawValue)
    return field(value, key, at: place, "one of \(words.joined(separator: ", "))") {
      $0.string.flatMap(ControlStatus.init)
    } ?? .error
  }

  private mutating func part(_ value: Value, _ key: String, at place: String) -> Value {
    field(value, key, at: place, "a mapping") { $0.map == nil ? nil : $0 } ?? .map(Mapping())
  }

  mutating func list(_ value: Value, _ key: String, at place: String) -> [(value: Value, place: String)] {
    let list = field(value, key, at: place, "a list", \.list) ?? []
    return list.enumerated().map { ($1, "\(self.place(place, key))[\($0)]") }
  }

  // MARK: Assessments

  mutating func assessment(_ value: Value, at place: String) -> ComparedAssessment? {
    let subject = part(value, "subject", at: place)
    let framework = part(value, "framework", at: place)
    let subjectPlace = self.place(place, "subject")
    let frameworkPlace = self.place(place, "framework")
    let checks = list(value, "checks", at: place).map { check($0.value, at: $0.place) }
    let basis = part(value, "basis", at: place)
    guard let period = period(value, at: place) else { return nil }
    return ComparedAssessment(
      cluster: text(subject, "cluster", at: subjectPlace), uid: optionalText(subject, "uid", at: subjectPlace),
      scope: text(subject, "scope", at: subjectPlace), framework: text(framework, "id", at: frameworkPlace),
      frameworkVersion: text(framework, "version", at: frameworkPlace),
      frameworkDigest: text(framework, "sha256", at: frameworkPlace), period: period,
      commit: text(subject, "commit", at: subjectPlace), isComplete: flag(value, "complete", at: place),
      knowsEnforcement: text(basis, "enforcement", at: self.place(place, "basis")) != "unknown", unread: unread(value, at: place),
      unobserved: unobserved(value, at: place),
      controls: list(value, "controls", at: place).map {
        ComparedAssessment.Control(
          id: text($0.value, "id", at: $0.place), title: text($0.value, "title", at: $0.place),
          status: status($0.value, "status", at: $0.place))
      }, findings: checks.flatMap(\.findings),
      outcomes: Dictionary(checks.map { ($0.id, $0.outcomes) }) { first, _ in first })
  }

  private mutating func period(_ value: Value, at place: String) -> Range<Int64>? {
    if value["at"] != nil { return time(value, "at", at: place).map { $0..<$0 } }
    return range(part(value, "period", at: place), at: self.place(place, "period"))
  }

  private mutating func range(_ value: Value, at place: String) -> Range<Int64>? {
    guard let from = time(value, "from", at: place), let to = time(value, "to", at: place) else { return nil }
    guard from <= to else {
      note(place, "it ends before it begins")
      return nil
    }
    return from..<to
  }

  private mutating func unread(_ value: Value, at place: String) -> Set<String> {
    let kinds = list(value, "coverage", at: place).map { entry -> (status: String, name: String) in
      let namespace = optionalText(entry.value, "namespace", at: entry.place)
      let kind = text(entry.value, "kind", at: entry.place)
      return (text(entry.value, "status", at: entry.place), ComparedAssessment.place(kind: kind, namespace: namespace))
    }
    return Set(kinds.filter { $0.status == "unread" }.map(\.name))
  }

  private mutating func unobserved(_ value: Value, at place: String) -> Int64 {
    let observed = part(value, "observed", at: place)
    return list(observed, "gaps", at: self.place(place, "observed")).compactMap { range($0.value, at: $0.place) }
      .reduce(0) { $0.addingReportingOverflow($1.upperBound - $1.lowerBound).partialValue }
  }

  private typealias CheckContent = (
    id: String, findings: [ComparedAssessment.Finding], outcomes: [CheckResult.Subject: ControlStatus]
  )

  private mutating func check(_ value: Value, at place: String) -> CheckContent {
    let id = text(value, "id", at: place)
    let findings = list(value, "findings", at: place).filter { flag($0.value, "open", at: $0.place) }.map {
      ComparedAssessment.Finding(
        check: id, fingerprint: text($0.value, "fingerprint", at: $0.place), subject: subject($0.value, at: $0.place),
        message: text($0.value, "message", at: $0.place), storePath: optionalText($0.value, "storePath", at: $0.place),
        waiver: optionalText($0.value, "waiver", at: $0.place))
    }
    let outcomes = list(value, "outcomes", at: place).map {
      (subject($0.value, at: $0.place), status($0.value, "status", at: $0.place))
    }
    return (id, findings, ComparedAssessment.heaviest(outcomes))
  }

  private mutating func subject(_ value: Value, at place: String) -> CheckResult.Subject {
    let subject = part(value, "subject", at: place)
    let place = self.place(place, "subject")
    return CheckResult.Subject(
      kind: text(subject, "kind", at: place), namespace: optionalText(subject, "namespace", at: place),
      name: text(subject, "name", at: place))
  }
}
