import AmbitKit
import KubeModel
import Reachability

/// Exposure for people: a line for each workload, direction, source and traffic.
struct ExposureTable {
  private let report: ExposureReport

  init(_ report: ExposureReport) { self.report = report }

  var text: String {
    var table = Table(["WORKLOAD", "DIRECTION", "PEER", "WHO", "THROUGH", "CONNECTIONS", "VERDICT"])
    for line in report.lines {
      table.rows.append([
        line.workload.qualifiedTitle, line.direction.rawValue,
        line.source.rawValue, line.who, line.through ?? "-", line.traffic, line.verdict.name,
      ])
    }
    return table.text
  }
}
