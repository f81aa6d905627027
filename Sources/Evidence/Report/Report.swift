package import Controls
internal import Integrity
internal import KubeModel

/// What assessments came to, arranged for those who read it: a manager, who owns a control, an auditor.
///
/// Pure: the same assessments give the same report, and nothing is left out of it.
package struct Report: Sendable {
  /// A control that fails, among all clusters and frameworks.
  struct Risk {
    let cluster: Int
    let framework: Int
    let control: Int
    /// Milliseconds of observed time in which it failed.
    let failing: Int64
    let openFindings: Int
  }

  /// What became of things since a former report.
  struct Changes {
    let pairs: [AssessmentComparison]
    /// What has no partner in the other report.
    let formerOnly: [ComparedAssessment]
    let nowOnly: [ComparedAssessment]
  }

  let title: String
  let tool: String
  let clusters: [ClusterReport]
  /// The worst first: by how long they failed, then by how many findings are open.
  let risks: [Risk]
  /// Nil where nothing was compared.
  let changes: Changes?
  /// Commands that check and make again what the report says.
  let commands: [String]
  /// What the report rests on, a thing a line.
  let basis: [String]
  /// The SHA-256 of the lines of `basis`, each with its end of line.
  package let digest: String

  /// - Parameters:
  ///   - tool: Name and version, such as `ambit 1.0.0`.
  ///   - commands: How a reader verifies it, a command a line.
  ///   - former: What a former report said, to tell what changed.
  package init(_ assessments: [Assessment], tool: String, commands: [String], since former: [ComparedAssessment]? = nil) {
    struct Key: Hashable {
      let cluster: String
      let commit: String
      let period: Range<Int64>
    }
    var order: [Key] = []
    var byCluster: [Key: [Assessment]] = [:]
    for assessment in assessments {
      let key = Key(cluster: assessment.subject.cluster, commit: assessment.subject.commit, period: assessment.period)
      if byCluster[key] == nil { order.append(key) }
      byCluster[key, default: []].append(assessment)
    }
    let clusters = order.compactMap { key in
      byCluster[key].flatMap { all in all.first.map { ClusterReport($0, Array(all.dropFirst())) } }
    }
    let basis = Report.basis(assessments, tool: tool)
    self.clusters = clusters
    self.tool = tool
    self.commands = commands
    self.basis = basis
    digest = SHA256Digest.hex(Array(basis.map { $0 + "\n" }.joined().utf8))
    risks = Report.risks(clusters)
    changes = former.map { former in
      let (pairs, formerOnly, nowOnly) = AssessmentComparison.pairs(from: former, to: assessments.map { ComparedAssessment($0) })
      return Changes(pairs: pairs, formerOnly: formerOnly, nowOnly: nowOnly)
    }
    let names = clusters.map(\.lead.subject.cluster)
    let shown = names.count > 3 ? "\(names.count) clusters" : names.joined(separator: ", ")
    title = "Network policy evidence: \(shown)"
  }

  private static func risks(_ clusters: [ClusterReport]) -> [Risk] {
    var risks: [Risk] = []
    for (clusterPlace, cluster) in clusters.enumerated() {
      for (frameworkPlace, framework) in cluster.frameworks.enumerated() {
        for (place, control) in framework.controls.enumerated() where control.hasFailure {
          risks.append(
            Risk(
              cluster: clusterPlace, framework: frameworkPlace, control: place,
              failing: control.assessed.timeline.length(of: .fail), openFindings: control.openFindings))
        }
      }
    }
    // Of equals the first comes first.
    return risks.enumerated().sorted {
      (-$0.element.failing, -$0.element.openFindings, $0.offset) < (-$1.element.failing, -$1.element.openFindings, $1.offset)
    }.map(\.element)
  }

  private static func basis(_ assessments: [Assessment], tool: String) -> [String] {
    var lines: [String] = [tool]
    for assessment in assessments {
      let subject = assessment.subject
      let (start, end) = (assessment.period.lowerBound, assessment.period.upperBound)
      lines.append("cluster \(subject.cluster) uid \(subject.uid ?? "unknown")")
      lines.append(assessment.isMoment ? "moment \(ReportTime.text(start)) UTC" : "period \(ReportTime.text(start..<end)) UTC")
      lines += subject.heads.map { "head \($0.ref) \($0.commit)" }
      lines.append("snapshot \(subject.commit) state \(subject.stateDigest)")
      lines.append("framework \(assessment.framework.id) \(assessment.framework.digest)")
      lines += assessment.registers.map { "register \($0.name) \($0.digest)" }
    }
    var seen: Set<String> = []
    return lines.map(HiddenText.escaped).filter { seen.insert($0).inserted }
  }
}
