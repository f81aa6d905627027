package import KubeModel

/// What a framework's controls came to for one cluster, at a moment or over a period.
///
/// Everything that reports, exports and packs tell: they add nothing and look nothing up. Times are milliseconds since
/// 1970. A moment is a period without length whose timelines are empty.
package struct Assessment: Sendable {
  /// What was assessed, and of which history.
  package struct Subject: Sendable {
    package let cluster: String
    /// The uid of the namespace kube-system, where it is known.
    package let uid: String?
    /// What the readings covered, such as `the whole cluster`.
    package let scope: String
    package let serverVersion: String?
    /// The commits that were read, by ref, sorted by ref.
    package let heads: [(ref: String, commit: String)]
    /// The snapshot in force at the end.
    package let commit: String
    package let stateDigest: String

    package init(
      cluster: String, uid: String?, scope: String, serverVersion: String?, heads: [(ref: String, commit: String)],
      commit: String, stateDigest: String
    ) {
      self.cluster = cluster
      self.uid = uid
      self.scope = scope
      self.serverVersion = serverVersion
      self.heads = heads
      self.commit = commit
      self.stateDigest = stateDigest
    }
  }

  /// How often, and when not, somebody looked.
  package struct Observed: Sendable {
    package struct Gap: Sendable, Hashable {
      package let range: Range<Int64>
      /// Why nothing was seen, as far as it is known.
      package let reason: String
      package init(_ range: Range<Int64>, reason: String) {
        self.range = range
        self.reason = reason
      }
    }

    /// Readings that can be relied on, whole or in part.
    package let readings: Int
    package let failedReadings: Int
    package let partialReadings: Int
    /// Readings recorded later than they were taken, or from files, or over connections that were not verified.
    package let weakReadings: Int
    /// How often the cluster should be read, in milliseconds, as the owner declared it; nil where they did not.
    package let cadence: Int64?
    package let gaps: [Gap]

    package init(
      readings: Int, failedReadings: Int, partialReadings: Int, weakReadings: Int, cadence: Int64?, gaps: [Gap]
    ) {
      self.readings = readings
      self.failedReadings = failedReadings
      self.partialReadings = partialReadings
      self.weakReadings = weakReadings
      self.cadence = cadence
      self.gaps = gaps
    }
  }

  /// What may flow between two namespaces at the end, or between one and outside (nil).
  package struct Flow: Sendable, Hashable {
    package let from: String?
    package let to: String?
    /// Whether it is certain, rather than conditional on what the objects do not tell.
    package let isCertain: Bool
    /// Such as `TCP 80,443`.
    package let ports: String
    package init(from: String?, to: String?, isCertain: Bool, ports: String) {
      self.from = from
      self.to = to
      self.isCertain = isCertain
      self.ports = ports
    }
  }

  /// A register that verdicts rest on, as it was in force at the end.
  package struct Register: Sendable, Hashable {
    package let name: String
    package let commit: String
    /// The SHA-256 of its text.
    package let digest: String
    package let since: Int64
    package let author: String
    package init(name: String, commit: String, digest: String, since: Int64, author: String) {
      self.name = name
      self.commit = commit
      self.digest = digest
      self.since = since
      self.author = author
    }
  }

  package let subject: Subject
  package let framework: Framework
  /// Empty for a moment.
  package let period: Range<Int64>
  package let enforcement: ClusterState.Enforcement
  /// Whether the last reading covered all that it should.
  package let isComplete: Bool
  package let controls: [ControlAssessment]
  /// Every check that the framework maps to, once, by id.
  package let checks: [CheckAssessment]
  package let observed: Observed
  /// What the last reading looked at.
  package let coverage: [KindCoverage]
  package let flows: [Flow]
  /// Sorted by name.
  package let registers: [Register]
  /// Fingerprints of the keys that signed commits of the period; who holds them, another way must tell.
  package let signingKeys: [String]
  /// The changes of the period, oldest first; none for a moment.
  package let changes: [RecordedChange]
  package let waivers: [AssessedWaiver]
  package let attestations: [AssessedAttestation]
  /// What a reader must know before the verdicts.
  package let cautions: [String]

  package init(
    subject: Subject, framework: Framework, period: Range<Int64>, enforcement: ClusterState.Enforcement, isComplete: Bool,
    controls: [ControlAssessment], checks: [CheckAssessment], observed: Observed, coverage: [KindCoverage], flows: [Flow],
    registers: [Register], signingKeys: [String], changes: [RecordedChange], waivers: [AssessedWaiver], attestations: [AssessedAttestation], cautions: [String]
  ) {
    self.subject = subject
    self.framework = framework
    self.period = period
    self.enforcement = enforcement
    self.isComplete = isComplete
    self.controls = controls
    self.checks = checks
    self.observed = observed
    self.coverage = coverage
    self.flows = flows
    self.registers = registers
    self.signingKeys = signingKeys
    self.changes = changes
    self.waivers = waivers
    self.attestations = attestations
    self.cautions = cautions
  }

  package var isMoment: Bool { period.isEmpty }

  /// Whether anything that decides a control fails, or failed in the period, also where what is unknown outweighs that.
  package var hasFailure: Bool {
    controls.contains { control in
      control.status == .fail || !control.timeline.violations.isEmpty
        || control.parts.contains { part in
          part.strength != .context && (check(part.id)?.result.outcomes.contains { $0.status == .fail } ?? false)
        }
    }
  }

  package func check(_ id: String) -> CheckAssessment? { checks.first { $0.check.id == id } }
}

