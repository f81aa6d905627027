import KubeModel
import Reachability

extension Check {
  /// The report of the period draws what may flow between namespaces, from the state as it was. Whether it shows what the
  /// requirement means, a person confirms.
  static let diagramExists = Check(
    id: "NP-ZONE-03", title: "A generated network diagram exists for the period",
    reason: "A diagram that is drawn from what is in force cannot be out of date.", remedy: "Make a report: `ambit report`.",
    population: "clusters",
    .cluster(.nothing) { context in
      var answer = CheckAnswer()
      guard context.isAnythingThere else { return answer }
      let unread = context.state.unreadPolicies()
      answer.add(.cluster(context.state.cluster), unread == nil ? .pass : .notEvaluated, unread ?? "")
      return answer
    })
}
