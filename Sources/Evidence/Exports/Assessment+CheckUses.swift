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

extension CheckAssessment {
  /// Failures that no open finding tells of, since none stands where they do.
  var unexplainedFailures: [CheckResult.Outcome] {
    let open = findings.filter(\.isOpen).map(\.finding.subject)
    let subjects = Set(open)
    let scopes = Set(open.map(\.scope))
    return result.outcomes.filter {
      [.fail, .waived].contains($0.status) && !subjects.contains($0.subject) && !scopes.contains($0.subject.scope)
    }
  }
}
