package import HistoryIndex
package import KubeModel
package import Reachability

/// The changes after which a connection became permitted, or ceased to be.
///
/// Answers are as far as was read: a kind that a reading lacks is taken as the reading before told it.
package struct ConnectionBlame: Sendable {
  /// One object that changed with a snapshot, and can have mattered.
  package struct Change: Sendable {
    package let entry: HistoryEntry
    /// Whether the answer would have stayed what it was, had this object stayed as it was.
    package let decides: Bool
  }

  /// A snapshot that shows another answer than the one before it.
  package struct Step: Sendable {
    package let before: ConnectionOutcome
    package let after: ConnectionOutcome
    package let snapshot: IndexedSnapshot
    /// The last reading that looked at all that decided, and saw the answer before; nil where there was none.
    package let notBefore: Moment?
    package let changes: [Change]
    /// The policies that the answer rests on from here.
    package let deciding: [String]

    /// Whether it is the first snapshot of all, which tells what was there and not how it came.
    package var isBeginning: Bool { snapshot.parent == nil }
  }

  package let question: ConnectionQuestion
  package let point: ClusterHistory.Point
  /// The answer at the point, and why, as `explain` gives it.
  package let answers: [ConnectionAnswer]
  package let verdict: Verdict
  /// What the last reading lacks that may decide, or nil. The answer as far as was read is then `known`.
  package let unread: String?
  package let known: ConnectionOutcome
  /// Newest first.
  package let steps: [Step]
  /// How many states were evaluated, and how many versions of objects were read.
  package let evaluatedCount: Int
  package let readCount: Int

  /// Which steps are told.
  package enum Extent: Sendable {
    case all
    /// The one after which a connection that is not denied at the point was never denied again.
    case opening
  }

  /// Finds the steps up to a point.
  ///
  /// Looks only at versions that can matter, which the index tells: a look-up for each version of the policies of both
  /// namespaces, a read for each of those that may select an end, and an evaluation for each snapshot that shows one.
  ///
  /// - Throws: `.notFound` where an end is not there at the point.
  package init(
    _ question: ConnectionQuestion, in history: ClusterHistory, at point: ClusterHistory.Point, _ extent: Extent = .all
  ) throws {
    self.question = question
    self.point = point
    let objects = VersionReader(history)
    let relevant = try RelevantHistory(question, in: history, objects, upTo: point.snapshot.commit)
    let evaluator = ConnectionEvaluator(
      question, cluster: history.cluster, objects,
      try KnownCoverage(history, namespaces: question.namespaces, last: point.observation?.coverage ?? []))
    let reading = try point.observation.flatMap { observation in
      try history.ambit.index.read { [cluster = history.cluster] in try $0.place(of: observation, in: cluster) }
    }
    var walk = Walk(history, question, evaluator, relevant.steps, reading: reading)

    let now = try evaluator.find(in: walk.present, point.observation?.coverage ?? [])
    try ConnectionBlame.check(now, question, history, point)
    answers = now.answers(question.point)
    verdict = .combined(answers.map(\.verdict))
    known = try walk.outcome()
    unread = known == .verdict(verdict) ? nil : now.analysis.state.unreadPolicies()
    var steps: [Step] = []
    // A connection that is denied has no opening that stands.
    while !(extent == .opening && known == .verdict(.denied)), let step = try walk.next() {
      guard extent == .opening else {
        steps.append(step)
        continue
      }
      // An end that went away and came back closes nothing: the step that lies furthest back counts.
      if step.after.verdict != nil { steps = [step] }
      if step.before == .verdict(.denied) { break }
    }
    self.steps = steps
    evaluatedCount = evaluator.count
    readCount = objects.count
  }

  /// Both ends have to be there.
  private static func check(
    _ now: ConnectionEvaluator.Found, _ question: ConnectionQuestion, _ history: ClusterHistory, _ point: ClusterHistory.Point
  ) throws {
    for (end, found) in [(question.source, now.sources), (question.destination, now.destinations)] where found.isEmpty {
      let type = ResourceCatalog.workloads
      let all = try history.ambit.index.read { [cluster = history.cluster] view in
        try view.objects(cluster, group: type.group, resource: type.resource)
      }
      let names = all.map { id in "\(id.namespace ?? "")/\(id.name.drop { $0 != "." }.dropFirst())" }
      let text = end.contains("/") ? end : "\(question.namespace ?? "default")/\(end)"
      guard names.contains(text) else {
        throw AmbitError(
          .notFound, "there never was '\(HiddenText.escaped(text))' in cluster '\(history.cluster)'"
            + NearMiss.suffix(text, among: names),
          hint: "name \(PlaceReference.forms)")
      }
      throw AmbitError(
        .notFound, "'\(HiddenText.escaped(text))' was not there at \(point.moment.text)",
        hint: "see when it was with `ambit log`, and ask with --at")
    }
  }
}

