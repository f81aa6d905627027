internal import Controls
internal import KubeModel

/// Answers of checks as bytes, for keeping.
///
/// A mapping would tell the names of fields again and again; lists tell them by their place.
extension CheckAnswer {
  var bytes: [UInt8] {
    func text(_ value: String?) -> Value { value.map(Value.string) ?? .null }
    func subject(_ subject: CheckResult.Subject) -> [Value] {
      [.string(subject.kind), text(subject.namespace), .string(subject.name)]
    }
    let value: Value = .list([
      .list(outcomes.map { .list(subject($0.subject) + [.string($0.status.rawValue), .string($0.reason)]) }),
      .list(
        findings.map {
          .list(
            subject($0.subject) + [
              .string($0.message), text($0.storePath), text($0.yamlPath), .string($0.remedy), text($0.remedyYAML),
            ])
        }),
    ])
    return Array(JSONWriter.line(of: value).utf8)
  }

  /// Nil where the bytes are not such as `bytes` gives: the memo is a cache that someone may have edited.
  init?(_ bytes: [UInt8]) {
    guard let parts = (try? JSONReader.value(bytes))?.list, parts.count == 2, let outcomes = parts[0].list,
      let findings = parts[1].list
    else { return nil }
    func subject(_ fields: [Value]) -> CheckResult.Subject? {
      guard let kind = fields[0].string, let name = fields[2].string else { return nil }
      return CheckResult.Subject(kind: kind, namespace: fields[1].string, name: name)
    }
    self.init()
    for outcome in outcomes {
      guard let fields = outcome.list, fields.count == 5, let subject = subject(fields),
        let status = fields[3].string.flatMap(ControlStatus.init), let reason = fields[4].string
      else { return nil }
      self.outcomes.append(.init(subject: subject, status: status, reason: reason))
    }
    for finding in findings {
      guard let fields = finding.list, fields.count == 8, let subject = subject(fields), let message = fields[3].string,
        let remedy = fields[6].string
      else { return nil }
      self.findings.append(
        .init(
          subject: subject, message: message, storePath: fields[4].string, yamlPath: fields[5].string, remedy: remedy,
          remedyYAML: fields[7].string))
    }
  }
}
