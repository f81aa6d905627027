import KubeModel
import Registers

extension Check {
  /// Every namespace, with each of its workloads, is in one zone: in none, nobody says what may reach it; in two, nobody
  /// says which rules hold.
  static let zoneMembership = Check(
    id: "NP-ZONE-02", title: "Every namespace belongs to a zone",
    reason: "What is in no zone is in nobody's scope, and what is in two has two sets of rules.",
    remedy: "Name the namespace in the register of zones.", population: "namespaces",
    .namespaces { context in
      var answer = CheckAnswer()
      if let missing = context.rulings.missingZones {
        answer.add(context.subject, .notEvaluated, missing)
        return answer
      }
      let zones = context.rulings.zones
      let labels = context.state.namespaces.first { $0.name == context.name }?.labels ?? [:]
      let isWhole = zones.zones.contains { $0.members.contains { $0.isWhole && $0.selects(context.name, labelled: labels) } }
      if let reason = context.state.unreadReason(ResourceCatalog.namespaces) {
        answer.add(context.subject, .notEvaluated, "namespaces unread: \(reason)")
        return answer
      }
      for workload in context.workloads {
        let found = Set(workload.variants.map { zones.zones(of: $0.labels, in: context.name, labelled: labels) })
        for own in found.sorted(by: { $0.joined() < $1.joined() }) where own.count != 1 {
          answer.findings.append(
            .init(
              subject: context.subject(workload), message: own.isEmpty ? "is in no zone" : "is in the zones \(own.joined(separator: " and "))",
              storePath: context.path(of: workload), remedy: "Let one member of one zone select it."))
        }
      }
      if context.workloads.isEmpty, !isWhole {
        answer.findings.append(
          .init(
            subject: context.subject, message: "is in no zone", storePath: context.path,
            remedy: "Name it in the register of zones, or give it the labels that a zone asks for."))
      }
      if !answer.findings.isEmpty {
        answer.add(context.subject, .fail, "not all of it is in one zone")
      } else if !isWhole, let reason = context.unreadWorkloads {
        answer.add(context.subject, .notEvaluated, reason)
      } else {
        answer.add(context.subject, .pass)
      }
      return answer
    })
}
