package import Reachability

/// What becomes of one connection that was asked for, and why.
package struct ConnectionAnswer {
  package let source: String
  package let destination: String
  package let point: TrafficPoint
  package let verdict: Verdict
  /// What each end's policies say; egress of the source first.
  package let traces: [Trace]

  /// The policies that the verdict rests on, by name.
  package var deciding: [String] {
    var titles: [String] = []
    for trace in traces where verdict != .denied || trace.verdict == .denied {
      for policy in trace.deciding where !titles.contains(policy.title) { titles.append(policy.title) }
    }
    return titles
  }
}

extension ReachabilityAnalysis {
  /// Answers for one pair of ends.
  package func answer(
    _ source: PlaceReference.Candidate, _ destination: PlaceReference.Candidate, _ point: TrafficPoint
  ) -> ConnectionAnswer {
    ConnectionAnswer(
      source: source.title, destination: destination.title, point: point,
      verdict: verdict(source, destination, point),
      traces: [
        engine.trace(source.place, with: destination.place, .egress, point),
        engine.trace(destination.place, with: source.place, .ingress, point),
      ])
  }

  /// The verdict of the answer, without the reasons.
  func verdict(
    _ source: PlaceReference.Candidate, _ destination: PlaceReference.Candidate, _ point: TrafficPoint
  ) -> Verdict {
    engine.verdict(
      from: source.place, to: destination.place, point, isSelf: source.pod != nil && source.pod == destination.pod)
  }
}

extension Verdict {
  /// One verdict for several pairs that a question stands for: where they differ, it depends on the pair.
  package static func combined(_ verdicts: [Verdict]) -> Verdict {
    for verdict in [Verdict.unknown, .ambiguous, .conditional] where verdicts.contains(verdict) { return verdict }
    let all = Set(verdicts)
    return all.count == 1 ? verdicts[0] : all.isEmpty ? .unknown : .conditional
  }
}
