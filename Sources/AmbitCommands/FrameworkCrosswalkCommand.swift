import AmbitKit
import ArgumentParser
import Controls

struct FrameworkCrosswalkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crosswalk", abstract: "Show the controls of one framework beside those of another",
    discussion: """
      Two controls are related where a check decides both; the strengths stand in brackets, the first framework's first. \
      'equal' means that the same checks cover all of both, 'subset' and 'superset' that they cover all of one and take part in \
      the other, 'intersects' that no more can be said, and 'context' that what they share decides nothing for one of them. It \
      tells how evidence for one serves the other; what the frameworks ask is not compared.

      Example: ambit framework crosswalk pci/1.2.7 iso27001
      """)

  @Argument(help: "The framework to start from, or with '/' and a control's id one control of it") var from: String
  @Argument(help: "The framework to find counterparts in") var to: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let from = try FrameworkReference(from)
    let to = try Framework.named(to)
    let crosswalk = Crosswalk(from.control.map { [$0] } ?? from.framework.controls, with: to)
    CrosswalkOutput.rows(crosswalk, from.framework, to).print(output.output)
    guard output.output == .table else { return }
    let related = crosswalk.rows.count { $0.counterparts.contains { $0.relation != nil } }
    Terminal.note("\(related) of \(crosswalk.rows.count) controls are related to some of \(to.id)")
  }
}
