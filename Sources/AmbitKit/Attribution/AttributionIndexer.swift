internal import Attribution
internal import HistoryIndex
internal import KubeModel
internal import SnapshotStore

/// Joins a cluster's change records with the versions of its objects, and keeps what comes of it in the index.
///
/// The whole is made anew where either has grown: who made a version can depend on what another log tells of another
/// object. Costs about a second for 10,000 records; nothing where no log was ever read.
struct AttributionIndexer {
  private let store: SnapshotStore
  private let index: HistoryIndex

  init(store: SnapshotStore, index: HistoryIndex) {
    self.store = store
    self.index = index
  }

  func catchUp(_ cluster: String) throws {
    guard let head = try store.head(of: .changes(of: cluster)) else { return }
    let (known, lastSnapshot) = try index.read { (try $0.attributed(cluster), try $0.lastSnapshotRow(cluster)) }
    guard known?.records != head.description || known?.lastSnapshot != lastSnapshot else { return }
    let kept = try ChangeLedger(store, cluster: cluster).all(at: head)
    let entries = kept.map { kept in
      AttributionJoin.Entry(
        kept.record,
        blob: kept.record.state.map { SnapshotStore.blobName(of: CanonicalYAML.bytes(of: $0.value)).description })
    }
    let join = AttributionJoin(entries)
    let (steps, observations) = try index.read { (try $0.steps(cluster), try $0.observations(cluster)) }
    let windows = ReadingWindows(observations)
    var found: [(step: IndexedStep, attribution: IndexedAttribution)] = []
    var unseen: [String: IndexedRecord.Unseen] = [:]
    let begin = (observations.first { $0.result != "failed" }?.capturedFrom).map { $0 * 1000 } ?? .max
    func note(_ steps: [Attribution.Step]) {
      for step in steps { unseen[step.record.id] = .init(actor: step.deciding.user?.name, cause: step.cause) }
    }
    var isJoined: Set<ObjectID> = []
    var start = 0
    while start < steps.count {
      let end = steps[start...].firstIndex { $0.object != steps[start].object } ?? steps.count
      let own = Array(steps[start..<end])
      start = end
      let id = own[0].id
      isJoined.insert(id)
      let versions = own.indices.map { place in
        windows.version(own[place], previousBlob: place > 0 ? own[place - 1].blob : nil)
      }
      let attributions = try join.attributions(of: id, versions) { place in
        guard place > 0, let blob = own[place - 1].blob.flatMap({ ObjectName(hex: $0) }) else { return [] }
        return try StoredObject(store.read(blob)).map { AttributionJoin.owners(of: $0.object) } ?? []
      }
      for (step, attribution) in zip(own, attributions) {
        if let attribution { found.append((step, IndexedAttribution(attribution))) }
      }
      note(join.unseen(of: id, attributed: attributions, since: begin))
    }
    for id in join.objects where !isJoined.contains(id) {
      note(join.unseen(of: id, attributed: [], since: begin))
    }
    let records = kept.map { IndexedRecord($0.record, blob: $0.blob, unseen: unseen[$0.record.id]) }
    try index.write { [found] writer in
      try writer.replaceAttributions(
        found, records: records, head: head.description, lastSnapshot: lastSnapshot, in: cluster)
    }
  }
}

/// In which time a version of an object came about, as far as readings tell.
private struct ReadingWindows {
  private let observations: [IndexedObservation]
  /// The place of the observation that first saw each snapshot.
  private let places: [String: Int]

  init(_ observations: [IndexedObservation]) {
    self.observations = observations.filter { $0.result != "failed" }
    places = Dictionary(
      self.observations.enumerated().compactMap { place, observation in observation.state.map { ($0, place) } },
      uniquingKeysWith: { first, _ in first })
  }

  func version(_ step: IndexedStep, previousBlob: String?) -> AttributionJoin.Version {
    guard let place = places[step.commit] else {
      // A change that was committed by itself, out of the log: its time is known.
      return AttributionJoin.Version(
        step: ReadingWindows.kind(step.step, isFirst: false), blob: step.blob, previousBlob: previousBlob, uid: step.uid,
        after: (step.capturedTo - 1) * 1000, until: (step.capturedTo + 1) * 1000)
    }
    // The last reading before that looked at this kind: what an earlier one saw may have changed long before.
    let before = observations[..<place].last { ReadingWindows.read(step.id, in: $0) }
    return AttributionJoin.Version(
      step: ReadingWindows.kind(step.step, isFirst: before == nil), blob: step.blob, previousBlob: previousBlob, uid: step.uid,
      after: before.map { $0.capturedFrom * 1000 } ?? .min / 2,
      until: observations[place].capturedTo * 1000)
  }

  private static func kind(_ step: IndexedChange.Step, isFirst: Bool) -> AttributionJoin.Version.Step {
    switch step {
    case .added: isFirst ? .found : .added
    case .modified: .modified
    case .deleted: .deleted
    case .recreated: .recreated
    }
  }

  /// Whether a reading looked at the kind of an object; a workload is folded from several.
  private static func read(_ id: ObjectID, in observation: IndexedObservation) -> Bool {
    let isWorkload = id.resource == ResourceCatalog.workloads.resource && id.group == ResourceCatalog.workloads.group
    return observation.coverage.allSatisfy { kind in
      let isIts =
        isWorkload
        ? ResourceCatalog.type(group: kind.group, resource: kind.resource)?.role == .folded
        : kind.group == id.group && kind.resource == id.resource
      return !isIts || kind.namespace != nil && kind.namespace != id.namespace || kind.unreadReason == nil
    }
  }
}

extension IndexedAttribution {
  init(_ attribution: Attribution) {
    let certainty: Certainty =
      switch attribution.certainty {
      case .exact: .exact
      case .sole: .sole
      case .candidates: .candidates
      case .unexplained: .unexplained
      }
    self.init(certainty: certainty, steps: attribution.steps.map(Step.init))
  }
}

extension IndexedAttribution.Step {
  init(_ step: Attribution.Step) {
    let (record, deciding) = (step.record, step.deciding)
    self.init(record: record.id, verb: record.verb, time: record.microseconds)
    user = deciding.user?.name
    impersonated = deciding.impersonated?.name
    groups = deciding.user?.groups ?? []
    sourceIPs = deciding.sourceIPs
    userAgent = deciding.userAgent
    fieldManager = deciding.fieldManager
    authorization = deciding.authorization
    auditID = deciding.auditID
    cause = step.cause
    tracking = record.tracking
    if step.because != nil {
      carriedOutBy = record.user?.name
      asked = deciding.request
    }
  }
}

extension IndexedRecord {
  init(_ record: ChangeRecord, blob: ObjectName, unseen: Unseen?) {
    let target = record.target
    let object =
      record.object
      ?? ObjectID(
        group: target.group, resource: target.resource, namespace: target.namespace, name: target.name ?? "")
    self.init(
      id: record.id, blob: blob.description, time: record.microseconds, object: object,
      request: record.request, effect: record.effect.rawValue, user: record.user?.name, unseen: unseen)
  }
}
