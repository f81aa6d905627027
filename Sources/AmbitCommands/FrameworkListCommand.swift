import ArgumentParser
import Controls

struct FrameworkListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the frameworks",
    discussion: """
      One row for each version, the newest of a framework first. A name without a version means the newest.

      Example: ambit framework list -o json
      """)

  @OptionGroup var output: OutputOptions

  func run() {
    FrameworkOutput.list(FrameworkCatalog.all).print(output.output)
  }
}
