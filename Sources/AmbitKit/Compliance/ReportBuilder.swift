internal import ClusterReader
package import Controls
package import Evidence
internal import HistoryIndex
internal import KubeModel

/// Puts an evaluation into the form of a report.
package struct ReportBuilder {
  /// Findings of one check that a report lists; it says how many more there are.
  private static let mostFindings = 50

  private let history: ClusterHistory
  private let evaluation: Evaluation
  /// The change that brought the version in force, by path.
  private let origins: [String: HistoryEntry]

  package init(_ history: ClusterHistory, _ evaluation: Evaluation) throws {
    self.history = history
    self.evaluation = evaluation
    var origins: [String: HistoryEntry] = [:]
    var filter = HistoryView.Filter()
    filter.last = evaluation.point.snapshot.commit
    filter.isInForce = true
    let cluster = history.cluster
    for entry in try history.ambit.index.read({ [filter] in try $0.changes(cluster, filter) })
    where origins[entry.change.path] == nil {
      origins[entry.change.path] = entry
    }
    self.origins = origins
  }

  package func report(_ frameworks: [Framework]) throws -> EvidenceReport {
    let point = evaluation.point
    let names = frameworks.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
    return EvidenceReport(
      title: "Network policy evidence: \(history.cluster), \(names)",
      identity: try identity(), cautions: cautions,
      sections: frameworks.map(section), namespaces: namespaces,
      coverage: evaluation.state.coverage.map { kind in
        let name = kind.qualifiedName + (kind.namespace.map { " in \($0)" } ?? "")
        return switch kind.status {
        case .read: .init(kind: name, status: "read", detail: "\(kind.objectCount) objects")
        case .absent: .init(kind: name, status: "absent", detail: "the server does not serve it")
        case .unread(let reason): .init(kind: name, status: "unread", detail: reason)
        }
      }, commands: commands(frameworks, commit: point.snapshot.commit), limits: ReportBuilder.limits)
  }

  // MARK: Head

  private func identity() throws -> [EvidenceReport.Row] {
    let point = evaluation.point
    let snapshot = point.snapshot
    let enforcement = evaluation.state.enforcement
    let facts = try history.facts(at: point)
    var rows: [EvidenceReport.Row] = [
      .init("Cluster", history.cluster),
      .init("Cluster uid", facts?.uid ?? "not known"),
      .init("Scope", facts.map { $0.scopeText ?? "the whole cluster" } ?? "not known"),
      .init("Server version", facts?.serverVersion ?? "not known"),
      .init("Moment", point.moment.text),
      .init("State captured", Moment(milliseconds: snapshot.capturedTo).text),
      .init("State recorded", Moment(milliseconds: snapshot.recorded * 1000).text),
      .init("Snapshot", snapshot.commit), .init("State SHA-256", snapshot.stateDigest),
    ]
    if let observation = point.observation {
      rows.append(
        .init(
          "Last reading",
          "\(Moment(milliseconds: observation.capturedTo).text), \(observation.isComplete ? "complete" : "partial"), from \(observation.source)\(observation.isTimeGiven ? ", time given by the operator" : "")"
        ))
      rows.append(.init("Observation", observation.commit))
    }
    rows.append(
      .init(
        "Basis",
        "policy modelled; enforcement \(enforcement.summary)\(enforcement.cni.map { " (\($0))" } ?? ""): \(enforcement.detail)"
      ))
    rows.append(.init("Made with", "ambit \(Ambit.version)"))
    return rows
  }

  private var cautions: [String] {
    var cautions: [String] = []
    guard let observation = evaluation.point.observation else {
      return ["No reading tells what was looked at; nothing can be concluded from what is missing."]
    }
    let unread = observation.coverage.filter { $0.unreadReason != nil }
    if !unread.isEmpty {
      cautions.append(
        "The reading was partial: \(unread.count) of \(observation.coverage.count) kinds were not read. What they can affect is not evaluated."
      )
    }
    if evaluation.state.enforcement.isKnown && !evaluation.state.enforcement.isOn {
      cautions.append(
        "The CNI does not enforce policy (\(evaluation.state.enforcement.detail)). Policies have no effect.")
    }
    if !evaluation.state.enforcement.isKnown {
      cautions.append(
        "Whether the CNI enforces policy is not known (\(evaluation.state.enforcement.detail)). No control that rests on it passes."
      )
    }
    if !observation.isOneInstant {
      cautions.append("The lists of the reading do not show one instant; a change may show in part.")
    }
    cautions += observation.notes.map { "Of the reading: \($0)." }
    if observation.isTimeGiven {
      cautions.append("The capture time was given by the operator, not taken from the clock.")
    }
    return cautions
  }

  private var namespaces: [EvidenceReport.NamespaceRow] {
    func outcomes(_ id: String) -> [String: String] {
      let result = evaluation.results.first { $0.check.id == id }
      return Dictionary(
        (result?.outcomes ?? []).filter { $0.subject.kind == "Namespace" }.map {
          ($0.subject.name, $0.status.rawValue)
        }, uniquingKeysWith: { first, _ in first })
    }
    let ingress = outcomes("NP-COV-02")
    let egress = outcomes("NP-COV-03")
    return evaluation.state.namespaces.map { namespace in
      EvidenceReport.NamespaceRow(
        name: namespace.name,
        ingress: ingress[namespace.name] ?? ControlStatus.notEvaluated.rawValue,
        egress: egress[namespace.name] ?? ControlStatus.notEvaluated.rawValue)
    }
  }

  // MARK: Controls

  private func section(_ framework: Framework) -> EvidenceReport.Section {
    let results = evaluation.controls(of: framework)
    // A check that speaks to many controls lists its findings under the first of them.
    var listed: [String: Int] = [:]
    let controls = results.enumerated().map { index, result in
      control(result, index: index, listed: &listed)
    }
    let counts = ControlStatus.allCases.map { status in
      (status: status.rawValue, count: results.count { $0.status == status })
    }.filter { $0.count > 0 }
    return EvidenceReport.Section(
      framework: "\(framework.name) \(framework.version)",
      identity: [
        .init("Framework", "\(framework.id), file SHA-256 \(framework.digest)"),
        .init("Source of the ids", framework.source),
      ], note: framework.note, counts: counts, controls: controls)
  }

  private func control(
    _ result: ControlResult, index: Int, listed: inout [String: Int]
  ) -> EvidenceReport.Control {
    let control = result.control
    let isComputed = result.parts.contains { $0.result != nil && $0.strength != .context }
    let needsPerson = !control.attestations.isEmpty || result.parts.contains { $0.result == nil }
    let method =
      isComputed ? (needsPerson ? "Computed in part; a person answers the rest" : "Computed") : "A person answers"
    var comparisons: [EvidenceReport.CheckPart] = []
    if !result.effective.isEmpty {
      comparisons = result.parts.filter { $0.strength == .full }.compactMap { part in
        part.result.map { self.part($0, label: "The benchmark's own procedure", listing: .nothing) }
      }
      comparisons += result.effective.map { part($0, label: "In effect", listing: .nothing) }
    }
    let checks = result.parts.map { part -> EvidenceReport.CheckPart in
      let first = listed[part.id]
      listed[part.id] = first ?? index
      return self.part(part, listing: first.map { .under($0) } ?? .here)
    }
    return EvidenceReport.Control(
      id: control.id, title: control.title, requirement: control.requirement,
      status: result.status.rawValue, explanation: result.explanation,
      method: method + (control.assessment.map { " · the framework says: \($0)" } ?? ""),
      level: control.level, checks: checks, attestations: control.attestations,
      comparisons: comparisons)
  }

  /// Where the findings of a check are listed.
  private enum Listing {
    case here
    case under(Int)
    case nothing
  }

  private func part(_ part: ControlResult.Part, listing: Listing) -> EvidenceReport.CheckPart {
    guard let result = part.result else {
      return EvidenceReport.CheckPart(
        id: part.id, title: CheckCatalog.title(part.id), strength: part.strength.rawValue,
        status: ControlStatus.manual.rawValue, result: "not automated in this version", findings: [],
        more: 0, gaps: [])
    }
    return self.part(result, label: part.strength.rawValue, listing: listing)
  }

  private func part(_ result: CheckResult, label: String, listing: Listing) -> EvidenceReport.CheckPart {
    let hasSomething = !result.findings.isEmpty || !result.notEvaluated.isEmpty
    var findings: [EvidenceReport.Finding] = []
    var gaps: [CheckResult.Outcome] = []
    var more = 0
    var listedUnder: Int?
    switch listing {
    case .here:
      findings = result.findings.prefix(ReportBuilder.mostFindings).map(finding)
      gaps = Array(result.notEvaluated.prefix(ReportBuilder.mostFindings))
      more = result.findings.count - findings.count + result.notEvaluated.count - gaps.count
    case .under(let index): listedUnder = hasSomething ? index : nil
    case .nothing: break
    }
    return EvidenceReport.CheckPart(
      id: result.check.id, title: result.check.title, strength: label, status: result.status.rawValue,
      result: "\(result.passed) of \(result.counted) \(result.population) pass", findings: findings,
      more: more, gaps: gaps.map { .init($0.subject.title, $0.reason) }, listedUnder: listedUnder)
  }

  private func finding(_ finding: CheckResult.Finding) -> EvidenceReport.Finding {
    let origin = finding.storePath.flatMap { origins[$0] }.map { entry in
      let actor =
        switch entry.change.actor.source {
        case .audit: "made by \(entry.change.actor.name ?? "?"), as the API server's audit log says"
        case .managedFields: "the tool \(entry.change.actor.name ?? "?") wrote last, as managedFields say"
        case .commit: "\(entry.change.actor.name ?? "?"), as the commit says"
        case .unknown: "actor unknown"
        }
      return
        "Since commit \(entry.snapshot.commit.prefix(10)), seen \(Moment(milliseconds: entry.snapshot.capturedTo).text); \(actor)"
    }
    let place = [finding.storePath, finding.yamlPath].compactMap(\.self).joined(separator: ": ")
    return EvidenceReport.Finding(
      subject: finding.subject.title, message: finding.message, place: place.isEmpty ? nil : place,
      origin: origin, remedy: finding.remedy, yaml: finding.remedyYAML)
  }

  // MARK: Foot

  private func commands(_ frameworks: [Framework], commit: String) -> [String] {
    // A framework of one's own is known by its file alone, wherever that is: FILE stands for it.
    let options = frameworks.map { "--framework \(FrameworkCatalog.framework($0.id) == nil ? "FILE" : $0.id)" }
    return options.map { "ambit check \($0) --cluster \(history.cluster) --at \(commit)" } + [
      "ambit report \(options.joined(separator: " ")) --cluster \(history.cluster) --at \(commit) -o DIR",
      "git -C STORE show --stat \(commit)",
      "git -C STORE ls-tree -r \(commit)",
      "git -C STORE fsck --strict",
    ]
  }

  private static let limits = [
    "Results are modelled: networking.k8s.io/v1 NetworkPolicy is evaluated with full selector semantics. Policies of other kinds are recorded; what they can affect is not evaluated.",
    "A namespace denies by default where every workload and a new pod without labels are isolated and no rule lets everyone through on every port.",
    "Blocks that together, in one rule or across the rules of a workload, cover at least half of the IPv4 addresses, or of the IPv6 addresses in use, count as everyone; nine tenths of a protocol's ports count as every port.",
    "Workloads on the host's network are outside of network policy and are listed by NP-COV-06.",
    "A check that maps to a control in full decides it; one that maps in part leaves it to a person; context decides nothing.",
    "An actor from managedFields is the name that a program gave itself, not a person.",
  ]
}
