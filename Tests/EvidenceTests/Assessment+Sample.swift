import Controls
import KubeModel

/// What tests of documents are made of: every status, a period with a gap, papers, and names of someone who means ill.
enum Sample {
  /// 2026-01-01T00:00:00Z to 2026-04-01T00:00:00Z.
  static let period: Range<Int64> = 1_767_225_600_000..<1_775_001_600_000
  static let day: Int64 = 86_400_000
  /// Nobody looked on the 40th and 41st day.
  static let gap = at(day: 40)..<at(day: 42)

  static func at(day number: Int64) -> Int64 { period.lowerBound + number * day }

  /// Markup, formulas, placeholders, links, escapes, line breaks and marks that join what stands before them.
  static let hostile =
    "=HYPERLINK(\"http://x\",\"y\")<script>alert('1')</script>]]>&amp; {0} [a](http://evil) |%s| \u{1B}[31m\u{202E}x\u{0}\r\n\t\"\u{301},;\\ "

  /// Two clusters over a period, judged by one framework that has a control for each status.
  static let clusters = [assessment(cluster: "prod"), assessment(cluster: "edge", uid: nil)]

  /// Everything that can come from a cluster, a log or a register is hostile.
  static let hostileCluster = assessment(cluster: "evil" + hostile, text: hostile)

  static let moment = assessment(cluster: "prod", isMoment: true)

  /// - Parameters:
  ///   - text: stands in every text that is not ours.
  ///   - isMoment: the end of the period alone.
  static func assessment(
    cluster: String, uid: String? = "7d0c1a52-0000-4000-8000-000000000001", text: String = "plain", isMoment: Bool = false
  ) -> Assessment {
    let sample = SampleAssessment(text: text, isMoment: isMoment)
    return Assessment(
      subject: Assessment.Subject(
        cluster: cluster, uid: uid, scope: "the whole cluster", serverVersion: "v1.33.1",
        heads: [(ref: "refs/heads/prod", commit: commit(1))], commit: commit(2), stateDigest: digest(1)),
      framework: sample.framework, period: sample.period,
      enforcement: ClusterState.Enforcement(basis: .read, cni: "cilium", detail: "enable-policy is default " + text),
      isComplete: false, controls: sample.controls, checks: sample.checks,
      observed: Assessment.Observed(
        readings: 25_000, failedReadings: 3, partialReadings: 2, weakReadings: 1, cadence: 300_000,
        gaps: isMoment ? [] : [Assessment.Observed.Gap(gap, reason: "no reading: " + text)]),
      coverage: [
        KindCoverage(group: "networking.k8s.io", resource: "networkpolicies", status: .read, objectCount: 9, resourceVersion: "42"),
        KindCoverage(group: "", resource: "pods", namespace: "shop", status: .unread(reason: "forbidden " + text)),
        KindCoverage(group: "cilium.io", resource: "ciliumnetworkpolicies", status: .absent),
      ],
      flows: [
        Assessment.Flow(from: "web" + text, to: "shop", isCertain: true, ports: "TCP 80,443"),
        Assessment.Flow(from: nil, to: "web", isCertain: false, ports: "TCP 8080"),
      ],
      registers: [
        Assessment.Register(name: "waivers", commit: commit(5), digest: digest(5), since: at(day: 2), author: "ada " + text)
      ], signingKeys: ["SHA256:abcdefg"], changes: isMoment ? [] : sample.changes, waivers: sample.waivers,
      attestations: sample.attestations, cautions: ["One kind was not read: " + text])
  }

  static func commit(_ number: Int) -> String { String(repeating: String(number, radix: 16), count: 40) }
  static func digest(_ number: Int) -> String { String(repeating: String(number, radix: 16), count: 64) }
}

/// The parts of a sample.
private struct SampleAssessment {
  let text: String
  let isMoment: Bool

  var period: Range<Int64> { isMoment ? Sample.period.upperBound..<Sample.period.upperBound : Sample.period }

  // MARK: Controls

  /// Controls by the status that they come to, with the check behind each.
  private static let cases: [(id: String, status: ControlStatus, check: String, strength: Framework.Strength)] = [
    ("5.3.2", .pass, "NP-COV-01", .full), ("5.3.3", .fail, "NP-COV-02", .full), ("AC-4(21)", .waived, "NP-COV-04", .full),
    ("CC6.6 / a", .attested, "NP-COV-01", .partial), ("1.1.9", .manual, "NP-COV-01", .partial),
    ("9", .notApplicable, "NP-COV-07", .full), ("10", .notEvaluated, "NP-COV-03", .full), ("11", .stale, "NP-COV-01", .partial),
    ("12", .error, "NP-COV-05", .full),
  ]

