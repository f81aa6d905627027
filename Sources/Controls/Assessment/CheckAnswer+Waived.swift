extension CheckAnswer {
  /// The same answer, in which a failure all of whose findings are waived is a failure that is waived.
  ///
  /// A failure's findings are those of its subject; where it has none of its own, those of its namespace.
  package func waived(_ check: String, _ isWaived: (_ fingerprint: String) -> Bool) -> CheckAnswer {
    guard !findings.isEmpty, outcomes.contains(where: { $0.status == .fail }) else { return self }
    let waived = Set(findings.filter { isWaived($0.fingerprint(of: check)) })
    guard !waived.isEmpty else { return self }
    let bySubject = Dictionary(grouping: findings, by: \.subject)
    let byScope = Dictionary(grouping: findings, by: \.subject.scope)
    var answer = self
    answer.outcomes = outcomes.map { outcome in
      let own = bySubject[outcome.subject] ?? byScope[outcome.subject.scope] ?? []
      guard outcome.status == .fail, !own.isEmpty, own.allSatisfy(waived.contains) else { return outcome }
      return CheckResult.Outcome(subject: outcome.subject, status: .waived, reason: outcome.reason)
    }
    return answer
  }
}
