internal import KubeModel

extension Assessment {
  /// What is to be said of a cluster that was declared and that nobody ever read: nothing that anyone could rely on.
  package static func unseen(_ cluster: String, _ framework: Framework, _ period: Range<Int64>) -> Assessment {
    let reason = "the cluster is declared, and no reading of it is in the store"
    let enforcement = ClusterState.Enforcement(basis: .unknown, cni: nil, detail: reason)
    let gaps = period.isEmpty ? [] : [Observed.Gap(period, reason: "no reading")]
    let timeline = Timeline(gaps.map { Timeline.Interval($0.range, .notEvaluated, isGap: true) })
    let mapped = Set(framework.controls.flatMap { $0.checks.map(\.check) + $0.effective })
    return Assessment(
      subject: Subject(
        cluster: cluster, uid: nil, scope: "not known", serverVersion: nil, heads: [], commit: "", stateDigest: ""),
      framework: framework, period: period, enforcement: enforcement, isComplete: false,
      controls: framework.controls.map { control in
        let parts = control.checks.map {
          ControlVerdict.Part(id: $0.check, strength: $0.strength, status: .notEvaluated, restsOnEnforcement: false)
        }
        return ControlAssessment(
          control: control, status: .notEvaluated, verdict: ControlVerdict(unseen: reason), parts: parts, timeline: timeline,
          namespaces: [], clocks: [])
      },
      checks: CheckCatalog.all.filter { mapped.contains($0.id) }.map { check in
        var answer = CheckAnswer()
        answer.add(.cluster(cluster), .notEvaluated, reason)
        return CheckAssessment(
          check: check, result: CheckResult(check, answer, isAnythingThere: true), timeline: timeline, findings: [])
      },
      observed: Observed(readings: 0, failedReadings: 0, partialReadings: 0, weakReadings: 0, cadence: nil, gaps: gaps),
      coverage: [], flows: [], registers: [], signingKeys: [], changes: [], waivers: [], attestations: [],
      cautions: ["Cluster '\(cluster)' is declared in the inventory and was never read. Nothing is evaluated."])
  }
}
