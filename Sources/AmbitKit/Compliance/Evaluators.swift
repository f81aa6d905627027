internal import ClusterReader
internal import Controls
internal import Dispatch
internal import Foundation
internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Registers
internal import Synchronization

/// Asks checks, with the objects that they read at hand.
enum Evaluators {
  /// The answers to questions, by their keys: those of all checks of namespaces, or of the one check.
  ///
  /// Shares the questions out by time among as many workers as there are processors; each walks to its first state by
  /// names alone.
  static func answers(
    to questions: [QuestionPlan.Question], _ plan: QuestionPlan, _ history: ClusterHistory, _ checks: CheckVersions,
    _ namespaceChecks: [Int]
  ) throws -> [SHA256Value: [CheckAnswer]] {
    guard !questions.isEmpty else { return [:] }
    let source = ObjectSource(history)
    let workers = questions.count < 200 ? 1 : max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
    let found = Mutex<[SHA256Value: [CheckAnswer]]>([:])
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let range = questions.count * worker / workers..<questions.count * (worker + 1) / workers
      do {
        var evaluator = Evaluator(plan, source, checks, namespaceChecks)
        var own: [SHA256Value: [CheckAnswer]] = [:]
        for question in questions[range] { own[question.key] = try evaluator.answers(to: question) }
        let done = own
        found.withLock { $0.merge(done) { first, _ in first } }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return found.withLock { $0 }
  }
}

/// Objects of a history, for several workers: the repository's handle serves one at a time.
private final class ObjectSource: @unchecked Sendable {
  private let history: ClusterHistory
  private let lock = Mutex<Void>(())

  init(_ history: ClusterHistory) { self.history = history }

  func object(_ item: StateWalk.Item, _ path: String) throws -> StoredObject {
    let bytes = try lock.withLock { _ in try history.text(of: item.blob, at: path, in: item.commit) }
    guard let stored = StoredObject(bytes) else { throw ClusterHistory.unreadable(item.blob, at: path, in: item.commit) }
    return stored
  }

  func facts(_ item: StateWalk.Item?, _ coverage: [KindCoverage]) throws -> ClusterFacts {
    try lock.withLock { _ in try ClusterFactsReader.facts(item, coverage, history) }
  }
}

/// One worker: a state that moves forward, and the objects of it that were read.
private struct Evaluator {
  private let plan: QuestionPlan
  private let source: ObjectSource
  private let checks: CheckVersions
  private let namespaceChecks: [Int]
  private var walk: StateWalk
  private var state = 0
  private var objects: [String: ClusterState.Entry] = [:]
  private var facts: (blob: String?, coverage: Int, facts: ClusterFacts)?

  init(_ plan: QuestionPlan, _ source: ObjectSource, _ checks: CheckVersions, _ namespaceChecks: [Int]) {
    self.plan = plan
    self.source = source
    self.checks = checks
    self.namespaceChecks = namespaceChecks
    walk = StateWalk(plan.first)
  }

  mutating func answers(to question: QuestionPlan.Question) throws -> [CheckAnswer] {
    let segment = plan.plan.segments[question.segment]
    while state < (segment.state ?? 0) {
      state += 1
      // What is not in force any more is not kept.
      for step in plan.steps[state] { objects[step.path] = nil }
      _ = walk.take(plan.steps[state])
    }
    let rulings = plan.plan.rulings[segment.rulings]
    if let check = question.check {
      guard let asked = checks.check(check, segment.rulings), let reads = asked.reads?.given(walk.has) else { return [CheckAnswer()] }
      return [asked.answer(CheckContext(try part(walk.items(where: reads.includes), segment), rulings))]
    }
    guard case .namespace(let name) = question.scope else { return [] }
    let context = NamespaceContext(name, try part(walk.items(for: name), segment), rulings)
    return namespaceChecks.map { checks.check($0, segment.rulings)?.answer(context) ?? CheckAnswer() }
  }

  private mutating func part(_ items: [String: StateWalk.Item], _ segment: PeriodPlan.Segment) throws -> ClusterState {
    let facts = try facts(segment)
    var entries: [ClusterState.Entry] = []
    entries.reserveCapacity(items.count)
    // Paths are ASCII, so that texts are in the order of their bytes.
    for path in items.keys.sorted() {
      if let item = items[path] { entries.append(try object(item, path)) }
    }
    return ClusterState(
      cluster: plan.plan.cluster, entries: entries, coverage: plan.plan.coverages[segment.coverage],
      enforcement: facts.enforcement, ranges: facts.ranges)
  }

  private mutating func facts(_ segment: PeriodPlan.Segment) throws -> ClusterFacts {
    if let facts, facts.blob == walk.facts?.blob, facts.coverage == segment.coverage { return facts.facts }
    let read = try source.facts(walk.facts, plan.plan.coverages[segment.coverage])
    facts = (walk.facts?.blob, segment.coverage, read)
    return read
  }

  private mutating func object(_ item: StateWalk.Item, _ path: String) throws -> ClusterState.Entry {
    if let known = objects[path] { return known }
    let stored = try source.object(item, path)
    let entry = ClusterState.Entry(object: stored.object, type: stored.type, path: path)
    objects[path] = entry
    return entry
  }
}
