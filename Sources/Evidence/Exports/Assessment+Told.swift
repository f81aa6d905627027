internal import Controls

extension Assessment {
  /// Controls that map to each check, with how far it speaks to them; in the framework's order.
  var checkUses: [String: [(control: String, strength: Framework.Strength)]] {
    var uses: [String: [(control: String, strength: Framework.Strength)]] = [:]
    for result in controls {
      for part in result.parts { uses[part.id, default: []].append((result.control.id, part.strength)) }
    }
    return uses
  }

  /// Names this assessment: the same in every document that is made of it, and another for any other.
  var names: [String] {
    [
      subject.cluster, subject.uid ?? "", framework.id, framework.digest, String(period.lowerBound),
      String(period.upperBound), subject.commit, subject.stateDigest,
    ]
  }

  /// `CIS Kubernetes Benchmark 1.12.0 on prod`
  var title: String { "\(framework.name) \(framework.version) on \(subject.cluster)" }
}

extension ControlAssessment {
  /// Why it has its status; where the end of the period looks better or worse than the whole, that too.
  var explanation: String {
    guard status != verdict.status else { return verdict.explanation }
    return "\(status.rawValue) over the period, \(verdict.status.rawValue) at its end: \(verdict.explanation)"
  }
}

extension CheckAssessment {
  /// What has to be told of it, each thing once: findings that are open with what they are, and outcomes besides.
  var told: (findings: [(history: FindingHistory, status: ControlStatus)], outcomes: [CheckResult.Outcome]) {
    let open = findings.filter(\.isOpen)
    let subjects = Set(open.map(\.finding.subject))
    let scopes = Set(open.map(\.finding.subject.scope))
    // A finding can say why its subject could not be judged: it is no failure then.
    let undecided = Dictionary(
      result.outcomes.filter { ![.pass, .fail, .waived].contains($0.status) }.map { ($0.subject, $0.status) }
    ) { first, _ in first }
    let outcomes = result.outcomes.filter { outcome in
      switch outcome.status {
      case .fail, .waived: !subjects.contains(outcome.subject) && !scopes.contains(outcome.subject.scope)
      case .pass: true
      default: !subjects.contains(outcome.subject)
      }
    }
    return (open.map { ($0, $0.waiver != nil ? .waived : undecided[$0.finding.subject] ?? .fail) }, outcomes)
  }
}
