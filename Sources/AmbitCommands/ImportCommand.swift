import AmbitKit
import ArgumentParser
import ClusterReader
import Foundation
import KubeModel
import SnapshotStore

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import the history of a git repository of manifests",
    discussion: """
      Each commit along first parents that touches the folder becomes a change with its author, time and message. What \
      was imported is passed over; after an interruption, the next run goes on. Charts of Helm and kustomizations are \
      not rendered: files that are no plain manifests are counted and named. The repository is only read, and nothing \
      that it configures is run.

      Exit code 2 where a file at the last commit does not read.

      Example: ambit import ~/deploy --path clusters/prod --cluster prod-intended
      """)

  @Argument(help: ArgumentHelp("A working copy or a bare repository", valueName: "repository")) var repository: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var manifests: RepositoryOptions

  @Option(
    name: .long,
    help: ArgumentHelp("The line of history in the store; the repository's name if left out", valueName: "name"))
  var cluster: String?

  func validate() throws {
    if output.output == .csv { throw ValidationError("what was imported is told as table, json or yaml") }
  }

  func run() async throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let variables = ProcessInfo.processInfo.environment
    let source = try await SourceRepository(path: repository, variables: variables)
    let line = cluster ?? ClusterName.cleaned(source.shortName)
    var options = RepositoryImporter.Options(path: manifests.path, branch: manifests.branch, cluster: line, now: .now)
    let progress = ProgressLine()
    options.progress = { progress.show(HiddenText.escaped($0)) }
    let outcome = try await RepositoryImporter(ambit, from: source, options).run()
    progress.clear()
    if outcome.commits > 0 {
      try Journal(ambit).add(
        .imported, cluster: line, "\(outcome.commits) commits of '\(source.name)' up to \(outcome.last.short)", by: .current,
        at: .now)
    }
    ImportOutput.output(outcome, from: source.name, into: line).print(output.output)
    for note in ImportOutput.notes(outcome) { Terminal.note(note) }
    if let note = await Maintainer(ambit, variables: variables).runIfDue() { Terminal.note("Note: \(note)") }
    if outcome.remainders?.contains(where: { $0.kind == .unread }) == true { throw ExitCode(2) }
  }
}
