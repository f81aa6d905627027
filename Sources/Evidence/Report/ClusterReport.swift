internal import Controls

/// All that is told of one cluster, for every framework at once.
struct ClusterReport {
  /// One framework's controls.
  struct FrameworkReport {
    let assessment: Assessment
    let tally: ControlTally
    let controls: [ControlReport]
    let trend: FailureTrend?

    var framework: Framework { assessment.framework }
  }

  /// The first of the cluster's assessments: what is the cluster's is the same in all.
  let lead: Assessment
  let frameworks: [FrameworkReport]
  /// Every check that any of the frameworks maps to, once.
  let checks: [CheckReport]
  let changes: [ChangeGroup]
  let flows: FlowMap
  let waivers: [AssessedWaiver]
  let attestations: [AssessedAttestation]
  /// Where a change stands in `changes`: by commit and path, and by commit alone.
  private let places: [String: Int]

  /// - Parameter assessments: of one cluster and one period; not empty.
  init(_ lead: Assessment, _ others: [Assessment]) {
    let assessments = [lead] + others
    self.lead = lead
    var checks: [CheckReport] = []
    var frameworks: [FrameworkReport] = []
    for (number, assessment) in assessments.enumerated() {
      var own: [String: Int] = [:]
      for check in assessment.checks {
        let place = checks.firstIndex { $0.isSame(as: check) } ?? checks.count
        if place == checks.count { checks.append(CheckReport(check)) }
        own[check.check.id] = place
      }
      let controls = assessment.controls.map { ControlReport($0, assessment.period, checks) { own[$0] } }
      for (index, control) in controls.enumerated() {
        for place in control.parts.compactMap(\.check) { checks[place].controls.append((number, index)) }
      }
      frameworks.append(
        FrameworkReport(
          assessment: assessment, tally: ControlTally(controls.map(\.assessed.status)), controls: controls,
          trend: FailureTrend(controls.map(\.assessed.timeline), assessment.period)))
    }
    self.frameworks = frameworks
    self.checks = checks
    changes = ChangeGroup.groups(lead.changes)
    let namespaces = Set(assessments.flatMap { $0.controls.flatMap { $0.namespaces.map(\.namespace) } })
    flows = FlowMap(lead.flows, namespaces: namespaces.sorted())
    waivers = ClusterReport.once(assessments.flatMap(\.waivers), by: \.id)
    attestations = ClusterReport.once(assessments.flatMap(\.attestations), by: \.id)
    var places: [String: Int] = [:]
    for (index, group) in changes.enumerated() {
      for change in group.changes {
        places["\(change.commit):\(change.path)"] = index
        if places[change.commit] == nil { places[change.commit] = index }
      }
    }
    self.places = places
  }

  /// Where in `changes` a change is told.
  func place(of reference: RecordedChange.Reference) -> Int? {
    reference.path.flatMap { places["\(reference.commit):\($0)"] } ?? places[reference.commit]
  }

  /// How much of the period somebody looked: milliseconds, of how many.
  var observed: (part: Int64, whole: Int64) {
    let whole = lead.period.upperBound - lead.period.lowerBound
    var (unseen, end) = (Int64(0), lead.period.lowerBound)
    for gap in lead.observed.gaps.map({ $0.range.clamped(to: lead.period) }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      unseen += max(0, gap.upperBound - max(end, gap.lowerBound))
      end = max(end, gap.upperBound)
    }
    return (whole - unseen, whole)
  }

  private static func once<Element>(_ elements: [Element], by id: KeyPath<Element, String>) -> [Element] {
    var seen: Set<String> = []
    return elements.filter { seen.insert($0[keyPath: id]).inserted }
  }
}
