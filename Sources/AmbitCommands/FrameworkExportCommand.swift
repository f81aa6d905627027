import AmbitKit
import ArgumentParser
import Controls
import KubeModel

struct FrameworkExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print a built-in framework's file",
    discussion: """
      The bytes are those that reports name by their SHA-256. Change a copy, give it an id of its own, and check it with \
      `ambit framework lint`.

      Example: ambit framework export pci > ours.yaml
      """)

  @Argument(help: "The framework's id or alias") var name: String?

  @Flag(name: .long, help: "Print the JSON Schema of framework files instead") var schema = false

  func validate() throws {
    if schema == (name != nil) { throw ValidationError("name a framework, or give --schema") }
  }

  func run() throws {
    // Files end with the line break that printing adds.
    Terminal.print(String(try file().dropLast()))
  }

  private func file() throws -> String {
    guard let name else { return FrameworkCatalog.schema }
    guard let file = FrameworkCatalog.framework(name).flatMap(FrameworkCatalog.file) else {
      throw AmbitError(
        .usage, "there is no built-in framework '\(name)'" + NearMiss.suffix(name, among: FrameworkCatalog.names),
        hint: "see them with `ambit framework list`")
    }
    return file
  }
}
