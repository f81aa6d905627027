import AmbitKit
import ArgumentParser
import Controls
import Evidence
import Foundation
import KubeModel

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write an evidence report as HTML and Markdown",
    discussion: """
      Writes report.html and report.md. The same store and moment give the same bytes: without --at, the \
      moment is that of the last reading.

      Example: ambit report --framework cis --framework pci -o evidence/
      """)

  @OptionGroup var moment: MomentOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The framework (can be repeated)", valueName: "name"))
  var framework: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("The directory to write into", valueName: "dir"))
  var output: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A directory with templates of your own: report.html.mustache, report.md.mustache", valueName: "dir"))
  var templates: String?

  func run() throws {
    let frameworks = try framework.map(Framework.named)
    let history = try moment.cluster.history()
    // The commit of the last reading, so that the clock is not in the report.
    let point = try history.point(moment.at ?? "HEAD")
    let evaluation = try Evaluation(history, at: point)
    let report = try ReportBuilder(history, evaluation).report(frameworks)
    let renderer: ReportRenderer
    do {
      renderer = try ReportRenderer(overrides: overrides())
    } catch let error as AmbitError {
      throw error
    } catch {
      throw AmbitError(
        .badInput, "a template in '\(templates ?? "")' does not read",
        hint: "compare it with the one in templates/", cause: error)
    }
    let directory = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw AmbitError(
        .notPermitted, "the directory '\(directory)' cannot be made",
        hint: "name one that is there, or that may be made", cause: error)
    }
    for (name, contents) in [
      ("report.html", try renderer.html(report)), ("report.md", try renderer.markdown(report)),
    ] {
      let path = "\(directory)/\(name)"
      do {
        try Data(contents.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      } catch {
        throw AmbitError(
          .notPermitted, "'\(path)' cannot be written", hint: "check the directory's permissions", cause: error)
      }
      Terminal.print(HiddenText.escaped(path))
    }
    let failed = frameworks.contains { evaluation.controls(of: $0).contains(where: \.hasFailure) }
    Terminal.note(
      failed ? "Controls fail; the report says which and why" : "No control fails")
  }

  private func overrides() throws -> [String: String] {
    guard let templates else { return [:] }
    var found: [String: String] = [:]
    for name in ["report.html", "report.md"] {
      let path = "\(templates)/\(name).mustache"
      if let data = FileManager.default.contents(atPath: path) {
        guard let text = String(data: data, encoding: .utf8) else {
          throw AmbitError(.badInput, "'\(path)' is not UTF-8", hint: "save it as UTF-8")
        }
        found[name] = text
      }
    }
    guard !found.isEmpty else {
      throw AmbitError(
        .badInput, "'\(templates)' holds no template",
        hint: "it needs report.html.mustache or report.md.mustache")
    }
    return found
  }
}
