internal import Controls
internal import Evidence
internal import Integrity
internal import KubeModel

/// All changes of the period, with the question that found them, and their count by other ways.
struct PackPopulation {
  /// What one cluster's changes came to.
  struct Part {
    let assessment: Assessment
    let population: RecordFacts.Population
    /// The snapshots with which records begin: what they bring was there before, and nobody is known to have changed it.
    let beginnings: Set<String>
  }

  static let table = "population/changes.csv"
  static let list = "population/ids.txt"
  /// The changes of the list that somebody made while it was recorded.
  static let made = "population/made.txt"

  private let parts: [Part]
  private let request: PackRequest
  private let changes: [UInt8]

  init(_ parts: [Part], _ request: PackRequest, version: String) {
    self.parts = parts
    self.request = request
    changes = Export(parts.map(\.assessment), version: version).bytes(.changes)
  }

  /// Oldest first, those of one cluster after the other's; each once, also where two clusters have one history.
  var ids: [String] { parts.flatMap { $0.assessment.changes.map(\.id) }.uniqued() }

  /// Those of them that a sample is drawn from.
  var madeIDs: [String] {
    parts.flatMap { part in part.assessment.changes.filter { !part.beginnings.contains($0.commit) }.map(\.id) }.uniqued()
  }

  /// The SHA-256 of the table: what an auditor has to know before they name a seed.
  var digest: String { SHA256Digest.hex(changes) }

  func files() -> [PackFile] {
    let list = PackFile(PackPopulation.list, lines: ids)
    return [
      PackFile(PackPopulation.table, changes, PackFile.MediaType.csv), list,
      PackFile(PackPopulation.made, lines: madeIDs), PackFile("population/QUERY.txt", lines: query(list)), reconciliation,
    ]
  }

  private func query(_ list: PackFile) -> [String] {
    var lines = ["Tool: ambit \(Ambit.version)", "Question: every step of an object from one snapshot to the next, by its first reading"]
    if case .period(let range) = request.when {
      lines += [
        "From: \(Moment(milliseconds: range.lowerBound).text)", "To, and not at: \(Moment(milliseconds: range.upperBound).text)",
      ]
    }
    for part in parts {
      lines.append("Cluster: \(HiddenText.escaped(part.assessment.subject.cluster)), \(part.assessment.changes.count) rows")
    }
    lines.append("Head of each history: heads.txt")
    lines.append("Rows: \(parts.reduce(0) { $0 + $1.assessment.changes.count })")
    lines.append("Of these made while it was recorded, without what was there when a record began: \(madeIDs.count) (made.txt)")
    lines.append("SHA-256 of changes.csv: \(digest)")
    lines.append("SHA-256 of ids.txt: \(list.digest)")
    return lines
  }

  /// The counts, and whatever one of them counts and another does not.
  private var reconciliation: PackFile {
    PackFile(
      csv: "population/reconciliation.csv", ["CLUSTER", "ROW", "ID", "COUNT", "CLASS", "PASS", "DETAIL"],
      parts.flatMap { part in
        let cluster = part.assessment.subject.cluster
        let population = part.population
        let differences = population.differences
        let agree = differences.map { $0 == population.commits } ?? false
        return [
          [cluster, "count", "changes of objects, by the index", "\(population.commits)", "", "", "the rows of changes.csv"],
          [
            cluster, "count", "paths that differ between snapshots, by git", differences.map(String.init) ?? "", "",
            agree ? "yes" : "no", agree ? "the same" : "they are to be the same",
          ],
          [
            cluster, "count", "requests that were applied, by audit logs", "\(population.events)", "", "",
            "each difference from the changes is a row below",
          ],
        ]
          + population.unmatched.map { difference in
            [
              cluster, "difference", difference.id, "1", difference.class.rawValue, difference.class == .unexplained ? "no" : "yes",
              difference.class == .unexplained ? "not a pass: \(difference.detail)" : difference.detail,
            ]
          }
      })
  }
}
