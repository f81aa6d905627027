internal import Controls
internal import Evidence
internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Reachability
internal import SnapshotStore

/// Changes that are told closely: drawn by a seed that was named when the population was known, so that nobody could choose
/// them.
struct PackSample {
  static let list = "sample/ids.txt"

  /// Ids in the order in which they are drawn: that of the SHA-256 over the seed, a blank, the id and a newline.
  static func draw(_ size: Int, from ids: [String], seed: String) -> [String] {
    ids.map { (key: SHA256Digest.hex(Array("\(seed) \($0)\n".utf8)), id: $0) }.sorted { ($0.key, $0.id) < ($1.key, $1.id) }
      .prefix(size).map(\.id)
  }

  private let sample: PackRequest.Sample
  private let ids: [String]
  private let population: String

  /// - Parameter population: the SHA-256 of its table.
  init(_ sample: PackRequest.Sample, of ids: [String], population: String) {
    self.sample = sample
    self.ids = PackSample.draw(sample.size, from: ids, seed: sample.seed)
    self.population = population
  }

  /// The sample's list, and a folder for each change.
  ///
  /// - Parameter changes: of each cluster's history. A change that two histories share is told of the first.
  func files(_ changes: [(history: ClusterHistory, changes: [RecordedChange])]) throws -> [PackFile] {
    var files = [
      PackFile(PackSample.list, lines: ids),
      PackFile(
        "sample/SAMPLE.txt",
        lines: [
          "Size: \(sample.size) asked for, \(ids.count) drawn", "Seed: \(sample.seed)",
          "SHA-256 of population/changes.csv: \(population)",
          "Order: by the SHA-256 of the seed, a blank, the id of population/made.txt and a newline; the first are drawn",
          "Folders: 001 is the first of sample/ids.txt",
          "Events: event-*.yaml is what the store keeps of an audit event, and its SHA-256 stands in change.json; the log's own lines are not kept in the store",
        ]),
    ]
    for (place, id) in ids.enumerated() {
      guard let (history, change) = PackSample.find(id, changes) else { continue }
      let number = String(place + 1)
      let folder = "sample/\(String(repeating: "0", count: max(0, 3 - number.count)))\(number)"
      files += try dossier(change, history, folder)
      files.append(try PackSample.connections(of: change, history, "\(folder)/connections.csv"))
    }
    return files
  }

  private static func find(
    _ id: String, _ changes: [(history: ClusterHistory, changes: [RecordedChange])]
  ) -> (history: ClusterHistory, change: RecordedChange)? {
    for (history, changes) in changes {
      if let change = changes.first(where: { $0.id == id }) { return (history, change) }
    }
    return nil
  }

  // MARK: One change

  private func dossier(_ change: RecordedChange, _ history: ClusterHistory, _ folder: String) throws -> [PackFile] {
    func version(_ blob: String?) throws -> [UInt8]? {
      try blob.map { try history.text(of: $0, at: change.path, in: change.commit) }
    }
    let (before, after) = (try version(change.before), try version(change.version))
    let events = try events(of: change, history)
    var files = [
      PackFile("\(folder)/change.json", Array((JSONWriter.string(of: value(change, history, events)) + "\n").utf8), PackFile.MediaType.json),
      PackFile("\(folder)/change.diff", Array(UnifiedDiff.text(before, after, path: change.path).utf8), PackFile.MediaType.diff),
    ]
    if let before { files.append(PackFile("\(folder)/before.yaml", before, PackFile.MediaType.yaml)) }
    if let after { files.append(PackFile("\(folder)/after.yaml", after, PackFile.MediaType.yaml)) }
    files += events.enumerated().map { PackFile("\(folder)/event-\($0.offset + 1).yaml", $0.element.bytes, PackFile.MediaType.yaml) }
    return files
  }

  private struct Event {
    /// In the history of change records.
    let path: String
    let bytes: [UInt8]
  }

