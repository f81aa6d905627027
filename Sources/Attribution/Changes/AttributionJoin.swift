package import KubeModel

/// Joins the records of a cluster's audit logs with the versions of its objects that were read.
///
/// A pure function of the set of records and the versions: the order in which logs were read does not matter.
package struct AttributionJoin {
  /// A record with the name of the blob that its state would be in the store.
  package struct Entry: Sendable {
    package let record: ChangeRecord
    package let blob: String?

    package init(_ record: ChangeRecord, blob: String?) {
      self.record = record
      self.blob = blob
    }
  }

  /// A step of an object from one version to the next, as readings saw it.
  package struct Version: Sendable {
    package enum Step: Sendable {
      case added, modified, deleted, recreated
      /// There when it was first looked at: any write before may have left it so.
      case found
    }

    package let step: Step
    package let blob: String?
    package let previousBlob: String?
    package let uid: String?
    /// The change took effect after this and until that, in microseconds by the clock of who read.
    package let after: Int64
    package let until: Int64

    package init(step: Step, blob: String?, previousBlob: String?, uid: String?, after: Int64, until: Int64) {
      self.step = step
      self.blob = blob
      self.previousBlob = previousBlob
      self.uid = uid
      self.after = after
      self.until = until
    }
  }

  /// An owner that an object names.
  package struct Owner: Hashable, Sendable {
    package let kind: String
    package let name: String

    package init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// How far the clocks of an API server and of who read it are taken to differ.
  private static let skew: Int64 = 2_000_000
  /// The same where one record alone has the very state that was read.
  private static let exactSkew: Int64 = 600_000_000

  private let own: [ObjectID: [Entry]]
  /// Deletions of namespaces, by name.
  private let namespaceEnds: [String: [ChangeRecord]]
  /// Deletions of any object, by resource, namespace and name.
  private let deletions: [String: [ChangeRecord]]
  /// Collections whose members the log does not tell, and creations whose name it does not, by resource and namespace.
  private let nameless: [String: [ChangeRecord]]

  package init(_ entries: [Entry]) {
    let entries = AttributionJoin.withoutEchoes(entries)
    var own: [ObjectID: [Entry]] = [:]
    var namespaceEnds: [String: [ChangeRecord]] = [:]
    var deletions: [String: [ChangeRecord]] = [:]
    var nameless: [String: [ChangeRecord]] = [:]
    for entry in entries where entry.record.mayHaveChanged {
      let record = entry.record
      if let object = record.object { own[object, default: []].append(entry) }
      if let name = record.target.name {
        guard record.step != .written else { continue }
        deletions[AttributionJoin.key(record.target.resource, record.target.namespace, name), default: []].append(record)
        if record.target.resource == "namespaces", record.verb == "delete" { namespaceEnds[name, default: []].append(record) }
      } else {
        nameless[AttributionJoin.key(record.target.resource, record.target.namespace, record.target.group), default: []]
          .append(record)
      }
    }
    self.own = own.mapValues(AttributionJoin.ordered)
    func sorted(_ records: [String: [ChangeRecord]]) -> [String: [ChangeRecord]] {
      records.mapValues { $0.sorted { ($0.microseconds, $0.id) < ($1.microseconds, $1.id) } }
    }
    self.namespaceEnds = sorted(namespaceEnds)
    self.deletions = sorted(deletions)
    self.nameless = sorted(nameless)
  }

  /// Without what Calico's own API server writes: each of a user's writes to projectcalico.org comes again as its own
  /// write to the CRD that stores the object.
  private static func withoutEchoes(_ entries: [Entry]) -> [Entry] {
    func isEcho(_ record: ChangeRecord) -> Bool { record.user?.name.hasSuffix(":calico-apiserver") == true }
    guard entries.contains(where: { isEcho($0.record) }) else { return entries }
    let users = Dictionary(grouping: entries.filter { !isEcho($0.record) && $0.record.mayHaveChanged }) { $0.record.target }
    return entries.filter { entry in
      !isEcho(entry.record)
        || !(users[entry.record.target] ?? []).contains {
          abs($0.record.microseconds - entry.record.microseconds) <= skew
        }
    }
  }

  private static func key(_ resource: String, _ namespace: String?, _ name: String) -> String {
    "\(resource)\0\(namespace ?? "")\0\(name)"
  }

  /// By time; those that have one by resourceVersion, since the clocks of API servers differ.
  private static func ordered(_ entries: [Entry]) -> [Entry] {
    var entries = entries.sorted { ($0.record.microseconds, $0.record.id) < ($1.record.microseconds, $1.record.id) }
    func version(_ entry: Entry) -> Int64? { entry.record.resourceVersion.flatMap { Int64($0) } }
    let places = entries.indices.filter { version(entries[$0]) != nil }
    let sorted = places.map { entries[$0] }.enumerated()
      .sorted { (version($0.element) ?? 0, $0.offset) < (version($1.element) ?? 0, $1.offset) }
    for (place, entry) in zip(places, sorted) { entries[place] = entry.element }
    return entries
  }

  /// The objects that records name.
  package var objects: [ObjectID] { Array(own.keys) }

  /// What the log says of an object's versions, the oldest first; nil where it says nothing of one.
  ///
  /// - Parameter owners: the owners that the object named before it went; asked only where the garbage collector
  ///   removed it and the log does not tell them.
  package func attributions(
    of object: ObjectID, _ versions: [Version], owners: (_ version: Int) throws -> [Owner] = { _ in [] }
  ) rethrows -> [Attribution?] {
    let entries = own[object] ?? []
    var next = 0
    return try versions.indices.map { place in
      let version = versions[place]
      let end = AttributionJoin.end(of: version, entries, from: next)
      if let end {
        let chain = AttributionJoin.changing(entries[next...end], from: version.previousBlob)
          .filter { $0.record.microseconds > version.after - AttributionJoin.exactSkew }
        next = end + 1
        return Attribution(certainty: .exact, steps: try steps(chain, object, entries, { try owners(place) }))
      }
      var within = entries.indices.filter { $0 >= next && isWithin(entries[$0].record, version) }
      // What was made again since is another object than what those before it wrote.
      if version.step == .found, let start = within.last(where: { entries[$0].record.verb == "create" }) {
        within.removeAll { $0 < start }
      }
      if let last = within.last { next = last + 1 }
      let seen = AttributionJoin.changing(within.map { entries[$0] }[...], from: version.previousBlob)
      let possible = self.possible(seen.map(\.record), object, version)
      if !possible.isEmpty {
        let steps = try steps(possible.map { Entry($0, blob: nil) }, object, entries, { try owners(place) })
        let users = Set(steps.map { $0.deciding.user?.name })
        return Attribution(certainty: users.count == 1 ? .sole : .candidates, steps: steps)
      }
      guard !seen.isEmpty else { return nil }
      return Attribution(certainty: .unexplained, steps: try steps(seen, object, entries, { try owners(place) }))
    }
  }

  /// What changed an object and of which no version that was read is left: it came and went between two readings.
  ///
  /// - Parameter since: when the first reading was taken, in microseconds since 1970.
  package func unseen(of object: ObjectID, attributed: [Attribution?], since: Int64) -> [Attribution.Step] {
    // The last step of each version is the version itself; one that is not explained shows none of them.
    let seen = Set(
      attributed.compactMap { $0?.certainty == .unexplained ? nil : $0 }.flatMap { attribution in
        attribution.certainty == .candidates ? attribution.steps.map(\.record.id) : attribution.steps.suffix(1).map(\.record.id)
      })
    return changes(of: object, from: nil) { $0.microseconds > since && $0.step != .marked }
      .filter { !seen.contains($0.record.id) }
  }

  /// What changed an object, in order, with who decided it.
  ///
  /// - Parameters:
  ///   - blob: the state that it begins with; nil where the object was not there.
  ///   - isWanted: which records to look at.
  package func changes(
    of object: ObjectID, from blob: String?, where isWanted: (ChangeRecord) -> Bool
  ) -> [Attribution.Step] {
    let all = own[object] ?? []
    let changing = AttributionJoin.changing(all.filter { isWanted($0.record) }[...], from: blob)
    return steps(changing, object, all, { [] })
  }

  // MARK: Matching

  private func isWithin(_ record: ChangeRecord, _ version: Version) -> Bool {
    record.microseconds > version.after - AttributionJoin.skew && record.microseconds <= version.until + AttributionJoin.skew
  }

  /// The last record within the time of a version that leaves it as it was read.
  ///
  /// Where there is none, clocks may differ by more: then a record near that time counts if it alone of all can have led
  /// there. Of what was there at the first reading none does: it can have been so long before the log begins.
  private static func end(of version: Version, _ entries: [Entry], from next: Int) -> Int? {
    func last(_ skew: Int64) -> Int? {
      entries.indices.last { place in
        let entry = entries[place]
        return place >= next && entry.record.microseconds > version.after - skew
          && entry.record.microseconds <= version.until + skew && leaves(entry, version)
      }
    }
    var found = last(skew)
    if found == nil, version.step != .found, entries.count(where: { leaves($0, version) }) == 1 { found = last(exactSkew) }
    guard var place = found else { return nil }
    // Writes that change nothing that is recorded follow the one that made it.
    while place > next, entries[place].record.step == .written, let blob = entries[place].blob,
      entries[place - 1].blob == blob
    { place -= 1 }
    return place
  }

  private static func leaves(_ entry: Entry, _ version: Version) -> Bool {
    switch version.step {
    case .deleted:
      let isSame = entry.record.uid == nil || version.uid == nil || entry.record.uid == version.uid
      return entry.record.step == .removed && entry.record.effect == .applied && isSame
    default: return entry.record.step == .written && entry.blob != nil && entry.blob == version.blob
    }
  }

  /// Those that changed what is recorded: not those that leave the state as the one before left it.
  private static func changing(_ entries: ArraySlice<Entry>, from blob: String?) -> [Entry] {
    var blob = blob
    var version: String?
    return entries.filter { entry in
      let record = entry.record
      guard record.step == .written else {
        blob = nil
        return true
      }
      let isSame =
        entry.blob.map { $0 == blob } == true
        || record.resourceVersion != nil
          && [version, record.previousResourceVersion].contains(record.resourceVersion)
      blob = entry.blob
      version = record.resourceVersion ?? version
      return !isSame
    }
  }

  /// Of records without a state, those that can have made the version.
  private func possible(_ records: [ChangeRecord], _ object: ObjectID, _ version: Version) -> [ChangeRecord] {
    switch version.step {
    case .deleted:
      let own = records.filter { $0.step != .written }
      return own.isEmpty ? ends(of: object, version) : own
    case .added, .recreated:
      let creations = records.filter { $0.state == nil && $0.step == .written && ($0.verb == "create" || $0.code == 201) }
      if !creations.isEmpty { return creations }
      let writes = records.filter { $0.state == nil && $0.step == .written && $0.code == nil }
      return writes.isEmpty && records.isEmpty ? unnamed("create", object, version) : writes
    case .found: return records.filter { $0.state == nil && $0.step == .written }
    case .modified:
      return records.filter { $0.state == nil && $0.step == .written && $0.verb != "create" && $0.code != 201 }
    }
  }

  /// Deletions of more than the object itself that can have taken it along.
  private func ends(of object: ObjectID, _ version: Version) -> [ChangeRecord] {
    let collections = unnamed("deletecollection", object, version)
    guard collections.isEmpty, let namespace = object.namespace else { return collections }
    return (namespaceEnds[namespace] ?? []).filter { isWithin($0, version) }
  }

  private func unnamed(_ verb: String, _ object: ObjectID, _ version: Version) -> [ChangeRecord] {
    var kinds = [(object.group, object.resource)]
    if object.isWorkload {
      let kind = object.name.prefix { $0 != "." }
      kinds = ResourceCatalog.all.filter { $0.role == .folded && $0.kind.lowercased() == kind }.map { ($0.group, $0.resource) }
    }
    return kinds.flatMap { nameless[AttributionJoin.key($0.1, object.namespace, $0.0)] ?? [] }
      .filter { $0.verb == verb && isWithin($0, version) }
  }

  // MARK: Why

  private func steps(
    _ entries: [Entry], _ object: ObjectID, _ all: [Entry], _ owners: () throws -> [Owner]
  ) rethrows -> [Attribution.Step] {
    try entries.map { entry in
      Attribution.Step(
        record: entry.record, because: try reason(of: entry.record, object, all, owners),
        cause: AttributionJoin.cause(of: entry.record, all))
    }
  }

  private func reason(
    of record: ChangeRecord, _ object: ObjectID, _ all: [Entry], _ owners: () throws -> [Owner]
  ) rethrows -> ChangeRecord? {
    guard record.step != .written, let user = record.user?.name, ChangeDeriver.isSystem(user) else { return nil }
    if user == ChangeDeriver.namespaceController,
      let namespace = record.target.namespace ?? (record.target.resource == "namespaces" ? record.target.name : nil)
    {
      return last(namespaceEnds[namespace], before: record)
    }
    if user == ChangeDeriver.garbageCollector {
      let told = all.compactMap(\.record.state).last.map(AttributionJoin.owners) ?? []
      for owner in told.isEmpty ? try owners() : told {
        for namespace in [object.namespace, nil] {
          for resource in AttributionJoin.plurals(owner.kind) {
            let key = AttributionJoin.key(resource, namespace, owner.name)
            if let found = last(deletions[key], before: record) { return found }
          }
        }
      }
    }
    return all.map(\.record).last {
      $0.step == .marked && $0.microseconds <= record.microseconds && !ChangeDeriver.isSystem($0.user?.name ?? "")
    }
  }

  private func last(_ records: [ChangeRecord]?, before record: ChangeRecord) -> ChangeRecord? {
    records?.last { $0.microseconds <= record.microseconds + AttributionJoin.skew && $0.id != record.id }
  }

  /// The owners that an object names.
  package static func owners(of object: KubeObject) -> [Owner] {
    (object.metadata?["ownerReferences"]?.list ?? []).compactMap { owner in
      guard let kind = owner["kind"]?.string, let name = owner["name"]?.string else { return nil }
      return Owner(kind: kind, name: name)
    }
  }

  /// What the API can call a kind in the plural; references name kinds and requests name resources.
  private static func plurals(_ kind: String) -> [String] {
    let lower = kind.lowercased()
    return [lower + "s", lower + "es", String(lower.dropLast()) + "ies"]
  }

  /// The change-cause, where the request set it: an old one stays on an object, and comes along where the whole object
  /// is written again.
  private static func cause(of record: ChangeRecord, _ all: [Entry]) -> String? {
    guard let cause = record.cause, record.isWhole, record.verb != "create" else { return record.cause }
    let before = all.last { $0.record.microseconds < record.microseconds && $0.record.state != nil }?.record
    guard let before, before.step == .written else { return cause }
    return before.state?.annotations[ChangeRecord.causeKey] == cause ? nil : cause
  }
}
