import AmbitKit
import ArgumentParser
import KubeModel
import SnapshotStore

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show whether the record of each cluster is fresh, whole, signed and pushed",
    discussion: """
      Ends with 1 where the last reading that did not fail is older than --max-age, or there is none: an alarm \
      for a cron job or a watch that no longer runs.

      Example: ambit status --max-age 15m
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Only this cluster", valueName: "name"))
  var cluster: String?

  @Option(
    name: .long, help: ArgumentHelp("How old the last reading may be, such as 15m or 1h30m", valueName: "time"))
  var maxAge: TimeSpan?

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let isSigned = SigningOptions.isConfigured(in: ambit.store)
    let now = Moment.now
    let clusters = try cluster == nil ? ambit.store.clusters() : [ambit.find(cluster)]
    let statuses = try clusters.map { try RecordStatus(of: $0, in: ambit, isSigned: isSigned, now: now) }
    let isFresh = { (status: RecordStatus) in status.isFresh(within: maxAge?.duration) }
    StatusOutput.output(statuses, isFresh: isFresh).print(output.output)
    if statuses.isEmpty || !statuses.allSatisfy(isFresh) { throw ExitCode(1) }
  }
}
