import AmbitKit
import ArgumentParser
import Controls
import Foundation
import KubeModel

struct FrameworkLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Check a framework file of your own",
    discussion: "Tells every error with its line. Example: ambit framework lint ours.yaml")

  @Argument(help: "The file") var file: String

  func run() throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw AmbitError(.badInput, "'\(file)' cannot be read", hint: "name a YAML file")
    }
    let (framework, problems) = FrameworkFile.read(Array(data))
    guard let framework, problems.isEmpty else {
      for problem in problems {
        Terminal.print(HiddenText.escaped("\(file):\(problem.line): \(problem.message)"))
      }
      Terminal.note("\(problems.count) problem\(problems.count == 1 ? "" : "s"); the format is described in docs/frameworks.md")
      throw ExitCode(FailureKind.badInput.rawValue)
    }
    Terminal.print(
      HiddenText.escaped(
        "\(file): \(framework.name) \(framework.version), \(framework.controls.count) controls, no problems"))
  }
}
