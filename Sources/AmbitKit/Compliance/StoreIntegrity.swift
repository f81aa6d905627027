package import Controls
internal import KubeModel
internal import SnapshotStore

/// What verifying a store tells checks of the history.
package enum StoreIntegrity {
  /// Verifies the whole store; costs a look at every object.
  package static func facts(_ ambit: Ambit) throws -> RecordFacts.Integrity {
    let report = try StoreVerifier(ambit, StoreVerifier.Options()).run()
    let unlisted = report.unlisted.values.reduce(0, +)
    return RecordFacts.Integrity(
      problems: report.findings.map { "\($0.place): \($0.message)" } + (unlisted > 0 ? ["\(unlisted) more findings"] : []),
      anchors: try anchors(ambit, report))
  }

  /// What holds the history outside of this store, as far as the store knows.
  private static func anchors(_ ambit: Ambit, _ report: StoreReport) throws -> [String] {
    let prefix = "refs/ambit/remotes/"
    let remotes = Set(
      try ambit.store.references(under: prefix).compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) })
    return remotes.sorted().map { "remote \($0)" } + report.timeStamps.map { "time stamp over \($0.place)" }
  }
}