/// Goes back over the snapshots that show a version which can matter.
private struct Walk {
  let history: ClusterHistory
  let question: ConnectionQuestion
  let evaluator: ConnectionEvaluator
  /// Those that are not undone yet, oldest first.
  private var rest: [ObjectStep]
  /// The versions of each object up to `rest`'s end, oldest first.
  private var versions: [ObjectID: [ObjectStep]]
  private var last: ConnectionEvaluator.Found?
  /// The place of the last reading that can have seen the present state.
  private var reading: Int64?

  init(
    _ history: ClusterHistory, _ question: ConnectionQuestion, _ evaluator: ConnectionEvaluator, _ steps: [ObjectStep],
    reading: Int64?
  ) {
    self.history = history
    self.question = question
    self.evaluator = evaluator
    self.reading = reading
    rest = steps
    versions = Dictionary(grouping: steps, by: \.id)
  }

  /// The versions in force.
  var present: [ObjectStep] { Walk.present(versions) }

  private static func present(_ versions: [ObjectID: [ObjectStep]]) -> [ObjectStep] {
    versions.values.compactMap(\.last).filter { $0.blob != nil }
  }

  /// The answer in the present state.
  mutating func outcome() throws -> ConnectionOutcome { try found().outcome(question.point) }

  private mutating func found() throws -> ConnectionEvaluator.Found {
    if let last { return last }
    let found = try evaluator.find(in: present, at: reading)
    last = found
    return found
  }

  /// The next step back at which the answer changed, nil where there is none.
  mutating func next() throws -> ConnectionBlame.Step? {
    while let commit = rest.last?.commit {
      let (after, afterReading) = (try found(), reading)
      var changed: [ObjectStep] = []
      while let step = rest.last, step.commit == commit {
        rest.removeLast()
        versions[step.id]?.removeLast()
        changed.append(step)
      }
      last = nil
      // A snapshot that no reading tells of is known as well as what came after it.
      let first = try history.ambit.index.read { [cluster = history.cluster] in
        try $0.firstReading(of: commit, in: cluster)
      }
      if let first { reading = first - 1 }
      let before = try outcome()
      if before != after.outcome(question.point) {
        var later = self
        later.reading = afterReading
        for step in changed { later.versions[step.id, default: []].append(step) }
        return try later.step(commit, Set(changed.map(\.id)), from: before, to: after)
      }
    }
    return nil
  }

  /// The step that the last snapshot is.
  private func step(
    _ commit: String, _ ids: Set<ObjectID>, from before: ConnectionOutcome, to found: ConnectionEvaluator.Found
  ) throws -> ConnectionBlame.Step {
    let (entries, snapshot) = try history.ambit.index.read { [cluster = history.cluster] view in
      (try view.changes(in: commit, of: ids, in: cluster), try view.snapshot(named: commit, in: cluster))
    }
    guard let snapshot else {
      throw AmbitError(
        .locked, "the index of '\(history.cluster)' was made again while it was read", hint: "run the command again")
    }
    // At the beginning, nothing changed: it was there.
    let changes = try entries.map { entry in
      ConnectionBlame.Change(
        entry: entry,
        decides: try snapshot.parent != nil && (entries.count == 1 || isDecisive(entry.change.id, before)))
    }
    let deciding = changes.contains(where: \.decides) ? changes.filter(\.decides) : changes
    let readings = try deciding.map { try history.readingBefore($0.entry) }
    let after = found.outcome(question.point)
    var titles: [String] = []
    if after.verdict != nil {
      for title in found.answers(question.point).flatMap(\.deciding) where !titles.contains(title) { titles.append(title) }
    }
    return ConnectionBlame.Step(
      before: before, after: after, snapshot: snapshot,
      notBefore: readings.contains(nil) ? nil : readings.compactMap(\.self).min { $0.milliseconds < $1.milliseconds },
      changes: changes, deciding: titles)
  }

  /// Whether the answer stays what it was before where this object alone stays as it was.
  private func isDecisive(_ id: ObjectID, _ before: ConnectionOutcome) throws -> Bool {
    var without = versions
    without[id]?.removeLast()
    return try evaluator.find(in: Walk.present(without), at: reading).outcome(question.point) == before
  }
}
