import AmbitKit
import KubeModel
import Reachability

/// Why connections are permitted or not, in every form that it can be printed in.
struct Explanation {
  private let answers: [ConnectionAnswer]

  init(
    _ analysis: ReachabilityAnalysis, _ sources: [PlaceReference.Candidate], _ destinations: [Destination]
  ) {
    var answers: [ConnectionAnswer] = []
    for source in sources {
      for destination in destinations {
        let points =
          destination.points
          ?? analysis.engine.representatives(from: source.place, to: destination.candidate.place)
        answers += points.map { analysis.answer(source, destination.candidate, $0) }
      }
    }
    self.answers = answers
  }

  init(_ answers: [ConnectionAnswer]) { self.answers = answers }

  var output: Output {
    Output(
      text: text, kind: "Explanation", value: ["answers": value])
  }

  /// Why each connection is permitted or not, in lines.
  var text: String { answers.map(text).joined(separator: "\n\n") }

  var value: Value { .list(answers.map(value)) }

  private func text(_ answer: ConnectionAnswer) -> String {
    var lines = ["\(answer.source) => \(answer.destination) \(answer.point): \(answer.verdict.name)"]
    for trace in answer.traces {
      lines.append("  \(trace.direction.rawValue): \(trace.verdict.name)")
      if let exemption = trace.exemption { lines.append("    \(exemption)") }
      if trace.exemption == nil && trace.steps.isEmpty { lines.append("    no policy applies, and everything passes") }
      for step in trace.steps { lines.append("    \(HiddenText.escaped(Explanation.line(step)))") }
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ step: Trace.Step) -> String {
    let policies = step.policies.map(\.title).joined(separator: ", ")
    let place = policies + (step.rule.map { " \($0)" } ?? "") + (step.ruleName.map { " (\($0))" } ?? "")
    switch step.outcome {
    case .decided(let action): return "✓ \(place): \(verb(action))"
    case .depends(let action, let reason):
      return "? \(place.isEmpty ? "" : "\(place): ")\(verb(action)) in some cases: \(reason)"
    case .passedOver(let reason): return "- \(place): \(reason)"
    case .endOfTier: return "✗ \(policies): isolated, and no rule allows it"
    }
  }

  private static func verb(_ action: RuleAction) -> String {
    switch action {
    case .allow: "allows it"
    case .deny: "denies it"
    case .pass: "passes it on"
    case .unknown: "is not evaluated, and may decide otherwise"
    }
  }

  private func value(_ answer: ConnectionAnswer) -> Value {
    [
      "source": .string(answer.source), "destination": .string(answer.destination),
      "protocol": .string(answer.point.transport.name), "port": .int(Int64(answer.point.port)),
      "verdict": .string(answer.verdict.name), "decidedBy": .list(answer.deciding.map(Value.string)),
      "directions": .list(answer.traces.map(Explanation.value)),
    ]
  }

  private static func value(_ trace: Trace) -> Value {
    [
      "direction": .string(trace.direction.rawValue), "verdict": .string(trace.verdict.name),
      "exemption": trace.exemption.map(Value.string) ?? .null,
      "steps": .list(
        trace.steps.map { step in
          var map = Mapping([
            ("tier", .string(step.tier)), ("rule", step.rule.map(Value.string) ?? .null),
            ("ruleName", step.ruleName.map(Value.string) ?? .null),
            (
              "policies",
              .list(
                step.policies.map { policy in
                  [
                    "kind": .string(policy.kind), "group": .string(policy.group),
                    "namespace": policy.namespace.map(Value.string) ?? .null, "name": .string(policy.name),
                    "path": .string(policy.path),
                  ]
                })
            ),
          ])
          switch step.outcome {
          case .decided(let action):
            map["outcome"] = "decided"
            map["action"] = .string("\(action)")
          case .depends(let action, let reason):
            map["outcome"] = "depends"
            map["action"] = .string("\(action)")
            map["reason"] = .string(reason)
          case .passedOver(let reason):
            map["outcome"] = "passed over"
            map["reason"] = .string(reason)
          case .endOfTier: map["outcome"] = "end of tier"
          }
          return .map(map)
        }),
    ]
  }
}
