import KubeModel
import Reachability

extension Check {
  /// Existence only: the literal reading of CIS 5.3.2. Every namespace counts, those of the system too.
  static let namespaceHasPolicy = Check(
    id: "NP-COV-01", title: "Each namespace has at least one network policy",
    reason: "The CIS benchmark asks that policies exist. That one exists does not mean that it protects.",
    remedy: "Add a policy to the namespace.", population: "namespaces",
    .namespaces { context in
      var answer = CheckAnswer()
      if context.state.entries.contains(where: { $0.type.role == .policy && $0.object.namespace == context.name }) {
        answer.add(context.subject, .pass)
        return answer
      }
      for type in ResourceCatalog.all where type.role == .policy && type.isNamespaced {
        guard let reason = context.state.unreadReason(type, namespace: context.name) else { continue }
        answer.add(context.subject, .notEvaluated, "\(type.qualifiedName) unread: \(reason)")
        return answer
      }
      answer.findings.append(
        .init(
          subject: context.subject, message: "has no network policy", storePath: context.path,
          remedy: "Add a default-deny policy to namespace '\(context.name)', then allow what is needed.",
          remedyYAML: Remedies.defaultDeny(context.name, [.ingress, .egress])))
      answer.add(context.subject, .fail, "no network policy")
      return answer
    })
}
