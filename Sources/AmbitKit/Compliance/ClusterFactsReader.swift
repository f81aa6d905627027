internal import ClusterReader
internal import KubeModel

/// Reads the cluster's own facts of a state.
enum ClusterFactsReader {
  /// - Parameters:
  ///   - item: the file of them; nil where the state has none.
  ///   - coverage: what the last reading looked at: what an earlier one saw of the CNI may no longer hold.
  static func facts(
    _ item: StateWalk.Item?, _ coverage: [KindCoverage], _ history: ClusterHistory
  ) throws -> ClusterFacts {
    guard let item else {
      return ClusterFacts(
        uid: nil, serverVersion: nil, scope: nil,
        enforcement: ClusterState.Enforcement(basis: .unknown, cni: nil, detail: "the store does not tell"),
        enforcementSettings: [:], podRanges: [], serviceRanges: [], nodeAddresses: [], unmodelledKinds: [])
    }
    let path = StoreLayout.clusterFile
    guard let stored = StoredObject(try history.text(of: item.blob, at: path, in: item.commit)) else {
      throw ClusterHistory.unreadable(item.blob, at: path, in: item.commit)
    }
    var facts = ClusterFacts(stored.object)
    facts.enforcement = ClusterHistory.enforcement(facts.enforcement, coverage: coverage)
    return facts
  }
}
