internal import Attribution
internal import HistoryIndex
internal import KubeModel
internal import Registers
internal import SnapshotStore

/// Joins a cluster's change records with the versions of its objects, and keeps what comes of it in the index.
///
/// Costs what came since the last time: the objects that new records name or new snapshots changed are joined anew. Where
/// a new record can be the reason of others' changes, such as the deletion of a namespace, all are. Nothing where no log
/// was ever read.
struct AttributionIndexer {
  private let store: SnapshotStore
  private let index: HistoryIndex

  init(store: SnapshotStore, index: HistoryIndex) {
    self.store = store
    self.index = index
  }

  func catchUp(_ cluster: String) throws {
    let ledger = ChangeLedger(store, cluster: cluster)
    guard let head = try ledger.head else { return }
    let (known, lastSnapshot) = try index.read { (try $0.attributed(cluster), try $0.lastSnapshotRow(cluster)) }
    guard known?.records != head.description || known?.lastSnapshot != lastSnapshot else { return }
    var isWhole = true
    var fresh: [ChangeLedger.Kept] = []
    // A line that was put in the place of another one is read whole.
    if let known, let base = ObjectName(hex: known.records), try base == head || store.history(from: head).contains(base) {
      fresh = try ledger.added(from: base, to: head)
      isWhole = fresh.contains { !$0.record.isOfOneObject }
    }
    let plan =
      isWhole
      ? Plan(records: try ledger.all(at: head), objects: nil)
      : try plan(fresh, changedAfter: known?.lastSnapshot ?? 0, ledger, cluster)
    let joined = try joined(plan, cluster)
    try index.write { writer in
      try writer.keep(
        joined.attributions, of: plan.objects, records: joined.records, head: head.description, lastSnapshot: lastSnapshot,
        in: cluster)
    }
  }

  /// What is to be joined.
  private struct Plan {
    /// Records of the objects, and those that can be the reason of their changes.
    let records: [ChangeLedger.Kept]
    /// Nil for all.
    let objects: [ObjectID]?
  }

  private func plan(
    _ fresh: [ChangeLedger.Kept], changedAfter snapshot: Int64, _ ledger: ChangeLedger, _ cluster: String
  ) throws -> Plan {
    let objects = Set(fresh.compactMap(\.record.object))
      .union(try index.read { try $0.objects(cluster, changedAfter: snapshot) })
    let indexed = try index.read { view in
      var reasons = HistoryView.RecordFilter()
      reasons.isReason = true
      return try view.records(cluster, reasons) + objects.flatMap { try view.records(cluster, .init(of: $0)) }
    }
    let replaced = Set(fresh.map(\.record.id))
    var blobs: [String: String] = [:]
    for row in indexed where !replaced.contains(row.id) { blobs[row.id] = row.blob }
    return Plan(records: try ledger.kept(blobs.values.sorted()) + fresh, objects: Array(objects))
  }

  private struct Joined: Sendable {
    var attributions: [(step: IndexedStep, attribution: IndexedAttribution)] = []
    var records: [IndexedRecord] = []
  }

  private func joined(_ plan: Plan, _ cluster: String) throws -> Joined {
    let join = AttributionJoin(plan.records.map { AttributionJoin.Entry($0.record) })
    // What a log tells of a namespace is about all that was in it.
    let spaces = Set(plan.records.filter { !$0.record.isOfOneObject }.compactMap(\.record.space))
    let windows = ReadingWindows(index, cluster)
    // What the owner says later of who is trusted does not reach back.
    let identities = try RegisterBook(readingFrom: store).identities()
    let begin = try windows.begin
    var joined = Joined()
    var unseen: [String: IndexedRecord.Unseen] = [:]
    let objects = try plan.objects ?? Array(
      Set(join.objects).union(spaces.flatMap { space in try index.read { try $0.objects(cluster, in: space) } }))
    for id in objects {
      let own = try index.read { try $0.steps(cluster, of: id) }
      let versions = try own.indices.map { try windows.version(own[$0], previousBlob: $0 > 0 ? own[$0 - 1].blob : nil) }
      let attributions = try join.attributions(of: id, versions) { place in
        guard place > 0, let blob = own[place - 1].blob.flatMap({ ObjectName(hex: $0) }) else { return [] }
        return try StoredObject(store.read(blob)).map { AttributionJoin.owners(of: $0.object) } ?? []
      }
      for (step, attribution) in zip(own, attributions) {
        if let attribution { joined.attributions.append((step, IndexedAttribution(attribution, identities))) }
      }
      for step in join.unseen(of: id, attributed: attributions, since: begin) {
        unseen[step.record.id] = .init(actor: step.deciding.user?.name, cause: step.cause)
      }
    }
    let isJoined = Set(objects)
    joined.records = plan.records.filter { plan.objects == nil || $0.record.object.map(isJoined.contains) ?? false }
      .map { IndexedRecord($0.record, blob: $0.blob, unseen: unseen[$0.record.id]) }
    return joined
  }
}