  var framework: Framework {
    func quoted(_ text: String) -> String { JSONWriter.line(of: .string(text)) }
    let controls = SampleAssessment.cases.map { sample in
      """
      - id: \(quoted(sample.id))
        title: \(quoted("Control \(sample.id) \(text)"))
        requirement: \(quoted("It is so. \(text)"))
        level: L1
        checks:
        - {id: \(sample.check), strength: \(sample.strength.rawValue)}
        - {id: NP-RULE-01, strength: context}
      """
    }
    let file = """
      id: sample-1.0
      name: Sample Benchmark
      version: "1.0"
      source: \(quoted("made for tests \(text)"))
      controls:
      \(controls.joined(separator: "\n"))

      """
    let (framework, problems) = FrameworkFile.read(Array(file.utf8))
    guard let framework else { fatalError("the sample's framework does not read: \(problems)") }
    return framework
  }

  var controls: [ControlAssessment] {
    zip(framework.controls, SampleAssessment.cases).map { control, sample in
      let parts = control.checks.map { mapping in
        ControlVerdict.Part(
          id: mapping.check, strength: mapping.strength,
          status: checks.first { $0.check.id == mapping.check }?.result.status, restsOnEnforcement: false)
      }
      let attestation: ControlVerdict.Attestation =
        switch sample.status {
        case .attested: .valid
        case .stale: .expired
        default: .none
        }
      let verdict = ControlVerdict(control, parts, ClusterState.Enforcement(basis: .read, cni: nil, detail: ""), attestation)
      return ControlAssessment(
        control: control, status: verdict.status, verdict: verdict, parts: parts, timeline: timeline(verdict.status),
        namespaces: ["dev", "shop" + text].map {
          ControlAssessment.Scope(namespace: $0, verdict: verdict, timeline: timeline(verdict.status))
        },
        clocks: [
          ControlAssessment.Clock(
            title: "Review every six months " + text, standing: .dueSoon, last: Sample.at(day: 1), due: Sample.at(day: 100)),
          ControlAssessment.Clock(title: "Test once a year", standing: .never, last: nil, due: nil),
        ])
    }
  }

  /// A status but for a gap, and, where it fails at the end, from the tenth day to the twelfth and from the eightieth.
  private func timeline(_ status: ControlStatus) -> Timeline {
    guard !isMoment else { return Timeline() }
    let days = Sample.at(day:)
    guard status == .fail else {
      return Timeline([
        .init(days(0)..<Sample.gap.lowerBound, status), .init(Sample.gap, .notEvaluated, isGap: true),
        .init(Sample.gap.upperBound..<period.upperBound, status),
      ])
    }
    return Timeline([
      .init(days(0)..<days(10), .pass), .init(days(10)..<days(12), .fail), .init(days(12)..<Sample.gap.lowerBound, .pass),
      .init(Sample.gap, .notEvaluated, isGap: true), .init(Sample.gap.upperBound..<days(80), .pass),
      .init(days(80)..<period.upperBound, .fail),
    ])
  }

  // MARK: Checks

  var checks: [CheckAssessment] {
    [
      check("NP-COV-01", .pass), check("NP-COV-02", .fail, findings: [open, closed, hostileFinding]),
      check("NP-COV-03", .notEvaluated, findings: [unread]), check("NP-COV-04", .waived, findings: [waived]), check("NP-COV-05", .error),
      papersCheck, check("NP-COV-07", .notApplicable), check("NP-RULE-01", .fail),
    ]
  }

  private func check(_ id: String, _ status: ControlStatus, findings: [FindingHistory] = []) -> CheckAssessment {
    let outcomes = [
      outcome(status, CheckResult.Subject(kind: "Namespace", namespace: nil, name: "shop")),
      outcome(status, CheckResult.Subject(kind: "Deployment", namespace: "dev", name: "api" + text)),
    ]
    return check(id, outcomes: status == .notApplicable ? [] : outcomes, findings: findings)
  }

  /// What no check of the catalogue says yet: what people answer for.
  private var papersCheck: CheckAssessment {
    let subject = CheckResult.Subject.cluster("prod" + text)
    return check("NP-COV-06", outcomes: [ControlStatus.attested, .manual, .stale].map { outcome($0, subject) })
  }

  private func outcome(_ status: ControlStatus, _ subject: CheckResult.Subject) -> CheckResult.Outcome {
    CheckResult.Outcome(subject: subject, status: status, reason: status == .pass ? "" : text)
  }

  private func check(
    _ id: String, outcomes: [CheckResult.Outcome], findings: [FindingHistory] = []
  ) -> CheckAssessment {
    guard let check = CheckCatalog.check(id) else { fatalError("there is no check \(id)") }
    let result = CheckResult(check, CheckAnswer(outcomes), isAnythingThere: true)
    return CheckAssessment(check: check, result: result, timeline: timeline(result.status), findings: findings)
  }