/// What came of a control.
package struct ControlAssessment: Sendable {
  /// What came of it in one namespace.
  package struct Scope: Sendable {
    package let namespace: String
    /// At the end of the period.
    package let verdict: ControlVerdict
    package let timeline: Timeline
    package init(namespace: String, verdict: ControlVerdict, timeline: Timeline) {
      self.namespace = namespace
      self.verdict = verdict
      self.timeline = timeline
    }
  }

  /// A clock that the framework sets, such as a review every six months.
  package struct Clock: Sendable {
    package enum Standing: String, Sendable { case done, dueSoon = "due soon", overdue, never }
    package let title: String
    package let standing: Standing
    package let last: Int64?
    package let due: Int64?
    package init(title: String, standing: Standing, last: Int64?, due: Int64?) {
      self.title = title
      self.standing = standing
      self.last = last
      self.due = due
    }
  }

  package let control: Framework.Control
  /// What it came to: over the period, or at the moment.
  package let status: ControlStatus
  /// At the end of the period, or at the moment.
  package let verdict: ControlVerdict
  package let parts: [ControlVerdict.Part]
  package let timeline: Timeline
  /// Sorted by name.
  package let namespaces: [Scope]
  package let clocks: [Clock]

  package init(
    control: Framework.Control, status: ControlStatus, verdict: ControlVerdict, parts: [ControlVerdict.Part],
    timeline: Timeline, namespaces: [Scope], clocks: [Clock]
  ) {
    self.control = control
    self.status = status
    self.verdict = verdict
    self.parts = parts
    self.timeline = timeline
    self.namespaces = namespaces
    self.clocks = clocks
  }
}

/// What a check said.
package struct CheckAssessment: Sendable {
  package let check: Check
  /// At the end of the period, or at the moment, waivers applied.
  package let result: CheckResult
  package let timeline: Timeline
  /// Every finding that was open at any time, in a stable order.
  package let findings: [FindingHistory]

  package init(check: Check, result: CheckResult, timeline: Timeline, findings: [FindingHistory]) {
    self.check = check
    self.result = result
    self.timeline = timeline
    self.findings = findings
  }
}

/// A finding, and when it was open.
package struct FindingHistory: Sendable {
  package struct Span: Sendable {
    /// Nil where it was open already when the period began.
    package let opened: RecordedChange.Reference?
    package let closed: RecordedChange.Reference?
    /// Within the period; empty for a moment.
    package let range: Range<Int64>
    package init(opened: RecordedChange.Reference?, closed: RecordedChange.Reference?, range: Range<Int64>) {
      self.opened = opened
      self.closed = closed
      self.range = range
    }
  }

  package let finding: CheckResult.Finding
  package let fingerprint: String
  package let spans: [Span]
  /// Whether it is open at the end.
  package let isOpen: Bool
  /// The waiver that covers it at the end, by its id.
  package let waiver: String?

  package init(finding: CheckResult.Finding, fingerprint: String, spans: [Span], isOpen: Bool, waiver: String?) {
    self.finding = finding
    self.fingerprint = fingerprint
    self.spans = spans
    self.isOpen = isOpen
    self.waiver = waiver
  }
}
