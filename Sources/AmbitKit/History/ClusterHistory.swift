package import HistoryIndex
package import KubeModel
internal import ClusterReader
internal import SnapshotStore

/// The history of one cluster, for asking.
package struct ClusterHistory {
  package let ambit: Ambit
  package let cluster: String
  /// The clock, passed in.
  package let now: Moment

  package init(_ ambit: Ambit, cluster: String?, now: Moment) throws {
    self.ambit = ambit
    self.cluster = try ambit.cluster(cluster)
    self.now = now
  }

  // MARK: Moments and revisions

  /// A snapshot, and the moment that was asked for.
  package struct Point: Sendable {
    package let snapshot: IndexedSnapshot
    /// The last reading that saw this state at or before the moment.
    package let observation: IndexedObservation?
    package let moment: Moment
  }

  /// The state at a time, a date, `2h ago`, or a revision as git takes it; nil means now.
  ///
  /// A date means its end, so that the day's changes are in.
  package func point(_ when: String?) throws -> Point {
    if let when, Moment(when, now: now, day: .end) == nil {
      let commit = try commit(named: when)
      let found = try ambit.index.read { [cluster] in
        (try $0.snapshot(named: commit, in: cluster), try $0.lastObservation(of: commit, in: cluster))
      }
      guard let snapshot = found.0 else {
        throw AmbitError(
          .notFound, "'\(when)' is no snapshot of cluster '\(cluster)'",
          hint: "list what is there with `ambit log`")
      }
      let observation = try found.1 ?? observation(before: snapshot)
      return Point(
        snapshot: snapshot, observation: observation,
        moment: Moment(milliseconds: found.1?.capturedTo ?? snapshot.capturedTo))
    }
    let moment = when.flatMap { Moment($0, now: now, day: .end) } ?? now
    let found = try ambit.index.read { [cluster] view in
      (
        try view.snapshot(at: moment.milliseconds, in: cluster),
        try view.lastObservation(before: moment.milliseconds, in: cluster)
      )
    }
    guard let snapshot = found.0 else {
      throw AmbitError(
        .notFound, "cluster '\(cluster)' has no snapshot at or before \(moment.text)",
        hint:
          "see the first one with `ambit log --cluster \(cluster)`, and readings that failed with `--observations`")
    }
    return Point(snapshot: snapshot, observation: found.1, moment: moment)
  }

  /// The reading before a change that was committed by itself, out of an audit log: what that one did not look at, the
  /// state after the change does not tell either.
  private func observation(before snapshot: IndexedSnapshot) throws -> IndexedObservation? {
    guard let name = ObjectName(hex: snapshot.commit), try ambit.store.commit(name).trailer("Ambit-Kind") == "change"
    else { return nil }
    return try ambit.index.read { [cluster] in try $0.lastObservation(before: snapshot.capturedTo, in: cluster) }
  }

  private func commit(named revision: String) throws -> String {
    do {
      return try ambit.store.resolve(revision, cluster: cluster).description
    } catch {
      guard error.code == .noRevision else { throw error }
      throw AmbitError(
        .notFound, "'\(revision)' is neither a time nor a snapshot of cluster '\(cluster)'",
        hint: "\(Moment.forms); snapshots are listed by `ambit log`")
    }
  }

  /// The changes of the snapshot at a point, sorted by path.
  package func changes(at point: Point) throws -> [HistoryEntry] {
    var filter = HistoryView.Filter()
    filter.since = point.snapshot.capturedTo
    filter.until = point.snapshot.capturedTo
    return try ambit.index.read { [cluster, filter] in try $0.changes(cluster, filter) }
      .filter { $0.snapshot.commit == point.snapshot.commit }
  }

  // MARK: Objects

  /// What is in force at a point, sorted by path.
  package func entries(at point: Point) throws -> [StateEntry] {
    let commit = point.snapshot.commit
    return try ambit.index.read { [cluster] view in
      // A snapshot that another process took out of the index since it was found is not one without objects.
      guard try view.snapshot(named: commit, in: cluster) != nil else {
        throw AmbitError(
          .locked, "the index of '\(cluster)' was made again while it was read", hint: "run the command again")
      }
      return try view.state(at: commit, in: cluster)
    }
  }

  /// The bytes of a blob that the index tells of, which is a path's in a snapshot.
  package func text(of blob: String, at path: String, in commit: String) throws -> [UInt8] {
    guard let name = ObjectName(hex: blob) else {
      throw AmbitError(
        .badInput, "the index names no blob for '\(path)' in snapshot \(commit)",
        hint: "make it again with `ambit index rebuild`")
    }
    do {
      return try ambit.store.read(name)
    } catch {
      throw error.met(at: "'\(path)' in snapshot \(commit)")
    }
  }

  /// The error for a file of a state whose bytes are there and are no object in canonical form.
  static func unreadable(_ blob: String, at path: String, in commit: String) -> StoreError {
    StoreError.damaged(
      "'\(path)' in snapshot \(commit) is no object that Ambit records", inspect: "git cat-file -p \(blob)")
  }

  /// The object that an entry names.
  package func object(_ entry: StateEntry) throws -> StoredObject {
    guard let object = StoredObject(try text(of: entry.blob, at: entry.path, in: entry.commit)) else {
      throw ClusterHistory.unreadable(entry.blob, at: entry.path, in: entry.commit)
    }
    return object
  }

  /// The version of an object that a change brought; nil for a deletion.
  func object(_ entry: HistoryEntry) throws -> StoredObject? {
    let (change, commit) = (entry.change, entry.snapshot.commit)
    guard let blob = change.blob else { return nil }
    guard let object = StoredObject(try text(of: blob, at: change.path, in: commit)) else {
      throw ClusterHistory.unreadable(blob, at: change.path, in: commit)
    }
    return object
  }

  /// The last reading before a change was seen that looked at objects of its kind: the change came after it. Nil where
  /// there was none.
  package func readingBefore(_ entry: HistoryEntry) throws -> Moment? {
    try ambit.index.read { [cluster] view in
      try view.lastReading(before: entry.snapshot.commit, covering: entry.change.id, in: cluster)
    }.map { Moment(milliseconds: $0) }
  }

  /// The state as the engine and the checks see it.
  package func state(at point: Point) throws -> ClusterState {
    var enforcement = ClusterState.Enforcement(
      basis: .unknown, cni: nil, detail: "the store does not tell")
    var ranges = ClusterState.Ranges()
    var entries: [ClusterState.Entry] = []
    for entry in try self.entries(at: point) {
      let stored = try object(entry)
      if stored.type == StoredObject.clusterType {
        let facts = ClusterFacts(stored.object)
        enforcement = ClusterHistory.enforcement(facts.enforcement, coverage: point.observation?.coverage ?? [])
        ranges = facts.ranges
      } else {
        entries.append(
          ClusterState.Entry(object: stored.object, type: stored.type, path: entry.path))
      }
    }
    return ClusterState(
      cluster: cluster, entries: entries, coverage: point.observation?.coverage ?? [],
      enforcement: enforcement, ranges: ranges)
  }

  /// How enforcement is known, given what the last reading looked at: what an earlier one saw may no longer
  /// hold.
  static func enforcement(
    _ recorded: ClusterState.Enforcement, coverage: [KindCoverage]
  ) -> ClusterState.Enforcement {
    func unknown(_ reason: String) -> ClusterState.Enforcement {
      ClusterState.Enforcement(
        basis: .unknown, cni: recorded.cni, detail: "\(reason); before: \(recorded.detail)")
    }
    guard recorded.basis == .read else { return recorded }
    guard let daemonSets = coverage.first(where: { $0.qualifiedName == "daemonsets.apps" && $0.namespace == nil })
    else { return unknown("the last reading did not look at the DaemonSets of the whole cluster") }
    for kind in [daemonSets] + coverage.filter({ $0.qualifiedName == "configmaps" }) {
      if let reason = kind.unreadReason { return unknown("\(kind.qualifiedName) unread: \(reason)") }
    }
    return recorded
  }

  /// The facts of the cluster at a point; nil where the snapshot does not tell them.
  func facts(at point: Point) throws -> ClusterFacts? {
    try entries(at: point).first { $0.path == StoreLayout.clusterFile }.flatMap {
      ClusterFacts(try object($0).object)
    }
  }

  // MARK: Names

  /// The one object, past or present, that a reference names.
  package func object(named reference: ObjectReference) throws -> ObjectID {
    let type = reference.type.role == .folded ? ResourceCatalog.workloads : reference.type
    let (exact, all) = try ambit.index.read { [cluster] view in
      let exact = try view.objects(cluster, group: type.group, resource: type.resource, name: reference.name)
        .filter { reference.matches($0) }
      // Workloads go by the names of their controllers too; and a name that is none is compared with all.
      let isEnough = !exact.isEmpty && reference.type.role != .folded && type != ResourceCatalog.workloads
      return (exact, isEnough ? [] : try view.objects(cluster, group: type.group, resource: type.resource))
    }
    let known = all.isEmpty ? exact : all
    let matches = known.filter { reference.matches($0) }
    if let only = matches.first, matches.count == 1 { return only }
    if matches.count > 1 {
      let places = matches.map(\.title).prefix(8).joined(separator: ", ")
      throw AmbitError(
        .usage, "'\(reference.text)' names \(matches.count) objects: \(places)",
        hint: "say which with -n NAMESPACE, or KIND.GROUP/NAME")
    }
    let near = NearMiss.of(reference.text, among: known.map(\.reference))
    throw AmbitError(
      .notFound, "there never was an object '\(reference.text)' in cluster '\(cluster)'",
      hint: near.map { "did you mean '\($0)'?" } ?? "list what is there with `ambit list`")
  }
}