extension AttributionJoin.Entry {
  /// A record, with the name of the blob that its state would be in the store.
  init(_ record: ChangeRecord) {
    self.init(
      record,
      blob: record.state.map { SnapshotStore.blobName(of: CanonicalYAML.bytes(of: $0.value)).description })
  }
}

extension RegisterTimeline<Identities> {
  /// Whether the owner trusts the user of a request to act for others, as it was in force then: who was impersonated is
  /// the actor then.
  func trusts(_ record: ChangeRecord) -> Bool {
    guard record.impersonated != nil, let user = record.user?.name else { return false }
    return content(at: record.microseconds / 1000).impersonators.contains(user)
  }
}

extension ChangeRecord {
  /// Whether it can have changed the object that it names, and no other. What goes with a namespace or a controller is
  /// another's.
  fileprivate var isOfOneObject: Bool {
    guard let type = ResourceCatalog.type(group: target.group, resource: target.resource), target.name != nil else { return false }
    return step == .written || type != ResourceCatalog.namespaces && type.role != .folded
  }

  /// The namespace whose objects it can be about: of a namespace itself, that.
  fileprivate var space: String? {
    target.namespace ?? (target.resource == ResourceCatalog.namespaces.resource ? target.name : nil)
  }
}

/// In which time a version of an object came about, as far as readings tell.
private final class ReadingWindows {
  private let index: HistoryIndex
  private let cluster: String
  /// The reading that first saw each snapshot, and those before it as far as they were asked for, the newest first.
  private var readings: [String: [IndexedObservation]] = [:]

  init(_ index: HistoryIndex, _ cluster: String) {
    self.index = index
    self.cluster = cluster
  }

  /// When the first reading began, in microseconds since 1970; after all time where there is none.
  var begin: Int64 {
    get throws { try index.read { [cluster] in try $0.firstObservation(in: cluster) }.map { $0.capturedFrom * 1000 } ?? .max }
  }

  func version(_ step: IndexedStep, previousBlob: String?) throws -> AttributionJoin.Version {
    if readings[step.commit] == nil {
      let first = try index.read { [cluster] in try $0.firstObservation(of: step.commit, in: cluster) }
      readings[step.commit] = first.map { [$0] } ?? []
    }
    guard let reading = readings[step.commit]?.first else {
      // A change that was committed by itself, out of the log: its time is known.
      return AttributionJoin.Version(
        step: ReadingWindows.kind(step.step, isFirst: false), blob: step.blob, previousBlob: previousBlob, uid: step.uid,
        after: (step.capturedTo - 1) * 1000, until: (step.capturedTo + 1) * 1000)
    }
    let before = try before(step)
    return AttributionJoin.Version(
      step: ReadingWindows.kind(step.step, isFirst: before == nil), blob: step.blob, previousBlob: previousBlob, uid: step.uid,
      after: before.map { $0.capturedFrom * 1000 } ?? .min / 2, until: reading.capturedTo * 1000)
  }

  /// The last reading before that looked at this kind: what an earlier one saw may have changed long before.
  private func before(_ step: IndexedStep) throws -> IndexedObservation? {
    var place = 1
    while true {
      let known = readings[step.commit] ?? []
      if place == known.count {
        guard let last = known.last,
          let next = try index.read({ [cluster] in try $0.observation(before: last.commit, in: cluster) })
        else { return nil }
        readings[step.commit, default: []].append(next)
      }
      guard let reading = readings[step.commit]?[place] else { return nil }
      if ReadingWindows.read(step.id, in: reading) { return reading }
      place += 1
    }
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
    observation.coverage.allSatisfy { kind in
      let isIts =
        id.isWorkload
        ? ResourceCatalog.type(group: kind.group, resource: kind.resource)?.role == .folded
        : kind.group == id.group && kind.resource == id.resource
      return !isIts || kind.namespace != nil && kind.namespace != id.namespace || kind.unreadReason == nil
    }
  }
}

extension IndexedAttribution {
  init(_ attribution: Attribution, _ identities: RegisterTimeline<Identities>) {
    self.init(certainty: attribution.certainty, steps: attribution.steps.map { Step($0, identities) })
  }
}

extension IndexedAttribution.Step {
  init(_ step: Attribution.Step, _ identities: RegisterTimeline<Identities>) {
    let (record, deciding) = (step.record, step.deciding)
    self.init(record: record.id, verb: record.verb, time: record.microseconds)
    user = deciding.user?.name
    impersonated = deciding.impersonated?.name
    isTrusted = identities.trusts(deciding)
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
      request: record.request, effect: record.effect.rawValue, user: record.user?.name, unseen: unseen,
      isReason: record.step != .written || target.name == nil)
  }
}
