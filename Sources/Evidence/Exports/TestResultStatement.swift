internal import Controls
internal import KubeModel

/// Assessments as an in-toto Statement v1 whose predicate is a test result (v0.1): each control is a test.
package struct TestResultStatement {
  /// What the statement speaks of, by its digest.
  package struct Subject: Sendable, Hashable {
    package let name: String
    /// `sha256`, `gitCommit`, …
    package let algorithm: String
    package let digest: String
    package init(name: String, algorithm: String, digest: String) {
      self.name = name
      self.algorithm = algorithm
      self.digest = digest
    }
  }

  /// - Parameter subjects: what the statement speaks of; none stands for the snapshots that were assessed.
  static func document(_ assessments: [Assessment], subjects: [Subject]) -> Value {
    let tests = assessments.flatMap { assessment in
      assessment.controls.map { (name: name(assessment, $0), status: $0.status) }
    }
    func names(_ answer: Answer) -> [String] { tests.filter { Answer($0.status) == answer }.map(\.name) }
    let failed = names(.failed)
    let warned = names(.warned)
    return [
      "_type": "https://in-toto.io/Statement/v1",
      "subject": .list((subjects.isEmpty ? snapshots(assessments) : subjects).map(value)),
      "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
      "predicate": [
        "result": .string(!failed.isEmpty ? "FAILED" : !warned.isEmpty ? "WARNED" : "PASSED"),
        "configuration": .list(frameworks(assessments).map(value)), "passedTests": .texts(names(.passed)),
        "warnedTests": .texts(warned), "failedTests": .texts(failed),
      ],
    ]
  }

  private static func value(_ subject: Subject) -> Value {
    ["name": .string(ExportText.line(subject.name)), "digest": .map(Mapping([(subject.algorithm, .string(subject.digest))]))]
  }

  private static func name(_ assessment: Assessment, _ result: ControlAssessment) -> String {
    [assessment.subject.cluster, assessment.framework.id, result.control.id].map(ExportText.line).joined(separator: "/")
  }

  /// Commits, each once.
  private static func snapshots(_ assessments: [Assessment]) -> [Subject] {
    var seen: Set<Subject> = []
    return assessments.map {
      Subject(name: "\($0.subject.cluster)@\($0.subject.commit)", algorithm: "gitCommit", digest: $0.subject.commit)
    }.filter { seen.insert($0).inserted }
  }

  private static func frameworks(_ assessments: [Assessment]) -> [Subject] {
    var seen: Set<Subject> = []
    return assessments.map { Subject(name: "\($0.framework.id).yaml", algorithm: "sha256", digest: $0.framework.digest) }
      .filter { seen.insert($0).inserted }
  }

  /// What a test came to. What is unknown has not passed with a warning: it has not passed.
  private enum Answer {
    case passed, warned, failed, none

    init(_ status: ControlStatus) {
      switch status {
      case .pass, .attested: self = .passed
      case .waived, .manual: self = .warned
      case .fail, .notEvaluated, .stale, .error: self = .failed
      case .notApplicable: self = .none
      }
    }
  }
}
