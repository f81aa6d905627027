package import KubeModel
package import SnapshotStore

/// Where the history of a cluster is cut: what goes, what stays, and the state in between.
package struct RetentionCut: Sendable {
  package let cluster: String
  package let start: Moment
  /// Oldest first. The last snapshot that goes is the one whose state the kept history begins with.
  package let goneSnapshots: [ObjectName]
  package let keptSnapshots: [ObjectName]
  package let goneObservations: [ObjectName]
  package let keptObservations: [ObjectName]
  /// When the first and the last of what goes were captured; nil where nothing goes.
  package let period: ClosedRange<Moment>?

  package var base: ObjectName? { goneSnapshots.last }
  package var isEmpty: Bool { goneSnapshots.isEmpty && goneObservations.isEmpty }

  /// Finds what was captured before a moment; costs a read of every commit.
  package init(_ cluster: String, before start: Moment, in store: SnapshotStore) throws {
    self.cluster = cluster
    self.start = start
    let heads = try store.presentHeads(of: cluster)
    let snapshots = try store.history(from: heads.state).map { try store.commit($0) }
    let observations = try store.history(from: heads.observation).map { try store.commit($0) }
    // In the order of the history: a clock that jumped does not take a part out of the middle.
    let firstKept = observations.firstIndex { RetentionCut.captured($0) >= start } ?? observations.endIndex
    let gone = observations[..<firstKept]
    let places = Dictionary(zip(snapshots.map(\.name), snapshots.indices), uniquingKeysWith: { first, _ in first })
    let seen = gone.compactMap { $0.trailer("Ambit-State").flatMap { ObjectName(hex: $0) }.flatMap { places[$0] } }.max()
    // Snapshots that no observation tells of count by their own time.
    let early = snapshots.firstIndex { RetentionCut.captured($0) >= start } ?? snapshots.endIndex
    let firstKeptSnapshot = observations.isEmpty || seen == nil ? early : (seen ?? -1) + 1
    goneSnapshots = snapshots[..<firstKeptSnapshot].map(\.name)
    keptSnapshots = snapshots[firstKeptSnapshot...].map(\.name)
    goneObservations = gone.map(\.name)
    keptObservations = observations[firstKept...].map(\.name)
    let times = (gone + snapshots[..<firstKeptSnapshot]).map(RetentionCut.captured)
    period = times.min().flatMap { first in times.max().map { first...$0 } }
  }

  private static func captured(_ commit: CommitRecord) -> Moment {
    commit.trailer("Ambit-Captured-To").flatMap { Moment(rfc3339: $0) } ?? Moment(milliseconds: commit.author.time * 1000)
  }
}
