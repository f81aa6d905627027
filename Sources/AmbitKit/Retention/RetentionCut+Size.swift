internal import Programs
internal import SnapshotStore

extension RetentionCut {
  /// How many bytes of the store only what goes takes up, before it is packed anew; nil where git cannot tell.
  ///
  /// - Parameter variables: the environment of the process, for git.
  package func bytesGone(in ambit: Ambit, variables: [String: String]) async throws -> Int? {
    guard !isEmpty else { return 0 }
    var git = StockGit(store: ambit.store.path, variables: variables) { $0 == "GIT_EXEC_PATH" }
    git.isolate()
    var lines = [goneSnapshots.last, goneObservations.last].compactMap { $0?.description }
    for name in [base].compactMap(\.self) + keptSnapshots + keptObservations {
      lines.append("^\(try ambit.store.commit(name).tree)")
    }
    let counted = try? await git.run(
      ["rev-list", "--objects", "--disk-usage", "--stdin"], input: Array(lines.map { "\($0)\n" }.joined().utf8),
      limit: .seconds(600))
    guard let counted, counted.isSuccess else { return nil }
    return GitCarrier.lines(counted.output).first.flatMap { Int($0) }
  }
}
