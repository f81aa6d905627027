internal import Controls
internal import KubeModel

/// Assessments in our own form: all that is in them. `docs/schemas/assessment.schema.json` describes it.
struct AssessmentJSON {
  static let schemaVersion: Int64 = 1
  static let kind = "Assessment"

  private let assessment: Assessment

  static func document(_ assessments: [Assessment], version: String) -> Value {
    [
      "schemaVersion": .int(schemaVersion), "kind": .string(kind),
      "tool": ["name": "ambit", "version": .string(version)],
      "assessments": .list(assessments.map { AssessmentJSON(assessment: $0).value }),
    ]
  }

  private var value: Value {
    let period = assessment.period
    return .fields([
      "subject": subject, "framework": framework,
      "at": assessment.isMoment ? .time(period.upperBound) : nil,
      "period": assessment.isMoment ? nil : AssessmentJSON.value(period),
      "basis": basis, "complete": .bool(assessment.isComplete), "cautions": .texts(assessment.cautions), "counts": counts,
      "controls": .list(assessment.controls.map(value)), "checks": .list(assessment.checks.map(value)),
      "observed": observed, "coverage": .list(assessment.coverage.map(value)), "flows": .list(assessment.flows.map(value)),
      "registers": .list(assessment.registers.map(value)), "signingKeys": .texts(assessment.signingKeys),
      "changes": .list(assessment.changes.map(AssessmentJSON.value)), "waivers": .list(assessment.waivers.map(value)),
      "attestations": .list(assessment.attestations.map(value)),
    ])
  }

  private static func value(_ range: Range<Int64>) -> Value { ["from": .time(range.lowerBound), "to": .time(range.upperBound)] }

  // MARK: What was assessed

  private var subject: Value {
    let subject = assessment.subject
    return .fields([
      "cluster": .string(subject.cluster), "uid": subject.uid.map(Value.string), "scope": .string(subject.scope),
      "serverVersion": subject.serverVersion.map(Value.string),
      "heads": .list(subject.heads.map { ["ref": .string($0.ref), "commit": .string($0.commit)] }),
      "commit": .string(subject.commit), "stateSHA256": .string(subject.stateDigest),
    ])
  }

  private var framework: Value {
    let framework = assessment.framework
    return .fields([
      "id": .string(framework.id), "name": .string(framework.name), "version": .string(framework.version),
      "source": .string(framework.source), "note": framework.note.map(Value.string), "sha256": .string(framework.digest),
    ])
  }

  private var basis: Value {
    let enforcement = assessment.enforcement
    return [
      "policy": "modelled", "enforcement": .string(enforcement.basis.rawValue),
      "enforces": enforcement.isKnown ? .bool(enforcement.isOn) : .null,
      "cni": enforcement.cni.map(Value.string) ?? .null, "detail": .string(enforcement.detail),
    ]
  }

  /// Controls by status, each of the nine told.
  private var counts: Value {
    let tally = StatusTally(assessment.controls.map(\.status))
    return .map(Mapping(ControlStatus.allCases.map { ($0.rawValue, .count(tally[$0])) }))
  }

  private var observed: Value {
    let observed = assessment.observed
    return .fields([
      "readings": .count(observed.readings), "failedReadings": .count(observed.failedReadings),
      "partialReadings": .count(observed.partialReadings), "weakReadings": .count(observed.weakReadings),
      "cadenceMilliseconds": observed.cadence.map(Value.int),
      "gaps": .list(
        observed.gaps.map { gap in
          [
            "from": .time(gap.range.lowerBound), "to": .time(gap.range.upperBound), "reason": .string(gap.reason),
          ]
        }),
    ])
  }

  private func value(_ coverage: KindCoverage) -> Value {
    let status = switch coverage.status {
    case .read: "read"
    case .absent: "absent"
    case .unread: "unread"
    }
    return .fields([
      "kind": .string(coverage.qualifiedName), "namespace": coverage.namespace.map(Value.string), "status": .string(status),
      "reason": coverage.unreadReason.map(Value.string), "objects": .count(coverage.objectCount),
      "resourceVersion": coverage.resourceVersion.map(Value.string),
    ])
  }

