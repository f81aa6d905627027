package import HistoryIndex
internal import Integrity
package import KubeModel
package import Reachability

/// Which change brought each statement of a policy, and which took away those that are gone.
///
/// Where a statement stands, how it is spelled, and whether the object was deleted and made again with it says nothing.
package struct RuleBlame: Sendable {
  package struct Statement: Sendable {
    package let form: RuleForm
    /// Where it stands, or stood when it came.
    package let path: String
    /// The name that the rule has of its own.
    package let name: String?
    package let added: HistoryEntry
    /// The changes that made the object again with the statement in it, oldest first.
    package let recreated: [HistoryEntry]
    /// The change that took it away; nil while it stands.
    package let removed: HistoryEntry?
  }

  package let id: ObjectID
  /// In the order of the object.
  package let standing: [Statement]
  /// The last one that went first.
  package let gone: [Statement]

  /// Blames the statements of a policy that were in force at a point; costs a read of one version of the object for
  /// each change that brought one which is told.
  ///
  /// - Parameter includesGone: whether those that stood earlier are told too.
  package init(
    _ id: ObjectID, in history: ClusterHistory, at point: ClusterHistory.Point, includesGone: Bool
  ) throws {
    self.id = id
    let (cluster, last) = (history.cluster, point.snapshot.commit)
    let (versions, intervals) = try history.ambit.index.read { view in
      (try view.versions(of: id, in: cluster, upTo: last), try view.rules(of: id, in: cluster, upTo: last))
    }
    guard let present = versions.last, includesGone || present.change.blob != nil else {
      throw AmbitError(
        .notFound, "'\(id.title)' was not there at \(point.moment.text)",
        hint: versions.isEmpty ? "see its history with `ambit log`" : "see the rules that it had with --gone")
    }
    let places = Dictionary(versions.enumerated().map { ($1.snapshot.commit, $0) }, uniquingKeysWith: { first, _ in first })
    let periods = RuleBlame.periods(intervals, versions, places)
    var rules = StatementReader(history, versions)
    var standing: [(place: Int, statement: Statement)] = []
    var gone: [(place: Int, statement: Statement)] = []
    for period in periods where includesGone || period.removed == nil {
      let source = period.removed == nil ? versions.count - 1 : period.added
      guard let (place, written) = try rules.statement(period.digest, in: source) else {
        throw AmbitError(
          .badInput, "the index names a rule that '\(id.title)' has not", hint: "make it again with `ambit index rebuild`")
      }
      let end = period.removed ?? versions.count
      let recreated = (period.added..<end).dropFirst().filter { [.added, .recreated].contains(versions[$0].change.step) }
      let statement = Statement(
        form: written.form, path: written.path, name: written.name, added: versions[period.added],
        recreated: recreated.map { versions[$0] }, removed: period.removed.map { versions[$0] })
      if let removed = period.removed { gone.append((removed, statement)) } else { standing.append((place, statement)) }
    }
    self.standing = standing.sorted { $0.place < $1.place }.map(\.statement)
    self.gone = gone.sorted {
      ($1.place, $0.statement.path, $0.statement.form.text) < ($0.place, $1.statement.path, $1.statement.form.text)
    }.map(\.statement)
  }

  /// How long a statement stood, by places of versions; across a deletion that was undone.
  private struct Period {
    let digest: SHA256Value
    let added: Int
    var removed: Int?
  }

  private static func periods(
    _ intervals: [RuleInterval], _ versions: [HistoryEntry], _ places: [String: Int]
  ) -> [Period] {
    var periods: [SHA256Value: [Period]] = [:]
    for interval in intervals {
      guard let added = places[interval.added] else { continue }
      let next = Period(digest: interval.digest, added: added, removed: interval.removed.flatMap { places[$0] })
      var known = periods[interval.digest] ?? []
      if let last = known.last?.removed, versions[last].change.step == .deleted, last + 1 == added {
        known[known.count - 1].removed = next.removed
      } else {
        known.append(next)
      }
      periods[interval.digest] = known
    }
    return periods.values.flatMap(\.self)
  }
}

/// Finds statements in versions of a policy by the digests of their normal forms.
private struct StatementReader {
  private let history: ClusterHistory
  private let versions: [HistoryEntry]
  /// Of versions that were read, each statement with its place.
  private var read: [Int: [SHA256Value: (place: Int, rule: WrittenRule)]] = [:]

  init(_ history: ClusterHistory, _ versions: [HistoryEntry]) {
    self.history = history
    self.versions = versions
  }

  mutating func statement(_ digest: SHA256Value, in version: Int) throws -> (place: Int, rule: WrittenRule)? {
    if let known = read[version] { return known[digest] }
    let object = try history.object(versions[version])
    let rules = (object.flatMap { WrittenRule.all(of: $0.object) } ?? []).enumerated().map {
      ($1.form.digest, (place: $0, rule: $1))
    }
    let found = Dictionary(rules, uniquingKeysWith: { first, _ in first })
    read[version] = found
    return found[digest]
  }
}
