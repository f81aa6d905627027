package import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// Records readings of clusters.
package struct Recorder {
  package struct Options: Sendable {
    package var capturedFrom: Moment
    package var capturedTo: Moment
    /// Whether someone gave the capture time.
    package var isTimeGiven: Bool
    /// The time of recording; the committer's date.
    package var recorded: Moment
    /// Lets another cluster's uid continue this branch.
    package var acceptsNewCluster = false

    package init(capturedFrom: Moment, capturedTo: Moment, isTimeGiven: Bool, recorded: Moment) {
      self.capturedFrom = capturedFrom
      self.capturedTo = capturedTo
      self.isTimeGiven = isTimeGiven
      self.recorded = recorded
    }
  }

  package struct Outcome: Sendable {
    package let commit: String?
    package let observation: String
    package let isChanged: Bool
    package let added: Int
    package let modified: Int
    package let deleted: Int
    /// Objects of unread kinds that were kept as they were.
    package let carriedOver: Int
    package let objectCount: Int
  }

  private let ambit: Ambit

  package init(_ ambit: Ambit) { self.ambit = ambit }

  // MARK: Recording

  /// What the next reading of a cluster need not look at again.
  package func known(_ cluster: String) throws -> KnownObjects {
    let cluster = try ClusterName.validated(cluster)
    try Indexer(store: ambit.store, index: ambit.index).catchUp(cluster)
    guard let head = try ambit.store.head(of: cluster) else { return .none }
    let (state, versions) = try ambit.index.read { [commit = head.description] view in
      (try view.state(at: commit, in: cluster), try view.versions(in: cluster))
    }
    let uids = Dictionary(state.map { ($0.id, $0.uid) }, uniquingKeysWith: { first, _ in first })
    var objects: [ObjectID: KnownObjects.Object] = [:]
    for version in versions {
      guard let uid = uids[version.id] ?? nil else { continue }
      objects[version.id] = KnownObjects.Object(uid: uid, version: version.version)
    }
    return KnownObjects(commit: head.description, objects: objects)
  }

  /// Records a reading: a commit where the state changed, an observation always.
  package func record(_ reading: Reading, cluster: String, _ options: Options) throws -> Outcome {
    let cluster = try ClusterName.validated(cluster)
    // Another process may have recorded since the index was last looked at.
    try Indexer(store: ambit.store, index: ambit.index).catchUp(cluster)
    let head = try ambit.store.head(of: cluster)
    guard try ambit.index.read({ try $0.indexedHead(cluster) }) == head?.description else {
      throw StoreError(
        .moved, "another writer is recording '\(cluster)' at this moment", hint: "run the command again")
    }
    let observationHead = try ambit.store.observationHead(of: cluster)
    if let known = reading.knownCommit, known != head?.description {
      throw StoreError(
        .moved, "another reading of '\(cluster)' was recorded while this one was taken",
        hint: "run the command again")
    }
    let previous = try head.map { head in
      try ambit.index.read { [commit = head.description] in try $0.state(at: commit, in: cluster) }
    } ?? []
    let previousCluster = try clusterObject(of: previous)
    let previousFacts = previousCluster.map(ClusterFacts.init)
    try checkIdentity(reading, previousFacts, cluster: cluster, options)
    try checkTime(options, cluster: cluster)

    var layout = previousCluster.map(ClusterFacts.layout) ?? StoreLayout()
    let authority = ReadingAuthority(reading.coverage)
    let hasWorkloads = Set(
      previous.filter { $0.id.isWorkload }.compactMap(\.id.namespace))
    let objects = reading.objects.filter { object in
      // A workload that was read in part looks like less than it is, and may go by another name.
      !object.id.isWorkload || authority.decides(on: object.id)
        || !hasWorkloads.contains(object.id.namespace ?? "")
    }
    let readIDs = Set(objects.map(\.id))
    let kept = previous.filter { entry in
      entry.id.resource != StoredObject.clusterType.resource && !readIDs.contains(entry.id)
        && !authority.decides(on: entry.id)
    }
    layout.fit(objects.map(\.id) + kept.map(\.id))
    var changes = try changes(objects, previous: previous, kept: kept, layout: layout)
    var facts = Recorder.facts(reading, previousFacts)
    facts.unmodelledKinds = Set(
      objects.map(\.type) + kept.compactMap { ResourceCatalog.type(group: $0.id.group, kind: $0.kind) }
    ).filter { $0.role == .unmodelledPolicy }.map { "\($0.group)/\($0.kind)" }.sorted()
    changes.write(
      facts.object(cluster: cluster, layout: layout), at: StoreLayout.clusterFile,
      previous: previous.first { $0.path == StoreLayout.clusterFile }?.blob)

    let versionFiles = try versionFiles(objects, kept: kept, cluster: cluster, layout: layout)
    let outcome = try store(
      changes, versionFiles: versionFiles, reading: reading, cluster: cluster, head: head, observationHead: observationHead, options)
    try Indexer(store: ambit.store, index: ambit.index).catchUp(cluster)
    return Outcome(
      commit: outcome.state?.description, observation: outcome.observation.description,
      isChanged: outcome.isChanged, added: changes.added.count, modified: changes.modified.count,
      deleted: changes.deleted.count, carriedOver: kept.count,
      objectCount: objects.count + kept.count)
  }

  /// Records that a reading was tried and failed, and why: a gap that tells its reason.
  package func recordFailure(_ reason: String, cluster: String, scope: String?, _ options: Options) throws {
    let cluster = try ClusterName.validated(cluster)
    let head = try ambit.store.head(of: cluster)
    let record = ObservationRecord(
      capturedFrom: options.capturedFrom, capturedTo: options.capturedTo, result: "failed",
      reason: reason, state: nil, isComplete: false, isOneInstant: false,
      isTimeGiven: options.isTimeGiven, scope: scope, source: Reading.Source.server.text, coverage: [],
      diagnostics: [], notes: [])
    var known: [ObjectName: String] = [:]
    _ = try ambit.store.record(
      Recording(
        cluster: cluster, expectedHead: head,
        expectedObservation: try ambit.store.observationHead(of: cluster), edits: [:],
        observationKeeps: [ObjectVersions.folder],
        snapshot: { _ in self.text("", trailers: [], cluster, options) },
        observation: { _, _ in
          (
            [ObservationRecord.file: record.bytes],
            self.text(
              "observation: failed: \(reason)",
              trailers: self.commonTrailers(record) + [("Ambit-Kind", "observation")], cluster, options)
          )
        }), known: &known)
    try Indexer(store: ambit.store, index: ambit.index).catchUp(cluster)
  }

  // MARK: Checks before anything is written

  private func clusterObject(of entries: [StateEntry]) throws -> KubeObject? {
    guard let entry = entries.first(where: { $0.path == StoreLayout.clusterFile }),
      let name = ObjectName(hex: entry.blob)
    else { return nil }
    return try StoredObject(ambit.store.read(name))?.object
  }

  private func checkIdentity(
    _ reading: Reading, _ previous: ClusterFacts?, cluster: String, _ options: Options
  ) throws {
    guard let known = previous?.uid, !options.acceptsNewCluster else { return }
    if let uid = reading.facts.uid, uid != known {
      throw StoreError(
        .wrongCluster,
        "'\(cluster)' records the cluster with uid \(known); this reading is of another one, uid \(uid)",
        hint: "check --context, name another --cluster, or say --accept-new-cluster if it was rebuilt")
    }
    if reading.source == .manifests {
      throw StoreError(
        .wrongCluster, "'\(cluster)' records a live cluster; the input holds manifests, not its objects",
        hint: "record manifests under another --cluster")
    }
  }

  private func checkTime(_ options: Options, cluster: String) throws {
    guard options.capturedFrom.milliseconds >= 0 else {
      throw StoreError(
        .badTime, "a reading of \(options.capturedFrom.text) cannot be recorded: git knows no time before 1970",
        hint: "correct --at, or this machine's clock")
    }
    guard options.capturedTo <= options.recorded else {
      throw StoreError(
        .badTime, "the reading is said to be of \(options.capturedTo.text), which is yet to come",
        hint: "correct --at, or this machine's clock: it says \(options.recorded.text)")
    }
    let last = try ambit.index.read { view in
      try view.observations(cluster).last { $0.result != "failed" }?.capturedTo
    }
    guard let last, options.capturedTo.milliseconds < last else { return }
    throw StoreError(
      .timeBackwards,
      "the reading is of \(options.capturedTo.text), but '\(cluster)' is recorded up to \(Moment(milliseconds: last).text) already",
      hint: "record readings in the order of their times, or into another --cluster")
  }

  // MARK: Changes

  /// Files to write and to remove, and what changed by them.
  struct Changes {
    var edits: [String: [UInt8]?] = [:]
    var added: [ObjectID] = []
    var modified: [ObjectID] = []
    var deleted: [ObjectID] = []
    var evidence: [String: [UInt8]?] = [:]
    /// Moves an object's file to where the layout now has it; nothing where it is there.
    mutating func move(_ entry: StateEntry?, to path: String, in store: SnapshotStore) throws {
      guard let entry, path != entry.path, let blob = ObjectName(hex: entry.blob) else { return }
      edits[entry.path] = .some(nil)
      edits[path] = .some(try store.read(blob))
    }

    mutating func write(_ object: KubeObject, at path: String, previous: String?) {
      let bytes = CanonicalYAML.bytes(of: object.value)
      if previous.map({ $0 == SnapshotStore.blobName(of: bytes)?.description }) != true {
        edits[path] = .some(bytes)
      }
    }
  }

  private func changes(
    _ objects: [Reading.Object], previous: [StateEntry], kept: [StateEntry], layout: StoreLayout
  ) throws -> Changes {
    var changes = Changes()
    var gone = Dictionary(previous.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for object in objects {
      let path = layout.path(of: object.id)
      let old = gone.removeValue(forKey: object.id)
      guard case .read(let bytes, let evidence) = object.content else {
        try changes.move(old, to: path, in: ambit.store)
        continue
      }
      let isSame = old.map { $0.path == path && $0.blob == SnapshotStore.blobName(of: bytes)?.description }
      if isSame == true { continue }
      changes.edits[path] = .some(bytes)
      if let old, old.path != path { changes.edits[old.path] = .some(nil) }
      if old == nil { changes.added.append(object.id) } else { changes.modified.append(object.id) }
      if let evidence { changes.evidence[ObservationRecord.evidenceFile(path)] = .some(evidence) }
    }
    for entry in kept {
      gone[entry.id] = nil
      try changes.move(entry, to: layout.path(of: entry.id), in: ambit.store)
    }
    for entry in gone.values.sorted(by: { $0.path < $1.path })
    where entry.id.resource != StoredObject.clusterType.resource {
      changes.edits[entry.path] = .some(nil)
      changes.deleted.append(entry.id)
    }
    return changes
  }

  /// The files of `ObjectVersions` that are not as they were; of a namespace without versions, none is left.
  private func versionFiles(
    _ objects: [Reading.Object], kept: [StateEntry], cluster: String, layout: StoreLayout
  ) throws -> [String: [UInt8]?] {
    let before = Dictionary(
      try ambit.index.read { try $0.versions(in: cluster) }.map { ($0.id, $0.version) },
      uniquingKeysWith: { first, _ in first })
    var now: [ObjectID: ObjectVersion] = [:]
    // What was not read is still of the version in which it was last seen.
    for entry in kept { now[entry.id] = before[entry.id] }
    for object in objects { now[object.id] = object.version }
    var touched: Set<String?> = []
    for (id, version) in now where before[id] != version { touched.insert(id.namespace) }
    for id in before.keys where now[id] == nil { touched.insert(id.namespace) }
    guard !touched.isEmpty else { return [:] }
    let byNamespace = Dictionary(grouping: now.filter { touched.contains($0.key.namespace) }) { $0.key.namespace }
    var files: [String: [UInt8]?] = [:]
    for namespace in touched {
      let versions = byNamespace[namespace] ?? []
      files[ObjectVersions.file(namespace, layout)] =
        .some(
          versions.isEmpty
            ? nil
            : ObjectVersions.bytes(
              Dictionary(uniqueKeysWithValues: versions.map { ($0.key, $0.value) }), namespace: namespace))
    }
    return files
  }

  /// The facts of a reading; what a partial one did not see is as it was.
  private static func facts(_ reading: Reading, _ previous: ClusterFacts?) -> ClusterFacts {
    var facts = reading.facts
    guard let previous else { return facts }
    // How far the recorded state reaches, not how far this reading did: its observation tells that.
    facts.scope = previous.scope.flatMap { known in facts.scope.map { Set(known).union($0).sorted() } }
    facts.uid = facts.uid ?? previous.uid
    facts.serverVersion = facts.serverVersion ?? previous.serverVersion
    func isUnread(_ group: String, _ resource: String) -> Bool {
      reading.coverage.contains {
        $0.group == group && $0.resource == resource && $0.unreadReason != nil
      }
    }
    if isUnread("", "nodes") {
      facts.nodeAddresses = previous.nodeAddresses
      facts.podRanges = previous.podRanges
    }
    if isUnread("networking.k8s.io", "servicecidrs") { facts.serviceRanges = previous.serviceRanges }
    if reading.facts.scope != nil || isUnread("apps", "daemonsets") || isUnread("", "configmaps") {
      facts.enforcement = previous.enforcement
      facts.enforcementSettings = previous.enforcementSettings
    }
    return facts
  }

  // MARK: Storing

  private func store(
    _ changes: Changes, versionFiles: [String: [UInt8]?], reading: Reading, cluster: String, head: ObjectName?,
    observationHead: ObjectName?, _ options: Options
  ) throws -> Recorded {
    let known = try ambit.index.read { try $0.folderDigests() }
    var digests: [ObjectName: String] = [:]
    for (tree, digest) in known { if let name = ObjectName(hex: tree) { digests[name] = digest } }
    var record = ObservationRecord(
      capturedFrom: options.capturedFrom, capturedTo: options.capturedTo, result: "unchanged",
      reason: nil, state: nil, isComplete: reading.isComplete, isOneInstant: reading.isOneInstant,
      isTimeGiven: options.isTimeGiven, scope: reading.facts.scope?.first, source: reading.source.text, coverage: reading.coverage,
      diagnostics: reading.diagnostics.map(\.description), notes: reading.notes)
    let recorded = try ambit.store.record(
      Recording(
        cluster: cluster, expectedHead: head, expectedObservation: observationHead,
        edits: changes.edits, observationKeeps: [ObjectVersions.folder],
        snapshot: { digest in
          var text = self.text(
            Recorder.subject(changes),
            trailers: [("Ambit-Kind", "snapshot")] + self.commonTrailers(record)
              + [("Ambit-State-SHA256", digest)], cluster, options)
          text.body = Recorder.body(changes)
          return text
        },
        observation: { state, isChanged in
          record.state = state?.description
          record.result = isChanged ? "changed" : "unchanged"
          var files: [String: [UInt8]?] = changes.evidence
          files[ObservationRecord.file] = .some(record.bytes)
          files.merge(versionFiles) { $1 }
          return (
            files,
            self.text(
              "observation: \(record.result)\(record.isComplete ? "" : ", partial")",
              trailers: [("Ambit-Kind", "observation")] + self.commonTrailers(record)
                + (state.map { [("Ambit-State", $0.description)] } ?? []), cluster, options)
          )
        }), known: &digests)
    let new = digests.filter { known[$0.key.description] == nil }
    if !new.isEmpty {
      let entries = Dictionary(uniqueKeysWithValues: new.map { ($0.key.description, $0.value) })
      try ambit.index.write { try $0.keep(folderDigests: entries) }
    }
    return recorded
  }

  private func commonTrailers(_ record: ObservationRecord) -> [(key: String, value: String)] {
    [
      ("Ambit-Complete", record.isComplete ? "true" : "false"),
      ("Ambit-Scope", record.scope.map { "namespace \($0)" } ?? "cluster"),
      ("Ambit-Captured-From", record.capturedFrom.text), ("Ambit-Captured-To", record.capturedTo.text),
      ("Ambit-Time", record.isTimeGiven ? "given" : "clock"), ("Ambit-Source", record.source),
      ("Ambit-Version", Ambit.version),
    ]
  }

  private func text(
    _ subject: String, trailers: [(key: String, value: String)], _ cluster: String, _ options: Options
  ) -> CommitText {
    CommitText(
      author: Signature(name: "Ambit", email: "ambit@\(cluster)", time: options.capturedTo.seconds),
      committer: Signature(name: "Ambit", email: "ambit@\(cluster)", time: options.recorded.seconds),
      subject: subject, trailers: trailers)
  }

  private static func subject(_ changes: Changes) -> String {
    let counts = [
      (changes.added.count, "added"), (changes.modified.count, "changed"), (changes.deleted.count, "deleted"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "snapshot: " + (counts.isEmpty ? "facts of the cluster changed" : counts.joined(separator: ", "))
  }

  /// The changes by name, as far as a reader of `git log` will follow.
  private static func body(_ changes: Changes) -> [String] {
    let lines =
      changes.added.map { "+ \($0.title)" } + changes.modified.map { "~ \($0.title)" }
      + changes.deleted.map { "- \($0.title)" }
    guard lines.count > 50 else { return lines }
    return lines.prefix(50) + ["and \(lines.count - 50) more"]
  }
}