  private func value(_ flow: Assessment.Flow) -> Value {
    .fields([
      "from": flow.from.map(Value.string), "to": flow.to.map(Value.string), "certain": .bool(flow.isCertain),
      "ports": .string(flow.ports),
    ])
  }

  private func value(_ register: Assessment.Register) -> Value {
    [
      "name": .string(register.name), "commit": .string(register.commit), "sha256": .string(register.digest),
      "since": .time(register.since), "author": .string(register.author),
    ]
  }

  // MARK: Controls

  private func value(_ result: ControlAssessment) -> Value {
    let control = result.control
    return .fields([
      "id": .string(control.id), "title": .string(control.title), "requirement": .string(control.requirement),
      "level": control.level.map(Value.string), "assessment": control.assessment.map(Value.string),
      "status": .string(result.status.rawValue), "statusAtEnd": .string(result.verdict.status.rawValue),
      "explanation": .string(result.verdict.explanation), "attestationsNeeded": .texts(control.attestations),
      "effective": .texts(control.effective), "checks": .list(result.parts.map(value)), "timeline": value(result.timeline),
      "namespaces": .list(
        result.namespaces.map { scope in
          .fields([
            "namespace": .string(scope.namespace), "statusAtEnd": .string(scope.verdict.status.rawValue),
            "explanation": .string(scope.verdict.explanation), "timeline": value(scope.timeline),
          ])
        }), "clocks": .list(result.clocks.map(value)),
    ])
  }

  private func value(_ part: ControlVerdict.Part) -> Value {
    .fields([
      "id": .string(part.id), "strength": .string(part.strength.rawValue), "status": part.status.map { .string($0.rawValue) },
      "restsOnEnforcement": .bool(part.restsOnEnforcement),
    ])
  }

  private func value(_ clock: ControlAssessment.Clock) -> Value {
    .fields([
      "title": .string(clock.title), "standing": .string(clock.standing.rawValue), "last": clock.last.map(Value.time),
      "due": clock.due.map(Value.time),
    ])
  }

  /// Nil for a moment, which has no length.
  private func value(_ timeline: Timeline) -> Value? {
    guard !assessment.isMoment else { return nil }
    let statuses = ControlStatus.allCases.filter { timeline.length(of: $0) > 0 }
    let violations = timeline.violations
    return .fields([
      "intervals": .list(
        timeline.intervals.map { interval in
          [
            "from": .time(interval.range.lowerBound), "to": .time(interval.range.upperBound),
            "status": .string(interval.status.rawValue), "gap": .bool(interval.isGap),
          ]
        }),
      "observedMilliseconds": .int(timeline.observed),
      "milliseconds": .map(Mapping(statuses.map { ($0.rawValue, .int(timeline.length(of: $0))) })),
      "shares": .map(Mapping(statuses.map { ($0.rawValue, .double(timeline.share(of: $0))) })),
      "firstViolation": violations.first.map { AssessmentJSON.value($0.range) },
      "lastViolation": violations.last.map { AssessmentJSON.value($0.range) },
      "longestViolation": timeline.longestViolation.map { AssessmentJSON.value($0.range) },
    ])
  }

  // MARK: Checks

  private func value(_ assessed: CheckAssessment) -> Value {
    let check = assessed.check
    let result = assessed.result
    return .fields([
      "id": .string(check.id), "title": .string(check.title), "reason": .string(check.reason),
      "remedy": .string(check.remedy), "population": .string(check.population), "status": .string(result.status.rawValue),
      "explanation": .string(result.explanation), "passed": .count(result.passed), "counted": .count(result.counted),
      "outcomes": .list(
        result.outcomes.map { outcome in
          [
            "subject": AssessmentJSON.value(outcome.subject), "status": .string(outcome.status.rawValue),
            "reason": .string(outcome.reason),
          ]
        }), "timeline": value(assessed.timeline), "findings": .list(assessed.findings.map(value)),
    ])
  }

