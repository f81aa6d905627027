import ArgumentParser

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "report", abstract: "Write an evidence report")
  func run() throws {}
}
