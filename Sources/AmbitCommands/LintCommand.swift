import AmbitKit
import ArgumentParser
import KubeModel
import Reachability

extension LintSeverity: ExpressibleByArgument {}

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Find mistakes in policies",
    discussion: """
      Policies and rules that select nothing, are redundant, shadowed, too open, refused or not enforced: each \
      with a code, a place, what it means and what to do. Findings hold for the cluster as it is given.

      Exit code 1 where there are findings of --severity or over it; 2 where there are none and some input could \
      not be read.

      Example: ambit lint -f manifests/ --severity info
      """)

  @OptionGroup var options: ReachabilityOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "The least that a finding must weigh: error, warning or info")
  var severity: LintSeverity = .warning

  @Option(name: .long, help: ArgumentHelp("Leave out findings with this code (can be repeated)", valueName: "code"))
  var ignore: [String] = []

  func run() throws {
    let ignored = try ignore.map { text in
      guard let code = LintCode(rawValue: text.uppercased()) else {
        throw AmbitError(
          .usage, "there is no code '\(text)'" + NearMiss.suffix(text, among: LintCode.allCases.map(\.rawValue)),
          hint: "they are AL001 to \(LintCode.allCases.last?.rawValue ?? "")")
      }
      return code
    }
    let input = try options.input()
    let analysis = ReachabilityAnalysis(input.state, options.semantics(for: input.state))
    let report = LintReport(
      analysis, places: input.places, namespace: namespaces.namespace, severity: severity, ignored: Set(ignored))
    LintOutput.findings(report).print(output.output)
    if output.output == .table && !report.entries.isEmpty { Terminal.print("\n" + LintOutput.legend(report)) }
    if let reason = report.unknownPods {
      Terminal.note("Note: nothing was looked for that depends on which pods there are: \(reason)")
    }
    if report.lighterCount > 0 {
      Terminal.note("Note: findings that weigh less than \(severity.rawValue): \(report.lighterCount); --severity info lists them")
    }
    let unread = input.state.unreadPolicies()
    if let unread { Terminal.note("Warning: there may be policies that were not seen: \(unread)") }
    if !report.entries.isEmpty { throw ExitCode(1) }
    if !input.isWhole || unread != nil { throw ExitCode(2) }
  }
}
