package import HistoryIndex
internal import Integrity
package import KubeModel
internal import SnapshotStore

/// How the record of one cluster stands: whether it is fresh, whole, signed and elsewhere too.
package struct RecordStatus: Sendable {
  /// Commits that another store is not known to have.
  package struct Unpushed: Sendable, Hashable {
    /// The remote, by the name under which `ambit sync` remembers it.
    package let remote: String
    package let snapshots: Int
    package let observations: Int
  }

  package let cluster: String
  /// The last reading that did not fail.
  package let last: IndexedObservation?
  package let lastComplete: IndexedObservation?
  /// The last reading where it failed, and how many failed in a row.
  package let failure: (last: IndexedObservation, count: Int)?
  /// Kinds that the last reading did not read, with the reason; sorted.
  package let unread: [(kind: String, reason: String)]
  /// Commits at the ends of the history that bear no signature, where commits are to be signed.
  package let unsigned: [String]
  package let unpushed: [Unpushed]
  package let isInterrupted: Bool
  /// Whether the index was behind the history when this was asked.
  package let isIndexBehind: Bool
  private let now: Moment

  /// Time since the last reading that did not fail; negative where its clock was ahead.
  package var age: Duration? { last.map { .milliseconds(now.milliseconds - $0.capturedTo) } }

  /// How far two machines' clocks may be apart.
  private static let clockTolerance: Duration = .seconds(120)

  /// Whether the record is as fresh as it has to be: a reading that is said to be of the future tells nothing.
  package func isFresh(within maxAge: Duration?) -> Bool {
    guard let age else { return false }
    return age >= .zero - RecordStatus.clockTolerance && maxAge.map { age <= $0 } != false
  }

  /// - Parameter isSigned: whether commits are to be signed.
  package init(of cluster: String, in ambit: Ambit, isSigned: Bool, now: Moment) throws {
    self.cluster = cluster
    self.now = now
    let store = ambit.store
    let heads = try store.heads(of: cluster)
    isInterrupted = store.hasInterruptedRecording(cluster)
    let (state, observation) = try ambit.index.read { (try $0.indexedHead(cluster), try $0.indexedObservation(cluster)) }
    isIndexBehind = state != heads.state?.description || observation != heads.observation?.description
    try ambit.catchUp(cluster)
    (last, lastComplete) = try ambit.index.read {
      (try $0.lastObservation(in: cluster), try $0.lastCompleteObservation(in: cluster))
    }
    failure = try ambit.index.read { try $0.failures(in: cluster) }
    let kinds = Dictionary((last?.coverage ?? []).compactMap { kind in kind.unreadReason.map { (kind.qualifiedName, $0) } }) {
      first, _ in first
    }
    unread = kinds.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    unsigned = try !isSigned
      ? []
      : [heads.state, heads.observation].compactMap(\.self).filter {
        try CommitSignature.split(store.commitBytes($0)) == nil
      }.map(\.description)
    unpushed = try RecordStatus.unpushed(cluster, heads, in: store)
  }

  /// What each remote that a sync met is not known to have.
  private static func unpushed(_ cluster: String, _ heads: HistoryHeads, in store: SnapshotStore) throws -> [Unpushed] {
    let prefix = "refs/ambit/remotes/"
    let remotes = Set(try store.references(under: prefix).compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) })
    return try remotes.sorted().compactMap { remote in
      func count(_ reference: String, _ head: ObjectName?) throws -> Int {
        guard let shared = SharedReference(reference) else { return 0 }
        return try store.relation(of: head, to: store.target(of: shared.tracking(remote))).here.count
      }
      let unpushed = Unpushed(
        remote: remote, snapshots: try count(SnapshotStore.branch(cluster), heads.state),
        observations: try count(SnapshotStore.observations(cluster), heads.observation))
      return unpushed.snapshots + unpushed.observations > 0 ? unpushed : nil
    }
  }
}
