import Controls
import Evidence
import KubeModel

/// Assessments for tests of reports, of any size, in which every piece of text that can come from outside is `text`.
struct ReportSample {
  /// A part of every name, message, reason and file of the sample.
  var text = "plain"
  var cluster = "prod"
  var namespaces = 6
  var controls = 8
  /// Spread over the checks and namespaces.
  var findings = 12
  var isMoment = false
  var hasFlowsToAll = false
  /// Whether there is a former report.
  var isCompared = true
  /// Statuses of controls, in turn.
  var statuses: [ControlStatus] = [.fail, .pass, .notEvaluated, .manual, .waived, .attested, .stale, .error, .notApplicable]

  static let day: Int64 = 86_400_000
  static let start: Int64 = 1_767_225_600_000

  private var period: Range<Int64> { isMoment ? ReportSample.start..<ReportSample.start : ReportSample.start..<ReportSample.start + 90 * ReportSample.day }
  private let checks = Array(CheckCatalog.all.prefix(12))
  private func status(_ place: Int) -> ControlStatus { statuses[place % statuses.count] }

  /// A name that reads well where the text is plain.
  private func name(_ word: String, _ number: Int) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return text == "plain" ? "\(word)-\(padded)" : "\(word)-\(padded)\(text)"
  }

  private func hex(_ seed: Int, _ length: Int) -> String {
    var state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03
    var result = ""
    while result.count < length {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      result += String(state, radix: 16)
    }
    return String(result.prefix(length))
  }

  var framework: Framework {
    var yaml = "id: cis-sample\nname: \"CIS Kubernetes Benchmark\"\nversion: \"1.12.0\"\nsource: \"the benchmark\"\nnote: \"Only rows about network policy are here.\"\n"
    yaml += "coverage: \"Segmentation\"\nuncovered:\n- {id: \"1.1.1\", title: \"Files of the control plane\"}\ncontrols:\n"
    for index in 0..<controls {
      let check = checks[index % checks.count]
      yaml += "- id: \"5.\(index / 10 + 1).\(index % 10 + 1)\"\n  title: \"\(check.title)\"\n"
      yaml += "  requirement: \"Traffic is limited to what is needed, and the limit is in force in every namespace.\"\n  level: \"L\(index % 2 + 1)\"\n  assessment: \"Manual\"\n"
      yaml += "  checks:\n  - {id: \(check.id), strength: \(status(index) == .manual ? "partial" : "full")}\n  - {id: NP-LOG-04, strength: context}\n"
      if [.manual, .attested].contains(status(index)) { yaml += "  attestations:\n  - \"the minutes of the last review\"\n" }
    }
    let (framework, problems) = FrameworkFile.read(Array(yaml.utf8))
    guard let framework else { fatalError("the sample's framework does not read: \(problems)") }
    return framework
  }

  private func timeline(_ status: ControlStatus, _ seed: Int) -> Timeline {
    guard !isMoment else { return Timeline() }
    let start = ReportSample.start
    func day(_ number: Int) -> Int64 { start + Int64(number) * ReportSample.day }
    let first = 5 + seed % 17
    let gap = Timeline.Interval(day(60)..<day(61) + 7_200_000, .notEvaluated, isGap: true)
    switch status {
    case .fail where seed % 2 == 0:
      return Timeline([
        .init(day(0)..<day(first), .pass), .init(day(first)..<day(first) + 300_000, .fail),
        .init(day(first) + 300_000..<day(40), .pass), .init(day(40)..<day(60), .fail), gap,
        .init(gap.range.upperBound..<day(90), .fail),
      ])
    case .fail:
      return Timeline([
        .init(day(0)..<day(first), .fail), .init(day(first)..<day(60), .pass), gap, .init(gap.range.upperBound..<day(90), .pass),
      ])
    default:
      return Timeline([.init(day(0)..<day(60), status), gap, .init(gap.range.upperBound..<day(90), status)])
    }
  }

  private func change(_ index: Int) -> RecordedChange {
    let day = [5 + index % 17, 40][index % 2]
    let seen = ReportSample.start + Int64(day) * ReportSample.day
    let actors: [RecordedChange.Actor] = [
      .init(name: name("alice", 1), kind: .person, source: "audit", certainty: "exact"),
      .init(name: name("argocd", 1), kind: .robot, source: "audit", certainty: "likely"),
      .init(name: name("kubectl", 1), kind: .tool, source: "managedFields", certainty: nil),
      .init(name: nil, kind: .unknown, source: "unknown", certainty: nil),
    ]
    let approvals: [RecordedChange.Approval] = [
      .approved(by: name("bob", 1), proposal: name("P", index)), .lacking(name("only its author approved", index)),
      .undetermined(name("the proposal was not kept", 1)), .notNeeded(name("nothing that anybody could approve", 1)),
    ]
    let namespace = name("ns", index % max(namespaces, 1))
    return RecordedChange(
      id: "\(index)", commit: hex(index / 3, 40), path: "namespaces/\(namespace)/networkpolicies.networking.k8s.io/\(name("allow", index)).yaml",
      resource: "networkpolicies.networking.k8s.io", object: .init(kind: "NetworkPolicy", namespace: namespace, name: name("allow", index)),
      effect: ["added", "changed", "deleted"][index % 3], after: index % 4 == 0 ? nil : seen - 300_000, seen: seen,
      time: index % 5 == 0 ? seen - 120_250 : nil, actor: actors[index / 3 % 4],
      reason: index % 2 == 0 ? name("ticket", index / 3) : nil, approval: approvals[index / 3 % 4],
      auditID: index % 5 == 0 ? name("audit", index) : nil, isReconstructed: index % 7 == 6, before: hex(index, 40), version: hex(index + 1, 40))
  }

  private func findings(of check: Check, _ place: Int) -> [FindingHistory] {
    let failing = checks.indices.filter { [.fail, .waived].contains(status($0)) }
    guard let share = failing.firstIndex(of: place) else { return [] }
    let number = findings / failing.count + (share < findings % failing.count ? 1 : 0)
    return (0..<number).map { index in
      let namespace = name("ns", index % max(namespaces, 1))
      let isScope = place % 2 == 0
      let subject: CheckResult.Subject =
        isScope ? .init(kind: "Namespace", namespace: nil, name: namespace)
        : .init(kind: "NetworkPolicy", namespace: namespace, name: name("allow", index))
      let finding = CheckResult.Finding(
        subject: subject, message: "Deployment \(name("web", index)) is not isolated for ingress",
        storePath: "namespaces/\(namespace)/\(isScope ? "namespace.yaml" : "networkpolicies.networking.k8s.io/\(name("allow", index)).yaml")",
        yamlPath: isScope ? nil : "spec.ingress[\(index % 3)]",
        remedy: "Deny ingress by default in namespace '\(namespace)'.",
        remedyYAML: "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: \(namespace)\nspec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n")
      let isOpen = index % 4 != 3
      let opened = change(index).reference
      let end = isOpen ? period.upperBound : min(opened.seen + 300_000, period.upperBound)
      let span = FindingHistory.Span(
        opened: index % 5 == 4 ? nil : opened, closed: isOpen ? nil : change(index + 1).reference,
        range: isMoment ? period : min(opened.seen, end)..<end)
      return FindingHistory(
        finding: finding, fingerprint: finding.fingerprint(of: check.id), spans: [span], isOpen: isOpen,
        waiver: isOpen && (index % 6 == 5 || status(place) == .waived) ? name("W", 1) : nil)
    }
  }

  var assessment: Assessment {
    let framework = framework
    let names = (0..<namespaces).map { name("ns", $0) }
    let checkAssessments = checks.enumerated().map { place, check in
      let findings = findings(of: check, place)
      let failing = Set(findings.filter { $0.isOpen && $0.waiver == nil }.compactMap(\.finding.subject.scope))
      let waived = Set(findings.filter { $0.waiver != nil }.compactMap(\.finding.subject.scope))
      let outcomes = names.map { namespace in
        CheckResult.Outcome(
          subject: .init(kind: "Namespace", namespace: nil, name: namespace),
          status: failing.contains(namespace) ? .fail : waived.contains(namespace) ? .waived : status(place) == .notEvaluated ? .notEvaluated : .pass,
          reason: status(place) == .notEvaluated ? "cilium policies could not be read: \(name("forbidden", 1))" : "")
      }
      return CheckAssessment(
        check: check, result: CheckResult(check, CheckAnswer(outcomes, findings: findings.map(\.finding)), isAnythingThere: true),
        timeline: timeline(failing.isEmpty ? status(place) : .fail, place), findings: findings)
    }
    let assessed = framework.controls.enumerated().map { index, control in
      let status = status(index)
      let check = checkAssessments[index % checkAssessments.count]
      let parts = control.checks.map {
        ControlVerdict.Part(
          id: $0.check, strength: $0.strength, status: $0.check == check.check.id ? check.result.status : nil, restsOnEnforcement: true)
      }
      let verdict = ControlVerdict(control, parts, .init(basis: .read, cni: "cilium", detail: "ConfigMap"), status == .attested ? .valid : .none)
      let scopes = names.enumerated().map { place, namespace in
        let scopeStatus = place % 3 == 0 ? status : place % 7 == 5 ? .notEvaluated : .pass
        let part = ControlVerdict.Part(id: check.check.id, strength: .full, status: scopeStatus, restsOnEnforcement: false)
        return ControlAssessment.Scope(
          namespace: namespace, verdict: ControlVerdict(control, [part], .init(basis: .read, cni: nil, detail: ""), .valid),
          timeline: timeline(scopeStatus, place))
      }
      return ControlAssessment(
        control: control, status: status, verdict: verdict, parts: parts, timeline: timeline(status, index),
        namespaces: index % 8 == 7 ? [] : scopes,
        clocks: index % 4 == 0 ? [.init(title: "Rule sets are reviewed every six months", standing: .overdue, last: ReportSample.start - 200 * ReportSample.day, due: ReportSample.start - 20 * ReportSample.day)] : [])
    }
    var flows: [Assessment.Flow] = []
    for (index, from) in names.enumerated() {
      let targets = hasFlowsToAll ? names : [names[(index + 1) % names.count], from]
      flows += targets.enumerated().map { .init(from: from, to: $1, isCertain: $0 != 1, ports: hasFlowsToAll ? "every port" : "TCP \(80 + index % 3)") }
      if index % 4 == 0 { flows.append(.init(from: nil, to: from, isCertain: true, ports: "TCP 443")) }
    }
    return Assessment(
      subject: .init(
        cluster: cluster, uid: name("0b1c5a0e-7a0f-4a39", 1), scope: "the whole cluster", serverVersion: "v1.33.1",
        heads: [("refs/ambit/observations/\(cluster)", hex(1, 40)), ("refs/heads/\(cluster)", hex(2, 40))], commit: hex(2, 40), stateDigest: hex(3, 64)),
      framework: framework, period: period, enforcement: .init(basis: .read, cni: "cilium", detail: "ConfigMap kube-system/cilium-config: \(name("enable-policy", 1))"),
      isComplete: false, controls: assessed, checks: checkAssessments,
      observed: .init(
        readings: 25_812, failedReadings: 12, partialReadings: 3, weakReadings: 40, cadence: 300_000,
        gaps: isMoment ? [] : [.init(ReportSample.start + 60 * ReportSample.day..<ReportSample.start + 61 * ReportSample.day + 7_200_000, reason: name("the API server refused the connection", 1))]),
      coverage: [
        .init(group: "networking.k8s.io", resource: "networkpolicies", status: .read, objectCount: 412),
        .init(group: "cilium.io", resource: "ciliumnetworkpolicies", status: .unread(reason: name("forbidden", 1))),
        .init(group: "policy.networking.k8s.io", resource: "adminnetworkpolicies", status: .absent),
      ], flows: flows,
      registers: [.init(name: "zones", commit: hex(4, 40), digest: hex(5, 64), since: ReportSample.start - ReportSample.day, author: name("dora", 1))],
      signingKeys: [name("SHA256:uNiVztksCsDhcc0u9e8BrrJXVRi1G0m", 1)], changes: isMoment ? [] : (0..<min(findings + 1, 200)).map(change),
      waivers: [
        .init(
          id: name("W", 1), owner: name("erin", 1), approver: name("frank", 1), reason: name("legacy until the move", 1), check: "NP-COV-02",
          fingerprints: [hex(6, 64), hex(7, 64)], recorded: ReportSample.start, expires: ReportSample.start + 100 * ReportSample.day,
          standings: [.inForce, .soonExpiring, .retroactive])
      ],
      attestations: [
        .init(
          id: name("A", 1), subject: "5.1.2", statement: name("the minutes of the review", 1), by: name("grace", 1), file: (name("minutes.pdf", 1), hex(8, 64)),
          recorded: ReportSample.start, validUntil: ReportSample.start + 180 * ReportSample.day, isExpired: false)
      ],
      cautions: ["The last reading was partial: \(name("one kind was not read", 1))."])
  }

  /// - Parameter clusters: of one framework each.
  func report(clusters: [String] = ["prod"]) -> Report {
    let assessments = clusters.map { cluster in
      var sample = self
      sample.cluster = cluster
      return sample.assessment
    }
    var former = self
    former.findings = max(findings - 3, 0)
    former.isMoment = true
    return Report(
      assessments, tool: "ambit 0.9.0",
      commands: ["git -C STORE fsck --strict", "ambit report --framework cis --cluster \(cluster) --period 2026-Q1 -o DIR"],
      since: isCompared ? [former.assessment].map(ComparedAssessment.init) : nil)
  }
}
