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
      Writes report.html, report.md and report.json. The same store and arguments give the same bytes: without --at and \
      --period, the moment is that of the last reading. Over a period, each control has its history, with who opened and \
      who closed each violation.

      Examples: ambit report --framework cis --framework pci -o evidence/, \
      ambit report --framework pci --period 2026-Q1 -o q1/ --since-report q4/report.json
      """)

  @OptionGroup var assessed: AssessmentOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The framework (can be repeated)", valueName: "name"))
  var framework: [String]

  @Option(name: .long, help: ArgumentHelp("Only the controls of this baseline of the framework", valueName: "name"))
  var baseline: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The directory to write into", valueName: "dir"))
  var output: String

  @Option(
    name: .long,
    help: ArgumentHelp("The report.json of a former report, or a file that `check -o json` wrote: tells what changed since", valueName: "file"))
  var sinceReport: String?

  @Option(
    name: .long,
    help: ArgumentHelp("A directory with files of your own in place of some of templates/", valueName: "dir"))
  var templates: String?

  func validate() throws {
    if baseline != nil && framework.count > 1 { throw ValidationError("--baseline goes with one --framework") }
  }

  func run() throws {
    let frameworks = try framework.map { try Framework.named($0).confined(toBaseline: baseline) }
    let former = try sinceReport.map(ReportCommand.former)
    // The commit of the last reading, so that the clock is not in the report.
    let targets = try assessed.targets(drawsFlows: true, defaultMoment: "HEAD")
    let assessments = try targets.flatMap { target in try frameworks.map { try target.assessment(of: $0) } }
    let report = Report(assessments, tool: "ambit \(Ambit.version)", commands: commands(assessments), since: former)
    let writer: ReportWriter
    do {
      writer = try ReportWriter(overrides: overrides())
    } catch let error as AmbitError {
      throw error
    } catch {
      throw AmbitError(
        .badInput, "a template in '\(templates ?? "")' does not read", hint: "compare it with the one in templates/", cause: error)
    }
    let export = Export(assessments, version: Ambit.version, former: former ?? [])
    try write([
      ("report.html", Array(try writer.html(report).utf8)), ("report.md", Array(try writer.markdown(report).utf8)),
      ("report.json", export.bytes(.json)),
    ])
    Terminal.note(
      assessments.contains(where: \.hasFailure) ? "Controls fail; the report says which and why" : "No control fails")
  }

  private static func former(_ name: String) throws -> [ComparedAssessment] {
    guard let data = FileManager.default.contents(atPath: name) else {
      throw AmbitError(.notFound, "'\(name)' cannot be read", hint: "name the report.json of a former report")
    }
    return try ComparedAssessment.read(Array(data), name: name)
  }

  /// How a reader makes it again, and looks at what it rests on.
  private func commands(_ assessments: [Assessment]) -> [String] {
    // A framework of one's own is known by its file alone, wherever that is: FILE stands for it.
    let options = framework.map { "--framework \(FrameworkCatalog.framework($0) == nil ? "FILE" : $0)" }.joined(separator: " ")
    var commands: [String] = []
    var seen: Set<String> = []
    for assessment in assessments where seen.insert(assessment.subject.cluster).inserted && !assessment.subject.commit.isEmpty {
      let (cluster, commit) = (assessment.subject.cluster, assessment.subject.commit)
      let time = Moment(milliseconds: assessment.period.lowerBound).text
      let span = assessment.isMoment ? "--at \(commit)" : "--period \(time)..\(Moment(milliseconds: assessment.period.upperBound).text)"
      commands += [
        "ambit report \(options) --cluster \(cluster) \(span) -o DIR", "git -C STORE show --stat \(commit)",
        "git -C STORE ls-tree -r \(commit)",
      ]
    }
    return commands + ["git -C STORE fsck --strict", "ambit verify --store STORE"]
  }

  private func write(_ files: [(name: String, bytes: [UInt8])]) throws {
    let directory = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw AmbitError(
        .notPermitted, "the directory '\(directory)' cannot be made", hint: "name one that is there, or that may be made", cause: error)
    }
    for (name, bytes) in files {
      let path = "\(directory)/\(name)"
      do {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
      } catch {
        throw AmbitError(.notPermitted, "'\(path)' cannot be written", hint: "check the directory's permissions", cause: error)
      }
      Terminal.print(HiddenText.escaped(path))
    }
  }

  private func overrides() throws -> [String: String] {
    guard let templates else { return [:] }
    var found: [String: String] = [:]
    for name in ReportWriter.names {
      guard let data = FileManager.default.contents(atPath: "\(templates)/\(name)") else { continue }
      guard let text = String(data: data, encoding: .utf8) else {
        throw AmbitError(.badInput, "'\(templates)/\(name)' is not UTF-8", hint: "save it as UTF-8")
      }
      found[name] = text
    }
    guard !found.isEmpty else {
      throw AmbitError(.badInput, "'\(templates)' holds no template", hint: "it needs one of \(ReportWriter.names.joined(separator: ", "))")
    }
    return found
  }
}
