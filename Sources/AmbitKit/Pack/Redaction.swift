package import Controls
internal import Integrity
internal import KubeModel
internal import Registers
internal import SnapshotStore

/// Takes the names out of assessments: each becomes a pseudonym, the same wherever it stands and whenever the same key is
/// used. Text that could hold a name is left out, and not searched for names.
///
/// Kept are verdicts, counts, times, checks, kinds, commits and state digests.
package struct Redaction: Sendable {
  /// What stands where text was left out.
  static let leftOut = "(left out)"
  private static let shortestKey = 32

  private let key: [UInt8]

  /// - Parameter secret: what the owner keeps; whoever has it can tell which pseudonym a name that they guess has.
  package init(secret: [UInt8]) throws {
    guard secret.count >= Redaction.shortestKey else {
      throw AmbitError(
        .badInput, "the key to redact with has \(secret.count) bytes, and has to have \(Redaction.shortestKey) at least",
        hint: "make one with `head -c 32 /dev/urandom > key`, and keep it")
    }
    key = SHA256Digest.bytes(secret)
  }

  /// `namespace-0f3a9c2b7d41`
  func name(_ name: String, _ kind: String) -> String {
    "\(kind)-\(SHA256Digest.hex(key + Array(kind.utf8) + [0] + Array(name.utf8)).prefix(12))"
  }

  private func digest(_ text: String, _ kind: String) -> String {
    SHA256Digest.hex(key + Array(kind.utf8) + [0] + Array(text.utf8))
  }

  func cluster(_ text: String) -> String { name(text, "cluster") }
  private func namespace(_ text: String) -> String { name(text, "namespace") }
  private func person(_ text: String) -> String { name(text, "actor") }
  private func path(_ text: String) -> String { name(text, "path") }

  /// The ref of a cluster under its pseudonym; others say nothing of clusters.
  func reference(_ text: String) -> String {
    for prefix in [SnapshotStore.branch(""), SnapshotStore.observations(""), StoreLine.changes(of: "").reference]
    where text.hasPrefix(prefix) {
      return prefix + cluster(String(text.dropFirst(prefix.count)))
    }
    return text
  }

  /// `COMMIT:PATH` of a change.
  func change(_ id: String) -> String {
    let parts = id.split(separator: ":", maxSplits: 1).map(String.init)
    return parts.count == 2 ? "\(parts[0]):\(path(parts[1]))" : name(id, "id")
  }

  private func subject(_ subject: CheckResult.Subject) -> CheckResult.Subject {
    let title =
      switch subject.kind {
      case "Cluster": cluster(subject.name)
      case "Namespace": namespace(subject.name)
      default: name("\(subject.namespace ?? "")/\(subject.name)", "object")
      }
    return CheckResult.Subject(kind: subject.kind, namespace: subject.namespace.map(namespace), name: title)
  }

  // MARK: Assessments

  /// The same assessment without a name in it.
  package func assessment(_ full: Assessment) -> Assessment {
    let subject = full.subject
    return Assessment(
      subject: Assessment.Subject(
        cluster: cluster(subject.cluster), uid: subject.uid.map { name($0, "uid") },
        scope: subject.scope.hasPrefix("namespace") ? "some namespaces" : subject.scope, serverVersion: subject.serverVersion,
        heads: subject.heads.map { (reference($0.ref), $0.commit) }, commit: subject.commit,
        stateDigest: subject.stateDigest),
      framework: full.framework, period: full.period, enforcement: enforcement(full.enforcement), isComplete: full.isComplete,
      controls: full.controls.map(control), checks: full.checks.map(check), observed: observed(full.observed),
      coverage: full.coverage.map(coverage),
      flows: full.flows.map { flow in
        Assessment.Flow(
          from: flow.from.map(namespace), to: flow.to.map(namespace), isCertain: flow.isCertain, ports: flow.ports)
      },
      registers: full.registers.map { register in
        Assessment.Register(
          name: KnownRegister.named(register.name) == nil ? name(register.name, "register") : register.name,
          commit: register.commit, digest: register.digest, since: register.since, author: person(register.author))
      }, signingKeys: full.signingKeys, changes: full.changes.map(change), waivers: full.waivers.map(waiver),
      attestations: full.attestations.map(attestation),
      cautions: full.cautions.isEmpty
        ? [] : ["\(full.cautions.count) cautions are left out, as they may hold names: the full report tells them."])
  }

  private func enforcement(_ full: ClusterState.Enforcement) -> ClusterState.Enforcement {
    ClusterState.Enforcement(basis: full.basis, isOn: full.isOn, cni: full.cni, detail: Redaction.leftOut)
  }

  private func observed(_ full: Assessment.Observed) -> Assessment.Observed {
    Assessment.Observed(
      readings: full.readings, failedReadings: full.failedReadings, partialReadings: full.partialReadings,
      weakReadings: full.weakReadings, cadence: full.cadence,
      gaps: full.gaps.map { Assessment.Observed.Gap($0.range, reason: Redaction.leftOut) })
  }

  private func coverage(_ full: KindCoverage) -> KindCoverage {
    KindCoverage(
      group: full.group, resource: full.resource, namespace: full.namespace.map(namespace),
      status: full.unreadReason == nil ? full.status : .unread(reason: Redaction.leftOut), objectCount: full.objectCount)
  }

  // MARK: Controls and checks

  private func verdict(_ full: ControlVerdict) -> ControlVerdict {
    ControlVerdict(full.status, explanation: Redaction.leftOut)
  }

  private func control(_ full: ControlAssessment) -> ControlAssessment {
    ControlAssessment(
      control: full.control, status: full.status, verdict: verdict(full.verdict), parts: full.parts, timeline: full.timeline,
      namespaces: full.namespaces.map {
        ControlAssessment.Scope(namespace: namespace($0.namespace), verdict: verdict($0.verdict), timeline: $0.timeline)
      }.sorted { $0.namespace < $1.namespace }, clocks: full.clocks)
  }

  private func check(_ full: CheckAssessment) -> CheckAssessment {
    let answer = CheckAnswer(
      full.result.outcomes.map {
        CheckResult.Outcome(
          subject: subject($0.subject), status: $0.status, reason: $0.reason.isEmpty ? "" : Redaction.leftOut)
      }, findings: full.result.findings.map { finding($0, of: full.check) })
    return CheckAssessment(
      check: full.check, result: CheckResult(full.check, answer, isAnythingThere: full.result.status != .notEvaluated),
      timeline: full.timeline,
      findings: full.findings.map { history in
        FindingHistory(
          finding: finding(history.finding, of: full.check), fingerprint: digest(history.fingerprint, "fingerprint"),
          spans: history.spans.map {
            FindingHistory.Span(opened: $0.opened.map(reference), closed: $0.closed.map(reference), range: $0.range)
          }, isOpen: history.isOpen, waiver: history.waiver.map { name($0, "waiver") })
      })
  }

  private func finding(_ full: CheckResult.Finding, of check: Check) -> CheckResult.Finding {
    CheckResult.Finding(
      subject: subject(full.subject), message: "\(check.title): \(Redaction.leftOut)", remedy: Redaction.leftOut)
  }

  // MARK: Changes and papers

  private func reference(_ full: RecordedChange.Reference) -> RecordedChange.Reference {
    RecordedChange.Reference(
      commit: full.commit, seen: full.seen, path: full.path.map(path), actor: full.actor.map(person),
      actorSource: full.actorSource)
  }

  private func change(_ full: RecordedChange) -> RecordedChange {
    let approval: RecordedChange.Approval =
      switch full.approval {
      case .approved(let by, let proposal): .approved(by: person(by), proposal: name(proposal, "proposal"))
      case .lacking: .lacking(Redaction.leftOut)
      case .undetermined: .undetermined(Redaction.leftOut)
      case .notNeeded: .notNeeded(Redaction.leftOut)
      }
    return RecordedChange(
      id: change(full.id), commit: full.commit, path: path(full.path), resource: full.resource, object: subject(full.object),
      effect: full.effect, after: full.after, seen: full.seen, time: full.time,
      actor: RecordedChange.Actor(
        name: full.actor.name.map(person), kind: full.actor.kind, source: full.actor.source, certainty: full.actor.certainty),
      reason: full.reason.map { _ in Redaction.leftOut }, approval: approval, auditID: full.auditID.map { name($0, "audit") },
      isReconstructed: full.isReconstructed, isBeginning: full.isBeginning, before: nil, version: nil)
  }

  private func waiver(_ full: AssessedWaiver) -> AssessedWaiver {
    AssessedWaiver(
      id: name(full.id, "waiver"), owner: person(full.owner), approver: person(full.approver), reason: Redaction.leftOut,
      check: full.check, fingerprints: full.fingerprints.map { digest($0, "fingerprint") }, recorded: full.recorded,
      expires: full.expires, standings: full.standings)
  }

  private func attestation(_ full: AssessedAttestation) -> AssessedAttestation {
    AssessedAttestation(
      id: name(full.id, "attestation"), subject: full.subject, statement: Redaction.leftOut, by: person(full.by),
      file: full.file.map { (name($0.name, "file"), $0.digest) }, recorded: full.recorded, validUntil: full.validUntil,
      isExpired: full.isExpired)
  }

  /// How changes are counted, without what each difference is about.
  func population(_ full: RecordFacts.Population) -> RecordFacts.Population {
    RecordFacts.Population(
      commits: full.commits, differences: full.differences, events: full.events,
      unmatched: full.unmatched.map {
        RecordFacts.Difference(
          id: $0.id.hasPrefix("record/") ? name($0.id, "record") : change($0.id), $0.class, detail: Redaction.leftOut)
      })
  }
}
