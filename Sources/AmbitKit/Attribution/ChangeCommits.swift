internal import Attribution
internal import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import Registers
internal import SnapshotStore

/// The changes that audit logs tell of between two readings, each of which becomes a commit of its own before the
/// snapshot that confirms it.
struct ChangeCommits {
  struct Change {
    let object: ObjectID
    /// The object as the log has it; nil where this removed it.
    let bytes: [UInt8]?
    let step: Attribution.Step
    /// Whether the owner trusts the user to act for others: then who was impersonated is the author.
    let isTrusted: Bool
  }

  /// In the order in which they took effect.
  let changes: [Change]

  static let none = ChangeCommits(changes: [])

  private init(changes: [Change]) { self.changes = changes }

  /// - Parameters:
  ///   - records: those of the time between the readings, and some before for what they led to.
  ///   - since: the last reading began then, in microseconds since 1970.
  ///   - until: this one ended then.
  ///   - identities: who is trusted to act for others.
  init(
    _ records: [ChangeRecord], from state: RecordedState, to reading: Reading, since: Int64, until: Int64,
    _ identities: RegisterTimeline<Identities>
  ) {
    let join = AttributionJoin(records.map { AttributionJoin.Entry($0) })
    // The version of each object that this reading saw; of one that it did not see, none.
    var seen: [ObjectID: String?] = [:]
    for place in reading.carried {
      seen[state.objects[place].entry.id] = .some(state.objects[place].version?.resourceVersion)
    }
    for object in reading.objects { seen[object.id] = .some(object.version?.resourceVersion) }
    var found: [(time: Int64, change: Change)] = []
    for object in join.objects {
      let known = state.places[object].map { state.objects[$0] }
      let bounds = Bounds(
        since: since, until: until, known: known?.version?.resourceVersion, seen: seen[object] ?? nil,
        isSeen: seen[object] != nil)
      var time = Int64.min
      for step in join.changes(of: object, from: known?.entry.blob, where: bounds.hold) {
        let record = step.record
        guard record.step == .removed || record.state != nil else { continue }
        // For one object the order of its versions counts, whatever the clocks of API servers say.
        time = max(time, record.microseconds)
        let bytes = record.step == .removed ? nil : record.state.map { CanonicalYAML.bytes(of: $0.value) }
        let isTrusted = identities.trusts(step.deciding)
        found.append((time, Change(object: object, bytes: bytes, step: step, isTrusted: isTrusted)))
      }
    }
    changes = found.sorted { ($0.time, $0.change.step.record.id) < ($1.time, $1.change.step.record.id) }.map(\.change)
  }

  /// Which records stand between what was recorded and what was read.
  private struct Bounds {
    let since: Int64
    let until: Int64
    let known: String?
    let seen: String?
    let isSeen: Bool

    /// Versions tell it exactly; times only as far as clocks agree, so what is near a bound waits for the next reading,
    /// or is what the last one saw.
    func hold(_ record: ChangeRecord) -> Bool {
      guard let version = record.resourceVersion.flatMap({ Int64($0) }) else {
        return record.microseconds > since && record.microseconds <= until
      }
      if let known = known.flatMap({ Int64($0) }) {
        guard version > known else { return false }
      } else if record.microseconds <= since {
        return false
      }
      if let seen = seen.flatMap({ Int64($0) }) { return version <= seen }
      return !isSeen && record.microseconds <= until
    }
  }
}

extension ChangeCommits.Change {
  /// Who, when and why, for a commit's text.
  func text(cluster: String, reading: [(key: String, value: String)], recorded: Moment, stateDigest: String) -> CommitText {
    let record = step.record
    let who = step.deciding
    let name = (isTrusted ? who.impersonated : who.user)?.name ?? "unknown"
    let time = Moment(milliseconds: record.microseconds / 1000)
    var trailers: [(key: String, value: String)] = [
      ("Ambit-Kind", "change"), ("Ambit-Captured-From", time.text), ("Ambit-Captured-To", time.text),
    ]
    trailers += reading.filter { !$0.key.hasPrefix("Ambit-Captured") }
    trailers += [("Ambit-State-SHA256", stateDigest), ("Ambit-Change-Record", record.id)]
    func add(_ key: String, _ value: String?) {
      if let value, !value.isEmpty { trailers.append((key, value)) }
    }
    add("Audit-ID", record.auditID)
    add("Actor", name)
    if isTrusted { add("Actor-Through", who.user?.name) } else { add("Actor-As", who.impersonated?.name) }
    add("Actor-Source", "audit")
    if step.because != nil { add("Carried-Out-By", record.user?.name) }
    add("User-Agent", who.userAgent)
    add("Source-IP", who.sourceIPs.last)
    add("Change-Cause", step.cause)
    return CommitText(
      author: Signature(name: name, email: "audit@\(cluster)", time: time.seconds),
      committer: Signature(name: "Ambit", email: "ambit@\(cluster)", time: recorded.seconds),
      subject: "change: \(record.request)" + (object.namespace.map { " in \($0)" } ?? ""), trailers: trailers)
  }
}
