extension Check {
  /// Every waiver that is recorded holds: none is expired, or covers nothing.
  static let waiversValid = Check(
    id: "NP-REV-02", title: "Every waiver is valid", reason: "An exception that nobody looks at any more is a hole.",
    remedy: "Renew or remove waivers: `ambit waiver list`.", population: "waivers", whenNone: "there are no waivers",
    .record { facts in
      var answer = CheckAnswer()
      for waiver in facts.waivers {
        let subject = CheckResult.Subject(kind: "Waiver", namespace: nil, name: waiver.id)
        let bad = waiver.standings.filter { [.expired, .unmatched, .retroactive].contains($0) }
        for standing in bad {
          answer.findings.append(
            .init(subject: subject, message: standing.rawValue, remedy: "Renew it or remove it: `ambit waiver remove \(waiver.id)`."))
        }
        answer.add(subject, bad.isEmpty ? .pass : .fail, bad.map(\.rawValue).joined(separator: ", "))
      }
      return answer
    })
}
