import AmbitKit
import ArgumentParser
import Foundation
import Integrity
import KubeModel
import SigningKeys
import SnapshotStore

struct RetainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retain", abstract: "Say what a retention period would drop, or write a store without it",
    discussion: """
      Without --to nothing is written. With it, a new store is made whose histories begin with the state at the \
      cut and a statement of what was cut; the commits that stay have new names, and the signatures of the \
      originals do not cover them. This store is never changed.

      Example: ambit retain --keep 13mo --to kept.git --sign ~/.ssh/ambit
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("What stays: 13mo, 2y, 90d, or a date to begin with", valueName: "period"))
  var keep: String

  @Option(name: .long, help: ArgumentHelp("The new store's path", valueName: "path"))
  var to: String?

  @Option(name: .long, help: ArgumentHelp("Sign the new commits with this SSH key", valueName: "key"))
  var sign: String?

  @Option(name: .long, help: ArgumentHelp("Who cuts, for the statement (environment: USER)", valueName: "name"))
  var by: String?

  func validate() throws {
    if to == nil && (sign != nil || by != nil) { throw ValidationError("--sign and --by are for a new store, with --to") }
  }

  func run() async throws {
    let now = Moment.now
    guard let start = RetentionPeriod.start(keep, now: now) else {
      throw AmbitError(.usage, "'\(keep)' is no period", hint: RetentionPeriod.forms)
    }
    guard start <= now else {
      throw AmbitError(.usage, "'\(keep)' is yet to come: nothing would stay", hint: RetentionPeriod.forms)
    }
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let cuts = try ambit.store.clusters().map { cluster in
      try ambit.catchUp(cluster)
      return try RetentionCut(cluster, before: start, in: ambit.store)
    }
    var sizes: [String: Int] = [:]
    for cut in cuts {
      sizes[cut.cluster] = try await cut.bytesGone(in: ambit, variables: ProcessInfo.processInfo.environment)
    }
    if let to { try await write(cuts, of: ambit, to: to, now) }
    let wouldBe = to == nil ? "would go" : "are not in '\(to ?? "")'"
    let gone = cuts.reduce((0, 0)) { ($0.0 + $1.goneSnapshots.count, $0.1 + $1.goneObservations.count) }
    Terminal.note("Before \(start.text): \(gone.0) snapshots and \(gone.1) observations \(wouldBe)")
    RetainOutput.output(cuts, sizes, start: start).print(output.output)
  }

  private func write(_ cuts: [RetentionCut], of ambit: Ambit, to path: String, _ now: Moment) async throws {
    let environment = ProcessInfo.processInfo.environment
    let new = try RetainedStore(path: path)
    if let sign {
      let key = try SigningKeyFile.load(path: sign, agentSocket: environment["SSH_AUTH_SOCK"])
      new.store.sign = { try CommitSignature.inserting(key.sign($0, namespace: "git"), into: $0) }
    }
    let who = by ?? environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
    try await RetainedHistory(of: ambit, into: new.store, by: who, now: now, variables: environment).write(cuts)
    let kept = Set(cuts.flatMap { ["refs/heads/\($0.cluster)", "refs/ambit/observations/\($0.cluster)"] })
    for reference in try ambit.store.references(under: "refs/") where !kept.contains(reference) {
      Terminal.note("Note: \(reference) was not carried over")
    }
    try new.finish()
  }
}
