import AmbitKit
import ArgumentParser
import Controls
import Foundation
import KubeModel

struct FrameworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "framework", abstract: "List, show and check framework files",
    subcommands: [FrameworkListCommand.self, FrameworkShowCommand.self, FrameworkLintCommand.self])
}

struct FrameworkListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the frameworks",
    discussion: "Example: ambit framework list -o json")

  @OptionGroup var output: OutputOptions

  func run() {
    let frameworks = FrameworkCatalog.all
    var table = Table(["ID", "NAME", "VERSION", "CONTROLS", "ALIASES"])
    table.rows = frameworks.map {
      [$0.id, $0.name, $0.version, String($0.controls.count), $0.aliases.joined(separator: ",")]
    }
    Output(
      table: table, kind: "FrameworkList",
      value: [
        "frameworks": .list(
          frameworks.map {
            [
              "id": .string($0.id), "name": .string($0.name), "version": .string($0.version),
              "controls": .int(Int64($0.controls.count)), "sha256": .string($0.digest),
              "aliases": .list($0.aliases.map(Value.string)), "source": .string($0.source),
            ]
          })
      ]
    ).print(output.output)
  }
}

struct FrameworkShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a framework's controls and the checks that they map to",
    discussion: "Example: ambit framework show cis")

  @Argument(help: "The framework's id or alias") var name: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let framework = try Framework.named(name)
    var table = Table(["CONTROL", "LEVEL", "TITLE", "CHECKS"])
    table.rows = framework.controls.map { control in
      [
        control.id, control.level ?? "-", control.title,
        control.checks.isEmpty
          ? "-" : control.checks.map { "\($0.check) (\($0.strength.rawValue))" }.joined(separator: ", "),
      ]
    }
    Output(
      table: table, kind: "Framework",
      value: [
        "id": .string(framework.id), "name": .string(framework.name),
        "version": .string(framework.version), "source": .string(framework.source),
        "note": framework.note.map(Value.string) ?? .null, "sha256": .string(framework.digest),
        "controls": .list(
          framework.controls.map { control in
            [
              "id": .string(control.id), "title": .string(control.title),
              "requirement": .string(control.requirement),
              "level": control.level.map(Value.string) ?? .null,
              "assessment": control.assessment.map(Value.string) ?? .null,
              "checks": .list(
                control.checks.map {
                  ["id": .string($0.check), "strength": .string($0.strength.rawValue),
                    "title": .string(CheckCatalog.title($0.check))]
                }), "attestations": .list(control.attestations.map(Value.string)),
            ]
          }),
      ]
    ).print(output.output)
  }
}

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
