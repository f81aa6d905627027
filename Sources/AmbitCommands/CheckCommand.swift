import AmbitKit
import ArgumentParser
import Controls
import KubeModel

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Answer the checks, or a framework's controls, at a moment or over a period",
    discussion: """
      Over a period, each status is told with its share of the time in which somebody looked, and with the violations in \
      it; gaps are listed and left out.

      Exit code 1 where a check fails, or a control of --framework; 2 where none fails and one could not be \
      evaluated.

      Examples: ambit check --framework cis --at 2026-11-23, ambit check --framework pci --period 2026-Q1
      """)

  @OptionGroup var assessed: AssessmentOptions
  @OptionGroup var namespaces: NamespaceOptions

  @Option(
    name: [.short, .long],
    help: "The format: table, json, yaml or csv; with --framework also oscal, sarif, junit, policyreport or in-toto")
  var output: AssessmentFormat = .table

  @Option(name: .long, help: ArgumentHelp("Only the controls of this baseline of the framework", valueName: "name"))
  var baseline: String?

  @Option(name: [.short, .long], help: ArgumentHelp("Controls of this framework instead of checks", valueName: "name"))
  var framework: String?

  @Argument(help: "Only these checks, such as NP-COV-02") var checks: [String] = []

  @Flag(name: .long, help: "Also list the findings of each check") var findings = false

  func validate() throws {
    if framework != nil && (!checks.isEmpty || namespaces.namespace != nil || findings) {
      throw ValidationError("--framework answers controls: leave out checks, --namespace and --findings")
    }
    if framework == nil && output.plain == nil { throw ValidationError("-o \(output.rawValue) goes with --framework") }
    if framework == nil && baseline != nil { throw ValidationError("--baseline goes with --framework") }
  }

  func run() throws {
    let framework = try framework.map { try Framework.named($0).confined(toBaseline: baseline) }
    let targets = try assessed.targets()
    let known = Set(CheckCatalog.all.map(\.id) + targets.flatMap { $0.assessor?.checks.map(\.check.id) ?? [] }).sorted()
    for id in checks where !known.contains(id) {
      throw AmbitError(
        .usage, "there is no check '\(id)'" + NearMiss.suffix(id, among: known), hint: "they are \(known.joined(separator: ", "))")
    }
    let statuses: [ControlStatus]
    let fails: Bool
    if let framework {
      let assessments = try targets.map { try $0.assessment(of: framework) }
      try output.print(assessments)
      statuses = assessments.flatMap { $0.controls.map(\.status) }
      fails = assessments.contains { $0.hasFailure }
    } else {
      let answered = targets.map { target in
        CheckOutput.Answered(target, checks: checks, namespace: namespaces.namespace)
      }
      CheckOutput.checks(answered, listsFindings: findings || !checks.isEmpty).print(output.plain ?? .table)
      statuses = answered.flatMap(\.statuses)
      fails = answered.contains(where: \.hasFailure)
    }
    for target in targets { CheckCommand.tell(target, isTable: output == .table) }
    if fails { throw ExitCode(1) }
    if statuses.contains(where: { [.notEvaluated, .error].contains($0) }) { throw ExitCode(2) }
  }

  /// What a reader of a table must know besides.
  private static func tell(_ target: AssessmentOptions.Target, isTable: Bool) {
    guard let assessor = target.assessor else {
      return Terminal.note("Warning: cluster '\(HiddenText.escaped(target.name))' is declared and was never read; nothing of it is evaluated")
    }
    guard isTable else { return }
    let isPeriod = !target.period.isEmpty
    let enforcement = assessor.lastEnforcement
    if !(enforcement.isKnown && enforcement.isOn) {
      let what = enforcement.isKnown ? "policy is not enforced" : "enforcement is not known"
      Terminal.note("Note: results are as modelled; \(what): \(enforcement.detail)")
    }
    let gaps = assessor.observed.gaps
    if isPeriod, !gaps.isEmpty {
      let length = gaps.reduce(0) { $0 + $1.range.upperBound - $1.range.lowerBound }
      Terminal.note(
        "Note: nobody looked in \(gaps.count) gap\(gaps.count == 1 ? "" : "s"), \(ElapsedTime.text(milliseconds: length)) in all; no share includes them")
    }
  }
}
