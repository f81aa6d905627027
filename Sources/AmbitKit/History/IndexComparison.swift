internal import FoundationEssentials
internal import HistoryIndex

/// Compares a store's index with one that is made from nothing.
package struct IndexComparison {
  /// The first line in which they differ; nil where they are the same.
  package let firstDifference: String?

  package init(_ ambit: Ambit) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/ambit-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let fresh = try HistoryIndex.open(path: "\(folder)/index.sqlite").index
    try Indexer(store: ambit.store, index: fresh).rebuild()
    let expected = try fresh.read { try $0.dump() }
    let found = try ambit.index.read { try $0.dump() }
    firstDifference =
      zip(expected, found).first { $0 != $1 }.map { "expected '\($0)', found '\($1)'" }
      ?? (expected.count == found.count ? nil : "\(expected.count) rows expected, \(found.count) found")
  }
}
