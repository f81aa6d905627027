import AmbitKit
import ArgumentParser
import KubeModel
import SnapshotStore

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make an empty store",
    discussion: "Example: ambit init --store /var/lib/ambit/store.git")

  @OptionGroup var store: StoreOptions

  @OptionGroup var signing: SigningOptions

  @Flag(name: .long, help: "Do nothing where the store is there already")
  var ifMissing = false

  func run() throws {
    if ifMissing, (try? SnapshotStore.open(at: store.path)) != nil { return }
    let key = try signing.key(for: nil)
    _ = try SnapshotStore.create(at: store.path)
    let ambit = try store.open()
    if let key { ambit.sign(with: key) }
    try Journal(ambit).add(.initialised, "the store was made", by: .current, at: .now)
    Terminal.note("Made an empty store at \(store.path)")
    Terminal.note("Record a cluster into it with `ambit snapshot`")
  }
}