  // MARK: Findings

  private func finding(_ name: String, _ message: String) -> CheckResult.Finding {
    let subject = CheckResult.Subject(kind: "NetworkPolicy", namespace: "shop", name: name)
    return CheckResult.Finding(
      subject: subject, message: message, storePath: "namespaces/shop/networkpolicies.networking.k8s.io/\(name).yaml",
      yamlPath: "spec.ingress[0]", remedy: "Limit the rule " + text, remedyYAML: "kind: NetworkPolicy # \(text)\n")
  }

  private func history(
    _ finding: CheckResult.Finding, of check: String = "NP-COV-02", _ spans: [(from: Int64, to: Int64)], isOpen: Bool,
    waiver: String? = nil
  ) -> FindingHistory {
    let last = spans.count - 1
    return FindingHistory(
      finding: finding, fingerprint: finding.fingerprint(of: check),
      spans: isMoment
        ? [FindingHistory.Span(opened: nil, closed: nil, range: period)]
        : spans.enumerated().map { index, span in
          FindingHistory.Span(
            opened: span.from == 0 ? nil : change(3, day: span.from).reference,
            closed: isOpen && index == last ? nil : change(4, day: span.to).reference,
            range: Sample.at(day: span.from)..<(isOpen && index == last ? period.upperBound : Sample.at(day: span.to)))
        }, isOpen: isOpen, waiver: waiver)
  }

  private var open: FindingHistory { history(finding("open", "everyone may come in"), [(10, 12), (80, 90)], isOpen: true) }
  private var closed: FindingHistory { history(finding("closed", "port 80 was open"), [(0, 12)], isOpen: false) }
  /// Says why its subject was not judged.
  private var unread: FindingHistory {
    let finding = CheckResult.Finding(
      subject: .init(kind: "Namespace", namespace: nil, name: "shop"), message: "was not read " + text, remedy: "allow it")
    return history(finding, of: "NP-COV-03", [(0, 90)], isOpen: true)
  }
  private var waived: FindingHistory {
    history(finding("waived", "allowed by contract"), of: "NP-COV-04", [(0, 90)], isOpen: true, waiver: "w1")
  }
  private var hostileFinding: FindingHistory { history(finding("hostile" + text, "says " + text), [(80, 90)], isOpen: true) }

  // MARK: Changes and papers

  private func change(_ commit: Int, day: Int64) -> RecordedChange {
    let seen = Sample.at(day: day)
    return RecordedChange(
      id: "\(Sample.commit(commit)):\(day)", commit: Sample.commit(commit),
      path: "namespaces/shop/networkpolicies.networking.k8s.io/open.yaml",
      resource: "networkpolicies.networking.k8s.io",
      object: CheckResult.Subject(kind: "NetworkPolicy", namespace: "shop", name: "open" + text), effect: "changed",
      after: seen - 300_000, seen: seen, time: seen - 1_500,
      actor: RecordedChange.Actor(name: "ada " + text, kind: .person, source: "audit", certainty: "exact"), reason: text,
      approval: day == 80 ? .notNeeded(text) : commit == 3 ? .approved(by: "grace " + text, proposal: "7") : .lacking("alone " + text), auditID: "a-\(commit)",
      isReconstructed: commit == 4, before: Sample.commit(6), version: Sample.commit(7))
  }

  var changes: [RecordedChange] { [change(3, day: 10), change(4, day: 12), change(3, day: 80)] }

  var waivers: [AssessedWaiver] {
    [
      AssessedWaiver(
        id: "w1", owner: "ada", approver: "grace " + text, reason: "contract " + text, check: "NP-COV-04",
        fingerprints: [waived.fingerprint], recorded: Sample.at(day: 1), expires: Sample.at(day: 120), standings: [.inForce]),
      AssessedWaiver(
        id: "w2", owner: text, approver: "grace", reason: "gone", check: "NP-COV-02", fingerprints: [],
        recorded: Sample.at(day: 1), expires: Sample.at(day: 50), standings: [.expired, .unmatched]),
    ]
  }

  var attestations: [AssessedAttestation] {
    [
      AssessedAttestation(
        id: "a1", subject: "CC6.6 / a", statement: "reviewed " + text, by: "grace " + text,
        file: (name: "minutes \(text).pdf", digest: Sample.digest(8)), recorded: Sample.at(day: 5), validUntil: Sample.at(day: 180),
        isExpired: false),
      AssessedAttestation(
        id: "a2", subject: "11", statement: "tested", by: "ada", file: nil, recorded: Sample.at(day: -400),
        validUntil: Sample.at(day: -35), isExpired: true),
    ]
  }
}
