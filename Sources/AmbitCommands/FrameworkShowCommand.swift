import AmbitKit
import ArgumentParser
import Controls
import KubeModel

struct FrameworkShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a framework's controls, one control, or who maps a check",
    discussion: """
      Of a framework: its controls with the checks that they map to, and what the file does not cover. Of FRAMEWORK/CONTROL: \
      all that the file says of it. Of a check's id: the controls of all built-in frameworks that it speaks to.

      Example: ambit framework show nist-800-53 --baseline fedramp-moderate
      """)

  @Argument(help: "A framework's id, alias or file; with '/' and a control's id; or a check's id") var name: String

  @Option(name: .long, help: ArgumentHelp("Only the controls of this baseline of the framework", valueName: "name"))
  var baseline: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    if CheckCatalog.knownIDs.contains(name.uppercased()) {
      try refuseBaseline("a check")
      FrameworkOutput.mappings(of: name.uppercased(), in: FrameworkCatalog.all).print(output.output)
      return
    }
    let reference = try FrameworkReference(name)
    if let control = reference.control {
      try refuseBaseline("one control")
      FrameworkOutput.control(control, of: reference.framework).print(output.output)
      return
    }
    let framework = reference.framework
    try FrameworkOutput.framework(framework, of: baseline.map(framework.baseline(named:))).print(output.output)
  }

  private func refuseBaseline(_ what: String) throws {
    guard baseline != nil else { return }
    throw AmbitError(.usage, "'\(name)' is \(what) and has no baselines", hint: "leave out --baseline, or name a framework")
  }
}