  /// What audit logs told of the requests that led to a change, or may have.
  private func events(of change: RecordedChange, _ history: ClusterHistory) throws -> [Event] {
    var filter = HistoryView.Filter()
    filter.since = change.seen
    filter.until = change.seen
    let entries = try history.ambit.index.read { [cluster = history.cluster, filter] in try $0.changes(cluster, filter) }
    let store = history.ambit.store
    guard let entry = entries.first(where: { ChangePopulation.id($0) == change.id }), let attribution = entry.change.attribution,
      let head = try store.head(of: .changes(of: history.cluster))
    else { return [] }
    let tree = try store.commit(head).tree
    return try attribution.steps.map(\.record).uniqued().compactMap { record in
      let path = ChangeLedger.path(of: record)
      return try store.blob(at: path, in: tree).map { Event(path: path, bytes: try store.read($0)) }
    }
  }

  private func value(_ change: RecordedChange, _ history: ClusterHistory, _ events: [Event]) -> Value {
    func time(_ milliseconds: Int64) -> Value { .string(Moment(milliseconds: milliseconds).text) }
    var actor = Mapping([("kind", .string(change.actor.kind.rawValue)), ("source", .string(change.actor.source))])
    actor["name"] = change.actor.name.map(Value.string)
    actor["certainty"] = change.actor.certainty.map(Value.string)
    var map = Mapping([
      ("schemaVersion", 1), ("kind", "SampledChange"), ("id", .string(change.id)), ("cluster", .string(history.cluster)),
      ("commit", .string(change.commit)), ("path", .string(change.path)), ("object", .string(change.object.title)),
      ("effect", .string(change.effect)), ("seen", time(change.seen)), ("actor", .map(actor)),
      ("approval", PackSample.value(change.approval)),
      (
        "events",
        .list(
          events.enumerated().map { place, event in
            [
              "file": .string("event-\(place + 1).yaml"), "sha256": .string(SHA256Digest.hex(event.bytes)),
              "ref": .string(StoreLine.changes(of: history.cluster).reference), "path": .string(event.path),
            ]
          })
      ),
    ])
    map["after"] = change.after.map(time)
    map["time"] = change.time.map(time)
    map["reason"] = change.reason.map(Value.string)
    map["auditID"] = change.auditID.map(Value.string)
    map["before"] = change.before.map(Value.string)
    map["version"] = change.version.map(Value.string)
    return .map(map)
  }

  private static func value(_ approval: RecordedChange.Approval) -> Value {
    switch approval {
    case .approved(let by, let proposal): ["status": "approved", "by": .string(by), "proposal": .string(proposal)]
    case .lacking(let why): ["status": "lacking", "why": .string(why)]
    case .undetermined(let why): ["status": "undetermined", "why": .string(why)]
    case .notNeeded(let why): ["status": "not-needed", "why": .string(why)]
    }
  }

  // MARK: Connections

  /// What a change by itself opens and closes, in the state before its snapshot.
  private static func connections(of change: RecordedChange, _ history: ClusterHistory, _ path: String) throws -> PackFile {
    let heading = ["EFFECT", "SOURCE", "DESTINATION", "BEFORE", "AFTER"]
    // A sample has no change of a snapshot without one before it.
    guard let parent = try history.point(change.commit).snapshot.parent else { return PackFile(csv: path, heading, []) }
    let before = try history.state(at: history.point(parent))
    var entries = before.entries.filter { $0.path != change.path }
    if let blob = change.version {
      let stored = StoredObject(try history.text(of: blob, at: change.path, in: change.commit))
      if let stored, stored.type != StoredObject.clusterType {
        entries.append(ClusterState.Entry(object: stored.object, type: stored.type, path: change.path))
      }
    }
    let after = ClusterState(
      cluster: before.cluster, entries: entries, coverage: before.coverage, enforcement: before.enforcement, ranges: before.ranges)
    let diff = ConnectionDiff(before, after, Semantics(Semantics.Profile(of: after)))
    return PackFile(
      csv: path, heading,
      diff.changes.map { flow in
        let effect =
          switch flow.kind {
          case .added: "opened"
          case .removed: "closed"
          case .changed: "changed"
          case .unchanged: "unchanged"
          }
        return [effect, flow.source, flow.destination, flow.old.connectionText, flow.new.connectionText]
      })
  }
}
