import AmbitKit
import KubeModel

/// What a verification found.
enum VerifyOutput {
  static func output(_ report: StoreReport) -> Output {
    Output(
      table: nil, text: report.isGood ? HiddenText.escaped(summary(report)) : text(report), kind: "Verification",
      value: value(report))
  }

  /// A paragraph for each finding: names of objects are too long for columns.
  private static func text(_ report: StoreReport) -> String {
    let paragraphs = report.findings.map { finding in
      let lines = [finding.place, finding.message] + [finding.command.map { "$ \($0)" }].compactMap(\.self)
      return ([Style.bad(finding.code.rawValue)] + lines.map { "  \(HiddenText.escaped($0))" }).joined(separator: "\n")
    }
    let unlisted = report.unlisted.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\(Style.bad($0.key.rawValue))\n  \($0.value) more, which are not listed" }
    return (paragraphs + unlisted).joined(separator: "\n")
  }

  static func summary(_ report: StoreReport) -> String {
    let snapshots = report.clusters.reduce(0) { $0 + $1.snapshots }
    let observations = report.clusters.reduce(0) { $0 + $1.observations }
    let found = report.findings.count + report.unlisted.values.reduce(0, +)
    let verdict = report.isGood ? "Good" : count(found, "finding")
    return "\(verdict): \(count(report.objects, "object")), \(count(report.clusters.count, "cluster")), "
      + "\(count(snapshots, "snapshot")), \(count(observations, "observation")), "
      + lines(report) + "\(count(report.checkpoints, "checkpoint")); "
      + "\(count(report.goodSignatures, "commit")) signed, \(report.unsignedCommits) not"
  }

  /// The journal is always told; registers and reviews where there are any.
  private static func lines(_ report: StoreReport) -> String {
    var text = count(report.entries["journal"] ?? 0, "journal entry", "journal entries") + ", "
    if let number = report.entries["register"] { text += count(number, "version") + " of registers, " }
    if let number = report.entries["review"] { text += count(number, "record") + " of reviews, " }
    return text
  }

  private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(number) \(number == 1 ? one : many ?? "\(one)s")"
  }

  private static func value(_ report: StoreReport) -> Value {
    let findings = report.findings.map { finding in
      var map = Mapping([
        ("code", .string(finding.code.rawValue)), ("place", .string(finding.place)), ("message", .string(finding.message)),
      ])
      map["command"] = finding.command.map(Value.string)
      return Value.map(map)
    }
    let clusters = report.clusters.map { cluster in
      Value.map(
        Mapping([
          ("name", .string(cluster.name)), ("snapshots", .int(Int64(cluster.snapshots))),
          ("observations", .int(Int64(cluster.observations))),
        ]))
    }
    let unlisted = report.unlisted.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { ($0.key.rawValue, Value.int(Int64($0.value))) }
    return .map(
      Mapping([
        ("good", .bool(report.isGood)), ("findings", .list(findings)), ("unlisted", .map(Mapping(unlisted))),
        ("notes", .list(report.notes.map(Value.string))), ("objects", .int(Int64(report.objects))),
        ("clusters", .list(clusters)), ("journalEntries", .int(Int64(report.entries["journal"] ?? 0))),
        ("registerVersions", .int(Int64(report.entries["register"] ?? 0))),
        ("reviewRecords", .int(Int64(report.entries["review"] ?? 0))),
        ("checkpoints", .int(Int64(report.checkpoints))), ("goodSignatures", .int(Int64(report.goodSignatures))),
        ("unsignedCommits", .int(Int64(report.unsignedCommits))),
      ]))
  }
}
