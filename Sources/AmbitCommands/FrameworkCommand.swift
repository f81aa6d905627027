import ArgumentParser

struct FrameworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "framework", abstract: "List, show, compare, export and check framework files",
    subcommands: [
      FrameworkListCommand.self, FrameworkShowCommand.self, FrameworkCrosswalkCommand.self, FrameworkExportCommand.self,
      FrameworkLintCommand.self,
    ])
}
