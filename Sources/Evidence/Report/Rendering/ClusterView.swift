internal import Controls
internal import KubeModel

/// What is told of one cluster, in the form that templates walk.
struct ClusterView {
  let report: Report
  /// Counted from 0.
  let number: Int
  let format: any ReportFormat
  let hasPictures: Bool

  private var cluster: ClusterReport { report.clusters[number] }
  private var lead: Assessment { cluster.lead }
  private var isMoment: Bool { lead.isMoment }

  static func anchor(_ cluster: Int, check: Int) -> String { "k\(cluster + 1)h\(check + 1)" }
  static func anchor(_ cluster: Int, change: Int) -> String { "k\(cluster + 1)g\(change + 1)" }
  /// Characters of a fingerprint that tell it from all others.
  static let fingerprintLength = 16

  private static func anchor(_ cluster: Int, waiver: Int) -> String { "k\(cluster + 1)w\(waiver + 1)" }

  var frameworks: [FrameworkView] {
    cluster.frameworks.indices.map {
      FrameworkView(cluster: cluster, clusterNumber: number, number: $0, format: format, hasPictures: hasPictures)
    }
  }

  func riskRow(_ risk: Report.Risk) -> String { frameworks[risk.framework].riskRow(risk) }

  var context: [String: Any] {
    let waiverPlaces = Dictionary(cluster.waivers.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let checks = cluster.checks.indices.filter { cluster.checks[$0].hasSomething || !cluster.checks[$0].controls.isEmpty }
    return [
      "cluster": format.text(lead.subject.cluster), "anchor": "k\(number + 1)", "isPeriod": !isMoment,
      "identity": identity.map(pair), "proof": proof.map(pair), "frameworks": frameworks.map(\.context),
      "checks": checks.map { check(cluster.checks[$0], $0, waiverPlaces) },
      "flowRows": flowRows, "hasFlows": !cluster.flows.groups.isEmpty,
      "flowsMarkup": hasPictures ? FlowPicture(cluster.flows).svg : "",
      "silent": format.text(cluster.flows.silent.joined(separator: ", ")), "silentCount": cluster.flows.silent.count,
      "hasSilent": !cluster.flows.silent.isEmpty,
      "changeRows": cluster.changes.enumerated().map { changeRow($1, $0) }.joined(), "hasChanges": !cluster.changes.isEmpty,
      "changeCount": lead.changes.count,
      "gapRows": lead.observed.gaps.map(gapRow).joined(), "hasGaps": !lead.observed.gaps.isEmpty,
      "waiverRows": cluster.waivers.enumerated().map { waiverRow($1, $0) }.joined(), "hasWaivers": !cluster.waivers.isEmpty,
      "attestationRows": cluster.attestations.map { format.row(ClusterView.row($0)) }.joined(),
      "hasAttestations": !cluster.attestations.isEmpty,
      "coverageRows": lead.coverage.map(coverageRow).joined(), "hasCoverage": !lead.coverage.isEmpty,
      "registerRows": lead.registers.map(registerRow).joined(), "hasRegisters": !lead.registers.isEmpty,
    ]
  }

  // MARK: Identity

  private func pair(_ row: (label: String, value: String)) -> [String: Any] {
    ["label": format.text(row.label), "value": format.text(row.value)]
  }

  private var identity: [(label: String, value: String)] {
    let (subject, observed, enforcement) = (lead.subject, lead.observed, lead.enforcement)
    let (start, end) = (lead.period.lowerBound, lead.period.upperBound)
    var rows = [
      ("Cluster", subject.cluster), ("Cluster uid", subject.uid ?? "not known"), ("Scope", subject.scope),
      ("Server version", subject.serverVersion ?? "not known"),
      isMoment ? ("Moment", "\(ReportTime.text(start)) UTC") : ("Period", "\(ReportTime.text(start..<end)) UTC, the end not in it"),
    ]
    rows += cluster.frameworks.map { ("Framework", "\($0.framework.name) \($0.framework.version) (\($0.framework.id))") }
    if !isMoment {
      let seen = cluster.observed
      rows.append(
        ("Observed", "\(ReportTime.share(seen.part, of: seen.whole)) of the period; gaps: \(observed.gaps.count)"
          + (seen.part < seen.whole ? ", together \(ReportTime.length(seen.whole - seen.part))" : "")))
    }
    rows.append(
      ("Readings", "\(observed.readings), of which \(observed.partialReadings) partial and \(observed.weakReadings) weak "
        + "(recorded late, from files, or over unverified connections); \(observed.failedReadings) more failed"))
    rows.append(("Declared cadence", observed.cadence.map { "every \(ReportTime.length($0))" } ?? "none was declared"))
    rows.append(("Last reading", lead.isComplete ? "complete" : "partial"))
    rows.append(
      ("Basis", "policy modelled; enforcement \(enforcement.summary)\(enforcement.cni.map { " (\($0))" } ?? ""): \(enforcement.detail)"))
    return rows
  }

  /// What ties the report to the store.
  private var proof: [(label: String, value: String)] {
    var rows = [("Snapshot", lead.subject.commit), ("State SHA-256", lead.subject.stateDigest)]
    rows += lead.subject.heads.map { ("Head of \($0.ref)", $0.commit) }
    rows += cluster.frameworks.map { ("SHA-256 of \($0.framework.id)", $0.framework.digest) }
    rows += lead.signingKeys.map { ("Signing key", $0) }
    if lead.signingKeys.isEmpty { rows.append(("Signing keys", "no commit that was read is signed")) }
    return rows
  }

  // MARK: Checks

  private func check(_ check: CheckReport, _ index: Int, _ waivers: [String: Int]) -> [String: Any] {
    let assessed = check.assessed
    let open = assessed.findings.filter(\.isOpen)
    let waived = open.count { $0.waiver != nil }
    let closed = assessed.findings.count - open.count
    let counts = [(open.count - waived, "open"), (waived, "waived"), (closed, "closed")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.1)" }
    let speaksTo = check.controls.map { place -> Phrase in
      let framework = cluster.frameworks[place.framework]
      return .link(
        framework.controls[place.control].control.id,
        to: FrameworkView.anchor(number, place.framework, place.control))
    }
    return [
      "id": format.text(assessed.check.id), "anchor": ClusterView.anchor(number, check: index),
      "title": format.text(assessed.check.title), "reason": format.text(assessed.check.reason),
      "status": format.status(assessed.result.status), "explanation": format.text(assessed.result.explanation),
      "population": format.text("\(assessed.result.passed) of \(assessed.result.counted) \(assessed.result.population) pass"),
      "speaksToMarkup": format.markup(.joined(ClusterView.listed(speaksTo))), "hasControls": !speaksTo.isEmpty,
      "counts": counts.isEmpty ? "no findings" : counts.joined(separator: ", "), "isOpen": open.count > waived,
      "isPeriod": !isMoment && !assessed.timeline.intervals.isEmpty, "history": format.text(HistoryStrip.text(assessed.timeline)),
      "stripMarkup": hasPictures && !isMoment ? StripPicture.paths(HistoryStrip(assessed.timeline, lead.period)) : "",
      "groups": check.groups.map { group($0, waivers) },
      "unjudged": check.unjudged.map {
        [
          "reason": format.text($0.reason), "subjects": format.text("\($0.kind) \($0.names.joined(separator: ", "))"),
          "count": $0.names.count,
        ] as [String: Any]
      }, "hasUnjudged": !check.unjudged.isEmpty,
    ]
  }

  private static func listed(_ phrases: [Phrase]) -> [Phrase] {
    phrases.enumerated().flatMap { $0 == 0 ? [$1] : [", ", $1] }
  }

  private func group(_ group: FindingGroup, _ waivers: [String: Int]) -> [String: Any] {
    let message = group.message
    return [
      "message": format.text(message.isWhole ? message.start : "\(message.start)…\(message.end)"), "hasMessage": message.hasSome,
      "tellsOwn": !message.isWhole, "remedy": format.text(group.remedy),
      "yaml": group.yaml.map(format.block) ?? "", "hasYAML": group.yaml != nil, "hasMarks": group.hasMarks,
      "count": group.members.count, "isOne": group.members.count == 1,
      "findingRows": group.members.map { findingRow($0, message, waivers) }.joined(),
    ]
  }

  private func findingRow(_ history: FindingHistory, _ message: SharedText, _ waivers: [String: Int]) -> String {
    let finding = history.finding
    let subject = finding.subject
    let isScope = subject.kind == "Namespace"
    let state: Phrase =
      history.isOpen ? (history.waiver == nil ? .mark("open", as: .fail) : .mark("fails, waived", as: .waived)) : .mark("closed", as: .pass)
    var cells: [Phrase] = [
      state, .text(subject.scope ?? "–"), .text(isScope ? subject.kind : "\(subject.kind) \(subject.name)"),
    ]
    if !message.isWhole { cells.append(.text(message.own(finding.message))) }
    // The namespace stands in a column of its own.
    let folder = "namespaces/\(subject.scope ?? "")/"
    let file = finding.storePath.map { $0.hasPrefix(folder) ? String($0.dropFirst(folder.count)) : $0 }
    cells.append(.text([file, finding.yamlPath].compactMap(\.self).joined(separator: ": ")))
    var spans = history.spans.map(phrase)
    if let waiver = history.waiver {
      spans.append(
        .joined(["waived by ", waivers[waiver].map { .link(waiver, to: ClusterView.anchor(number, waiver: $0)) } ?? .text(waiver)]))
    }
    cells.append(.lines(spans))
    cells.append(.text(String(history.fingerprint.prefix(ClusterView.fingerprintLength))))
    return format.row(cells)
  }

  private func phrase(_ span: FindingHistory.Span) -> Phrase {
    var parts: [Phrase] = []
    if let opened = span.opened {
      parts += ["since ", ClusterView.phrase(opened, cluster, number)]
    } else {
      parts.append(isMoment ? "since a change that is not known" : "since before the period")
    }
    if let closed = span.closed {
      parts += [" until ", ClusterView.phrase(closed, cluster, number)]
    } else if !isMoment, span.range.upperBound < lead.period.upperBound {
      parts.append(.text(" until \(ReportTime.text(span.range.upperBound)), by no change that is known"))
    }
    return .joined(parts)
  }

  /// `2026-02-01 10:00:00 by alice`, with a link to the change where the report tells it, and the commit where not.
  static func phrase(_ reference: RecordedChange.Reference, _ cluster: ClusterReport, _ number: Int) -> Phrase {
    let time = ReportTime.text(reference.seen)
    let tool = reference.actorSource == "managedFields" ? "the tool " : ""
    let actor = Phrase.text(reference.actor.map { " by \(tool)\($0)" } ?? " by an unknown actor")
    guard let place = cluster.place(of: reference) else {
      return .joined([.text(time), actor, .text(", commit \(reference.commit.prefix(12))")])
    }
    return .joined([.link(time, to: anchor(number, change: place)), actor])
  }

  // MARK: Tables

  private var flowRows: String {
    cluster.flows.groups.map { group in
      format.row([
        .text(cluster.flows.text(sources: group.sources)),
        .lines(group.grants.map { entry in
          .text("\(entry.grant.isCertain ? "" : "perhaps ")\(entry.grant.ports) to \(cluster.flows.text(entry.destinations))")
        }),
      ])
    }.joined()
  }

  private func changeRow(_ group: ChangeGroup, _ index: Int) -> String {
    let change = group.first
    let approval: Phrase =
      switch change.approval {
      case .approved(let person, let proposal): .joined([.mark("approved", as: .pass), .text(" by \(person) (\(proposal))")])
      case .lacking(let reason): .joined([.mark("lacking", as: .fail), .text(": \(reason)")])
      case .undetermined(let reason): .joined([.mark("undetermined", as: .notEvaluated), .text(": \(reason)")])
      case .notNeeded(let reason): .joined([.mark("not needed", as: .notApplicable), .text(": \(reason)")])
      }
    let seen = ReportTime.text(change.seen)
    let time: Phrase =
      if let exact = change.time {
        .text("\(ReportTime.text(exact)), as the audit log says")
      } else {
        .text(change.after.map { "after \(ReportTime.text($0)), not later than \(seen)" } ?? "not later than \(seen)")
      }
    return format.row(
      [
        change.isReconstructed ? .lines([time, "seen in a log only"]) : time,
        .lines(group.changes.map { .text("\($0.effect) \($0.object.title)") }), actor(change.actor), approval,
        .text(change.reason ?? ""),
        .lines([.code(String(change.commit.prefix(12)))] + (change.auditID.map { [.text("audit \($0)")] } ?? [])),
      ], id: ClusterView.anchor(number, change: index))
  }

  private func actor(_ actor: RecordedChange.Actor) -> Phrase {
    let source =
      switch actor.source {
      case "audit": "audit log" + (actor.certainty.map { ", \($0)" } ?? "")
      case "commit": "author of the commit"
      case "managedFields": "managedFields: the program's own name for itself"
      default: "nothing tells"
      }
    guard let name = actor.name else { return .text("unknown; \(source)") }
    return .text("\(name) (\(actor.kind.rawValue); \(source))")
  }

  private func gapRow(_ gap: Assessment.Observed.Gap) -> String {
    format.row([
      .text(ReportTime.text(gap.range.lowerBound)), .text(ReportTime.text(gap.range.upperBound)),
      .text(ReportTime.length(gap.range.upperBound - gap.range.lowerBound)), .text(gap.reason),
    ])
  }

  private func waiverRow(_ waiver: AssessedWaiver, _ index: Int) -> String {
    format.row(
      [
        .text(waiver.id), .lines(waiver.standings.map { .mark($0.rawValue, as: $0.status) }), .text(waiver.check), .text(waiver.reason),
        .text(waiver.owner), .text(waiver.approver), .text(ReportTime.text(waiver.recorded)), .text(ReportTime.text(waiver.expires)),
        .lines(waiver.fingerprints.map { .code(String($0.prefix(ClusterView.fingerprintLength))) }),
      ], id: ClusterView.anchor(number, waiver: index))
  }

  static func row(_ attestation: AssessedAttestation) -> [Phrase] {
    [
      .text(attestation.subject), attestation.isExpired ? .mark("expired", as: .stale) : .mark("in force", as: .attested),
      .text(attestation.statement), .text(attestation.by), .text(ReportTime.text(attestation.recorded)),
      .text(ReportTime.text(attestation.validUntil)),
      attestation.file.map { .lines([.text($0.name), .code($0.digest)]) } ?? "no file",
    ]
  }

  private func coverageRow(_ kind: KindCoverage) -> String {
    let name = kind.qualifiedName + (kind.namespace.map { " in \($0)" } ?? "")
    let (status, detail): (Phrase, String) =
      switch kind.status {
      case .read: (.mark("read", as: .pass), "\(kind.objectCount) objects")
      case .absent: (.mark("absent", as: .notApplicable), "the server does not serve it")
      case .unread(let reason): (.mark("unread", as: .notEvaluated), reason)
      }
    return format.row([.text(name), status, .text(detail)])
  }

  private func registerRow(_ register: Assessment.Register) -> String {
    format.row([
      .text(register.name), .text(ReportTime.text(register.since)), .text(register.author), .code(String(register.commit.prefix(12))),
      .code(register.digest),
    ])
  }
}

extension AssessedWaiver.Standing {
  var status: ControlStatus {
    switch self {
    case .inForce: .waived
    case .soonExpiring, .retroactive, .unmatched: .manual
    case .expired: .fail
    }
  }
}

extension CheckReport {
  /// Whether there is more to tell than its verdict.
  var hasSomething: Bool { !assessed.findings.isEmpty || !unjudged.isEmpty }
}
