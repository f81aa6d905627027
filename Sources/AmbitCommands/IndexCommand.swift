import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel
import SnapshotStore

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Care for the index, which is a cache of the store",
    subcommands: [IndexRebuildCommand.self, IndexCheckCommand.self])
}

struct IndexRebuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Make the index again from the store's history",
    discussion: "Example: ambit index rebuild")

  @OptionGroup var store: StoreOptions

  func run() throws {
    let ambit = try store.open()
    ambit.tellNotes()
    try Indexer(store: ambit.store, index: ambit.index).rebuild()
    Terminal.note("Indexed the history of \(try ambit.store.clusters().count) clusters again")
    ambit.tellNotes()
  }
}

struct IndexCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compare the index with one made from nothing",
    discussion: "Example: ambit index check")

  @OptionGroup var store: StoreOptions

  func run() throws {
    let ambit = try store.open()
    for cluster in try ambit.store.clusters() { try ambit.catchUp(cluster) }
    ambit.tellNotes()
    let difference = try IndexComparison(ambit).firstDifference
    if let difference {
      throw AmbitError(
        .bug, "the index differs from the store: \(difference)", hint: "make it again with `ambit index rebuild`")
    }
    Terminal.note("The index is what the store's history says")
  }
}
