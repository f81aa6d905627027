/// Change records of a cluster, as audit logs tell them: a line of commits beside its history.
extension SnapshotStore {
  package static func changes(_ cluster: String) -> String { "refs/ambit/changes/\(cluster)" }

  /// Adds a commit to a cluster's change records; durable when this returns.
  ///
  /// - Parameters:
  ///   - old: where the line stood when the edits were made.
  ///   - edits: files to write; the others stay.
  /// - Throws: `.moved` where another writer was faster.
  package func appendChanges(
    _ edits: [String: [UInt8]], _ text: CommitText, to cluster: String, onto old: ObjectName?
  ) throws(StoreError) -> ObjectName {
    let cluster = try ClusterName.validated(cluster)
    let lock = try WriterLock(cluster, in: path)
    defer { withExtendedLifetime(lock) {} }
    if let note = try recover(cluster) { notes.append(note) }
    try upgradeFormat()
    let reference = SnapshotStore.changes(cluster)
    guard try target(of: reference) == old else { throw StoreError.moved(cluster, nil) }
    let staging = try Staging()
    self.staging = staging
    defer { self.staging = nil }
    let before = try old.map { name throws(StoreError) in try commit(name).tree }
    let tree = try TreeEditor(store: self, staging: staging, digests: nil, keepsOthers: true)
      .edit(before, edits.mapValues { Optional($0) })
    let new = try make(text, tree, onto: old, staging)
    try publish(staging, cluster, [.init(reference: reference, old: old, new: new)]) {
      () throws(StoreError) in try self.target(of: reference) == old
    }
    return new
  }
}
