import KubeModel

extension Check {
  /// What was not read cannot be judged; a 403 is a gap, not a pass.
  static let kindsRead = Check(
    id: "NP-POP-01", title: "Each kind was read", reason: "A conclusion holds only for what was looked at.",
    remedy: "Grant what deploy/rbac.yaml lists, or add the missing lists to the dump.", population: "kinds",
    .cluster(.nothing) { context in
      var answer = CheckAnswer()
      for kind in context.state.coverage {
        let subject = CheckResult.Subject(kind: "Kind", namespace: kind.namespace, name: kind.qualifiedName)
        guard let reason = kind.unreadReason else {
          answer.add(subject, .pass)
          continue
        }
        answer.findings.append(
          .init(
            subject: subject, message: "unread: \(reason)",
            remedy: "Make '\(kind.qualifiedName)' readable and take a snapshot."))
        answer.add(subject, .notEvaluated, reason)
      }
      if context.state.coverage.isEmpty {
        answer.add(.cluster(context.state.cluster), .notEvaluated, "no reading tells what was looked at")
      }
      return answer
    })
}
