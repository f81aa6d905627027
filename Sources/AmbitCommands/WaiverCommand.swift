import AmbitKit
import ArgumentParser
import Controls
import KubeModel
import Registers

struct WaiverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waiver", abstract: "Accept findings for a time, with somebody else's consent",
    discussion: """
      A waiver names findings by their fingerprints, which `ambit check CHECK -o json` tells. It holds from when it is \
      recorded until it expires, and never for another finding. What is waived is shown as a failure that is waived.
      """,
    subcommands: [WaiverAddCommand.self, WaiverListCommand.self, WaiverRemoveCommand.self])
}

struct WaiverAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Waive findings from now on",
    discussion: """
      Without --finding, every finding that the check has now is waived, or those of --namespace.

      Example: ambit waiver add NP-COV-06 -n monitoring --owner alice --approver bob --reason 'node exporter' \
      --expires 2026-12-31
      """)

  @Argument(help: "The check, such as NP-COV-06") var check: String
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var signing: SigningOptions
  @Option(name: .long, help: ArgumentHelp("A finding, by the beginning of its fingerprint; may be repeated", valueName: "fingerprint"))
  var finding: [String] = []
  @Option(name: [.short, .long], help: ArgumentHelp("Only findings in this namespace", valueName: "name")) var namespace: String?
  @Option(name: .long, help: "Who answers for it") var owner: String
  @Option(name: .long, help: "Who agreed; not the owner") var approver: String
  @Option(name: .long, help: "Why") var reason: String
  @Option(name: .long, help: ArgumentHelp("Until when it holds: a date, whose day is the last, or RFC 3339", valueName: "when"))
  var expires: String
  @Option(name: .long, help: ArgumentHelp("Since when it is said to hold; it holds from now on all the same", valueName: "when"))
  var from: String?
  @Option(name: .long, help: "What it is called by; made from what it covers if left out") var id: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Why, for the history", valueName: "text")) var message: String?

  func run() throws {
    let history = try cluster.history()
    try signing.set(up: history.ambit)
    let now = Moment.now
    let assessor = try Assessor(history, at: history.point(nil))
    let known = assessor.checks.map(\.check.id)
    guard known.contains(check) else {
      throw AmbitError(.usage, "there is no check '\(check)'" + NearMiss.suffix(check, among: known), hint: "see them with `ambit check`")
    }
    let fingerprints = try fingerprints(assessor)
    let expires = try PaperOptions.moment(expires, "--expires", now)
    guard expires > now else { throw AmbitError(.usage, "'\(self.expires)' is over", hint: "a waiver expires later than now") }
    let waiver = Waivers.Waiver(
      id: id ?? "W-\(Waivers.id(check, fingerprints))", check: check, fingerprints: fingerprints, clusters: [history.cluster],
      owner: owner, approver: approver, reason: reason, from: try from.map { try PaperOptions.moment($0, "--from", now).milliseconds },
      expires: expires.milliseconds)
    try PaperOptions.telling {
      try PaperBook(history.ambit).add(waiver, message: message, by: .current, at: now)
    }
    let count = fingerprints.count
    Terminal.print(HiddenText.escaped("waiver/\(waiver.id) in force from now on until \(expires.text), for \(count) finding\(count == 1 ? "" : "s") of \(check)"))
  }

  /// The findings that are meant, of those that are there.
  private func fingerprints(_ assessor: Assessor) throws -> [String] {
    let result = assessor.checks.first { $0.check.id == check }?.result
    let findings = (result?.findings ?? []).filter { namespace == nil || $0.subject.scope == namespace }
    let known = Set(findings.map { $0.fingerprint(of: check) })
    guard !finding.isEmpty else {
      guard !known.isEmpty else {
        throw AmbitError(.notFound, "\(check) has no finding\(namespace.map { " in namespace '\($0)'" } ?? "") now", hint: "see them with `ambit check \(check)`")
      }
      return known.sorted()
    }
    return try Set(
      finding.map { text in
        let matches = known.filter { $0.hasPrefix(text.lowercased()) }
        guard let only = matches.first, matches.count == 1, text.count >= 8 else {
          throw AmbitError(
            matches.count > 1 ? .usage : .notFound,
            matches.count > 1 ? "'\(text)' begins \(matches.count) fingerprints" : "\(check) has no finding '\(text)' now",
            hint: "`ambit check \(check) -o json` tells fingerprints; at least 8 digits name one")
        }
        return only
      }
    ).sorted()
  }
}

struct WaiverListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List waivers, and which are expired, expire soon or cover nothing",
    discussion: "Exit code 1 where one is expired or covers nothing. Example: ambit waiver list -o json")

  @OptionGroup var moment: MomentOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let history = try moment.cluster.history()
    let waivers = try Assessor(history, at: history.point(moment.at)).waivers
    var table = Table(["ID", "CHECK", "FINDINGS", "OWNER", "APPROVER", "EXPIRES (UTC)", "STANDING", "REASON"])
    table.rows = waivers.map { waiver in
      [
        waiver.id, waiver.check, String(waiver.fingerprints.count), waiver.owner, waiver.approver,
        Moment(milliseconds: waiver.expires).tableText, waiver.standings.map(\.rawValue).joined(separator: ", "), waiver.reason,
      ]
    }
    Output(
      table: table, kind: "WaiverList",
      value: [
        "waivers": .list(
          waivers.map { waiver in
            [
              "id": .string(waiver.id), "check": .string(waiver.check), "owner": .string(waiver.owner),
              "approver": .string(waiver.approver), "reason": .string(waiver.reason),
              "fingerprints": .list(waiver.fingerprints.map(Value.string)),
              "recorded": .string(Moment(milliseconds: waiver.recorded).text),
              "expires": .string(Moment(milliseconds: waiver.expires).text),
              "standings": .list(waiver.standings.map { .string($0.rawValue) }),
            ]
          })
      ], empty: "No waiver is in force"
    ).print(output.output)
    if waivers.contains(where: { $0.standings.contains { [.expired, .unmatched].contains($0) } }) { throw ExitCode(1) }
  }
}

struct WaiverRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a waiver out of force from now on",
    discussion: "What it covered until now stays covered. Example: ambit waiver remove W-1f2e3d4c -m 'fixed'")

  @Argument(help: "The waiver's id") var id: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("Why, for the history", valueName: "text")) var message: String?

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    try PaperBook(ambit).removeWaiver(id, message: message, by: .current, at: .now)
    Terminal.print(HiddenText.escaped("waiver/\(id) removed"))
  }
}
