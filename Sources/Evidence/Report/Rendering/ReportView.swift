internal import Controls

/// A report in the form that templates walk: dictionaries and lists of text, and tables whose rows are made already.
///
/// Names that end in `Rows` and `Markup` hold markup; all others hold text.
struct ReportView {
  let report: Report
  let format: any ReportFormat
  /// Pictures are for pages only.
  let hasPictures: Bool

  private static let mostRisks = 10

  var context: [String: Any] {
    let clusters = report.clusters.indices.map { ClusterView(report: report, number: $0, format: format, hasPictures: hasPictures) }
    let risks = report.risks.prefix(ReportView.mostRisks)
    let frameworks = clusters.flatMap(\.frameworks)
    return [
      "title": format.text(report.title), "digest": report.digest, "tool": format.text(report.tool),
      "clusters": clusters.map(\.context), "isFleet": clusters.count > 1,
      "cautions": cautions.map(format.text), "hasCautions": !cautions.isEmpty,
      "summaryRows": frameworks.map(\.summaryRow).joined(), "summaries": frameworks.map(\.summary),
      "formula": format.text(ControlTally.formula),
      "riskRows": risks.map { clusters[$0.cluster].riskRow($0) }.joined(), "hasRisks": !risks.isEmpty,
      "moreRisks": report.risks.count - risks.count, "hasMoreRisks": report.risks.count > risks.count,
      "notes": notes, "limits": ReportMethod.limits.map(format.text),
      "basis": format.block(report.basis.joined(separator: "\n")),
      "commands": format.block(report.commands.joined(separator: "\n")), "hasCommands": !report.commands.isEmpty,
      "comparison": report.changes.map { [ComparisonView(changes: $0, format: format).context] } ?? [],
    ]
  }

  /// What a framework's file says of itself and of what it leaves out, once for each framework.
  private var notes: [[String: Any]] {
    var seen: Set<String> = []
    return report.clusters.flatMap(\.frameworks).map(\.framework).filter { seen.insert($0.id + $0.digest).inserted }.map {
      [
        "framework": format.text("\($0.name) \($0.version)"), "source": format.text($0.source),
        "coverage": format.text($0.coverage ?? "The file does not say which part of the framework it speaks to."),
        "note": format.text($0.note ?? ""), "hasNote": $0.note != nil,
        "uncoveredRows": $0.uncovered.map { format.row([.text($0.id), .text($0.title)]) }.joined(), "hasUncovered": !$0.uncovered.isEmpty,
      ]
    }
  }

  private var cautions: [String] {
    var seen: Set<String> = []
    return report.clusters.flatMap { cluster in
      cluster.frameworks.flatMap(\.assessment.cautions).map {
        report.clusters.count > 1 ? "\(cluster.lead.subject.cluster): \($0)" : $0
      }
    }.filter { seen.insert($0).inserted }
  }
}

extension ReportFormat {
  /// What templates take for a status.
  func status(_ status: ControlStatus) -> [String: Any] {
    ["word": status.word, "icon": status.icon, "mark": status.mark]
  }
}
