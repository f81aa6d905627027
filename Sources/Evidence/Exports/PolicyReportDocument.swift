internal import Controls
internal import KubeModel

/// Assessments as reports of wgpolicyk8s.io/v1alpha2, for `kubectl apply`: a PolicyReport in each namespace for what
/// checks say of what stands there, and a ClusterPolicyReport for controls and the cluster.
struct PolicyReportDocument {
  private let assessment: Assessment
  private let uses: [String: [(control: String, strength: Framework.Strength)]]
  private let name: String

  /// YAML documents, one for each report.
  static func document(_ assessments: [Assessment]) -> String {
    assessments.flatMap { PolicyReportDocument($0).reports }.map { "---\n" + CanonicalYAML.string(of: $0) }.joined()
  }

  private init(_ assessment: Assessment) {
    self.assessment = assessment
    uses = assessment.checkUses
    name = DNSName.fitted("ambit-\(assessment.framework.id)-\(assessment.subject.cluster)")
  }

  private var reports: [Value] {
    var byNamespace: [String: [Result]] = [:]
    var others = assessment.controls.map(result)
    for result in assessment.checks.flatMap(results) {
      if let namespace = result.namespace { byNamespace[namespace, default: []].append(result) } else { others.append(result) }
    }
    return [report(nil, others)] + byNamespace.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { report($0, $1) }
  }

  private func report(_ namespace: String?, _ results: [Result]) -> Value {
    let counts = ["pass", "fail", "warn", "error", "skip"].map { word in
      (word, Value.count(results.count { $0.result == word }))
    }
    return [
      "apiVersion": "wgpolicyk8s.io/v1alpha2", "kind": .string(namespace == nil ? "ClusterPolicyReport" : "PolicyReport"),
      "metadata": .fields([
        "name": .string(name), "namespace": namespace.map(Value.string),
        "labels": ["app.kubernetes.io/managed-by": "ambit"],
        "annotations": [
          "ambit/cluster": line(assessment.subject.cluster), "ambit/commit": line(assessment.subject.commit),
          "ambit/framework": line(assessment.framework.id), "ambit/framework-sha256": line(assessment.framework.digest),
          "ambit/from": .time(assessment.period.lowerBound), "ambit/to": .time(assessment.period.upperBound),
        ],
      ]), "summary": .map(Mapping(counts)), "results": .list(results.map(\.value)),
    ]
  }

  // MARK: Results

  private struct Result {
    /// Nil for the report of the cluster.
    let namespace: String?
    let result: String
    let value: Value
  }

  private func result(_ control: ControlAssessment) -> Result {
    result(
      of: nil, control.status, policy: assessment.framework.id, rule: control.control.id,
      message: "\(control.control.title): \(control.explanation)", isScored: true,
      ["statusAtEnd": control.verdict.status.rawValue, "reservation": control.timeline.reservation].compactMapValues(\.self))
  }

  private func results(_ assessed: CheckAssessment) -> [Result] {
    let check = assessed.check
    let uses = uses[check.id] ?? []
    let shared = ["controls": uses.map(\.control).joined(separator: ", ")]
    let isScored = uses.contains { $0.strength != .context }
    let told = assessed.told
    let findings = told.findings.map { history, status in
      let finding = history.finding
      let more = [
        "fingerprint": history.fingerprint, "file": finding.storePath, "part": finding.yamlPath, "remedy": finding.remedy,
        "waiver": history.waiver,
      ].compactMapValues { $0 }
      return result(
        of: finding.subject, status, policy: check.id, rule: nil, message: finding.message,
        isScored: isScored, shared.merging(more) { $1 })
    }
    return findings
      + told.outcomes.map { outcome in
        result(
          of: outcome.subject, outcome.status, policy: check.id, rule: nil,
          message: outcome.reason.isEmpty ? check.title : outcome.reason, isScored: isScored, shared)
      }
  }

  private func result(
    of subject: CheckResult.Subject?, _ status: ControlStatus, policy: String, rule: String?, message: String, isScored: Bool,
    _ properties: [String: String]
  ) -> Result {
    let isObject = subject.map { $0.kind != "Cluster" } ?? false
    let seconds = assessment.period.upperBound / 1000
    let told = properties.merging(["status": status.rawValue, "cluster": assessment.subject.cluster]) { first, _ in first }
    return Result(
      namespace: subject?.scope.flatMap { DNSName.isLabel($0) ? $0 : nil }, result: status.policyReportResult,
      value: .fields([
        "policy": line(policy), "rule": rule.map(line), "source": "Ambit", "result": .string(status.policyReportResult),
        "category": line("\(assessment.framework.name) \(assessment.framework.version)"), "message": line(message),
        "scored": .bool(isScored), "timestamp": ["seconds": .int(seconds), "nanos": 0],
        "resources": isObject ? subject.map { [resource($0)] } : nil,
        "properties": .map(Mapping(told.map { ($0.key, line($0.value)) })),
      ]))
  }

  private func resource(_ subject: CheckResult.Subject) -> Value {
    .fields(["kind": line(subject.kind), "name": line(subject.name), "namespace": subject.namespace.map(line)])
  }

  // MARK: Text

  private func line(_ text: String) -> Value { .string(ExportText.line(text)) }

}

extension ControlStatus {
  fileprivate var policyReportResult: String {
    switch self {
    case .pass, .attested: "pass"
    case .fail: "fail"
    case .manual, .waived, .notApplicable: "skip"
    case .notEvaluated, .stale, .error: "error"
    }
  }
}
