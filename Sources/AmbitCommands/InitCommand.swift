import ArgumentParser
import KubeModel
import SnapshotStore

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make an empty store",
    discussion: "Example: ambit init --store /var/lib/ambit/store.git")

  @OptionGroup var store: StoreOptions

  @Flag(name: .long, help: "Do nothing where the store is there already")
  var ifMissing = false

  func run() throws {
    if ifMissing, (try? SnapshotStore.open(at: store.path)) != nil { return }
    _ = try SnapshotStore.create(at: store.path)
    Terminal.note("Made an empty store at \(store.path)")
    Terminal.note("Record a cluster into it with `ambit snapshot`")
  }
}
