import AmbitKit
import ArgumentParser
import Foundation
import KubeModel

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Exchange history with another store",
    discussion: """
      Fetches what the remote has more and pushes what this store has more, through stock git with its \
      credentials and ssh keys. Nothing is ever forced: where both sides have commits that the other lacks, \
      nothing moves, and the exit code is 1.

      Example: ambit sync ssh://git@git.example.com/ambit/fleet.git --cluster prod
      """)

  @Argument(help: "A remote of the store (`git remote`), a URL, or a path") var remote: String
  @OptionGroup var store: StoreOptions

  @Option(
    name: .long,
    help: ArgumentHelp("Only this cluster; all of the store if left out (can be repeated)", valueName: "name"))
  var cluster: [String] = []

  @OptionGroup var output: OutputOptions

  func run() async throws {
    var options = Synchronizer.Options(variables: ProcessInfo.processInfo.environment)
    options.clusters = cluster
    options.mayAsk = isatty(STDIN_FILENO) == 1
    if isatty(STDERR_FILENO) == 1 { options.progress = { Terminal.note("… \($0)") } }
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let outcome = try await Synchronizer(ambit, remote: remote, options).run()
    for word in outcome.words { Terminal.note("The server says: \(word)") }
    if outcome.ignored > 0 {
      Terminal.note("Passed over \(outcome.ignored) references of \(outcome.remote) that are not Ambit's")
    }
    if outcome.references.contains(where: { $0.result == .diverged }) {
      Terminal.note(
        "Diverged: two machines recorded one cluster. Nothing was moved; docs/fleets.md tells how to keep both histories")
    }
    SyncOutput.output(outcome).print(output.output)
    switch outcome.failure {
    case .findings: throw ExitCode(1)
    case .moved: throw ExitCode(FailureKind.locked.rawValue)
    case nil: break
    }
  }
}
