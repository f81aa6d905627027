import AmbitKit
import ArgumentParser
import Foundation
import KubeModel

struct MaintainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maintain", abstract: "Make the store smaller, and drop nothing",
    discussion: """
      Joins the packs that recordings left into one, through stock git. Snapshots may be recorded and read \
      meanwhile. `ambit snapshot` joins small packs by itself when there are more than 50 \
      (`git -C STORE config ambit.autoPackLimit N`; 0: never).

      Example: ambit maintain
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let outcome = try await Maintainer(ambit, variables: ProcessInfo.processInfo.environment).run()
    if let damaged = outcome.damagedIndex {
      Terminal.note("Note: '\(damaged)' was put aside when the index was made again; it can be removed")
    }
    let (before, after) = (outcome.before, outcome.after)
    let loose = outcome.loose > 0 ? " and \(outcome.loose) loose \(outcome.loose == 1 ? "object" : "objects")" : ""
    let line =
      before == after
      ? "\(MaintainCommand.text(after)): nothing to do"
      : "\(MaintainCommand.text(before))\(loose) became \(MaintainCommand.text(after))"
    Output(
      text: line, kind: "Maintenance",
      value: [
        "looseObjects": .int(Int64(outcome.loose)), "before": MaintainCommand.value(before),
        "after": MaintainCommand.value(after),
      ]
    ).print(output.output)
  }

  private static func text(_ size: Maintainer.Size) -> String {
    "\(size.packs) \(size.packs == 1 ? "pack" : "packs") of \(size.bytes.megabytes)"
  }

  private static func value(_ size: Maintainer.Size) -> Value {
    ["packs": .int(Int64(size.packs)), "bytes": .int(Int64(size.bytes))]
  }
}
