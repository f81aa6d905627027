import AmbitKit
import ArgumentParser
import Controls
import KubeModel

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Answer the checks at a moment",
    discussion: """
      Exit code 1 where a check fails, or a control of --framework; 2 where none fails and one could not be \
      evaluated.

      Example: ambit check --framework cis --at 2026-11-23
      """)

  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: [.short, .long], help: ArgumentHelp("Controls of this framework instead of checks", valueName: "name"))
  var framework: String?

  @Argument(help: "Only these checks, such as NP-COV-02") var checks: [String] = []

  @Flag(name: .long, help: "Also list the findings of each check") var findings = false

  func validate() throws {
    if framework != nil && (!checks.isEmpty || namespaces.namespace != nil || findings) {
      throw ValidationError("--framework answers controls: leave out checks, --namespace and --findings")
    }
  }

  func run() throws {
    for id in checks where CheckCatalog.check(id) == nil {
      let known = CheckCatalog.all.map(\.id)
      throw AmbitError(
        .usage, "there is no check '\(id)'" + NearMiss.suffix(id, among: known),
        hint: "they are \(known.joined(separator: ", "))")
    }
    let framework = try framework.map(Framework.named)
    let history = try moment.cluster.history()
    let evaluation = try Evaluation(history, at: history.point(moment.at))
    let statuses: [ControlStatus]
    let fails: Bool
    if let framework {
      let controls = evaluation.controls(of: framework)
      CheckOutput.controls(controls, framework, evaluation).print(output.output)
      statuses = controls.map(\.status)
      fails = controls.contains(where: \.hasFailure)
    } else {
      let asked = evaluation.results.filter { checks.isEmpty || checks.contains($0.check.id) }
      let results = namespaces.namespace.map { namespace in asked.map { $0.narrowed(to: namespace) } } ?? asked
      CheckOutput.results(results, evaluation, listsFindings: findings || !checks.isEmpty)
        .print(output.output)
      statuses = results.map(\.status)
      fails = results.contains { $0.outcomes.contains { $0.status == .fail } }
    }
    let enforcement = evaluation.state.enforcement
    if output.output == .table && !(enforcement.isKnown && enforcement.isOn) {
      let what = enforcement.isKnown ? "policy is not enforced" : "enforcement is not known"
      Terminal.note("Note: results are as modelled; \(what): \(enforcement.detail)")
    }
    if fails { throw ExitCode(1) }
    if statuses.contains(where: { [.notEvaluated, .error].contains($0) }) { throw ExitCode(2) }
  }
}