  private func value(_ history: FindingHistory) -> Value {
    let finding = history.finding
    return .fields([
      "fingerprint": .string(history.fingerprint), "subject": AssessmentJSON.value(finding.subject),
      "message": .string(finding.message), "storePath": finding.storePath.map(Value.string),
      "yamlPath": finding.yamlPath.map(Value.string), "remedy": .string(finding.remedy),
      "remedyYAML": finding.remedyYAML.map(Value.string), "open": .bool(history.isOpen),
      "waiver": history.waiver.map(Value.string), "spans": .list(history.spans.map(value)),
    ])
  }

  private func value(_ span: FindingHistory.Span) -> Value {
    .fields([
      "from": .time(span.range.lowerBound), "to": .time(span.range.upperBound), "opened": span.opened.map(value),
      "closed": span.closed.map(value),
    ])
  }

  private func value(_ change: RecordedChange.Reference) -> Value {
    .fields([
      "commit": .string(change.commit), "seen": .time(change.seen), "path": change.path.map(Value.string),
      "actor": change.actor.map(Value.string), "actorSource": change.actorSource.map(Value.string),
    ])
  }

  private static func value(_ subject: CheckResult.Subject) -> Value {
    .fields([
      "kind": .string(subject.kind), "namespace": subject.namespace.map(Value.string), "name": .string(subject.name),
    ])
  }

  // MARK: Changes and papers

  private static func value(_ change: RecordedChange) -> Value {
    .fields([
      "id": .string(change.id), "commit": .string(change.commit), "path": .string(change.path),
      "resource": .string(change.resource), "object": value(change.object), "effect": .string(change.effect), "after": change.after.map(Value.time),
      "seen": .time(change.seen), "time": change.time.map(Value.time),
      "actor": .fields([
        "name": change.actor.name.map(Value.string), "kind": .string(change.actor.kind.rawValue),
        "source": .string(change.actor.source), "certainty": change.actor.certainty.map(Value.string),
      ]), "reason": change.reason.map(Value.string), "approval": value(change.approval),
      "auditID": change.auditID.map(Value.string), "reconstructed": .bool(change.isReconstructed),
      "before": change.before.map(Value.string), "version": change.version.map(Value.string),
    ])
  }

  private static func value(_ approval: RecordedChange.Approval) -> Value {
    switch approval {
    case .approved(let person, let proposal): ["status": "approved", "by": .string(person), "proposal": .string(proposal)]
    case .lacking(let reason): ["status": "lacking", "reason": .string(reason)]
    case .undetermined(let reason): ["status": "undetermined", "reason": .string(reason)]
    case .notNeeded(let reason): ["status": "not-needed", "reason": .string(reason)]
    }
  }

  private func value(_ waiver: AssessedWaiver) -> Value {
    [
      "id": .string(waiver.id), "owner": .string(waiver.owner), "approver": .string(waiver.approver),
      "reason": .string(waiver.reason), "check": .string(waiver.check), "fingerprints": .texts(waiver.fingerprints),
      "recorded": .time(waiver.recorded), "expires": .time(waiver.expires),
      "standings": .texts(waiver.standings.map(\.rawValue)),
    ]
  }

  private func value(_ attestation: AssessedAttestation) -> Value {
    .fields([
      "id": .string(attestation.id), "for": .string(attestation.subject), "statement": .string(attestation.statement),
      "by": .string(attestation.by),
      "file": attestation.file.map { ["name": .string($0.name), "sha256": .string($0.digest)] },
      "recorded": .time(attestation.recorded), "validUntil": .time(attestation.validUntil),
      "expired": .bool(attestation.isExpired),
    ])
  }
}
