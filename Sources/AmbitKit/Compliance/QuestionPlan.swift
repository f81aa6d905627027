internal import ClusterReader
internal import Controls
internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Registers
internal import SnapshotStore

/// Which questions a period asks: for each scope, one wherever something changes that its answer rests on.
struct QuestionPlan {
  /// What is asked.
  enum Scope: Sendable, Hashable {
    case namespace(String)
    case cluster
    /// Namespaces that nobody could see.
    case unseen

    /// In the order in which they are told.
    var order: String {
      switch self {
      case .cluster: ""
      case .namespace(let name): "n\(name)"
      case .unseen: "u"
      }
    }
  }

  struct Question: Sendable {
    let segment: Int
    let scope: Scope
    /// The check, by its place, that asks the whole cluster; nil for all those that ask a namespace.
    let check: Int?
    /// A digest of everything that the answers rest on.
    let key: SHA256Value
  }

  /// What is said of a scope that cannot be asked.
  struct Absence {
    let segment: Int
    let scope: Scope
    /// The check of which it is said; nil for all that ask namespaces.
    let check: Int?
    let answer: CheckAnswer
  }

  let plan: PeriodPlan
  private let checks: CheckVersions
  private let namespaceChecks: [Int]
  /// The state with which the period begins, and the steps from each state to the next.
  private(set) var first: [StateEntry] = []
  private(set) var steps: [ArraySlice<ObjectStep>] = []
  private(set) var questions: [Question] = []
  private(set) var absences: [Absence] = []
  private var facts: [(segment: Int, item: StateWalk.Item?, coverage: Int)] = []
  /// How many namespaces there are, by segment from which on.
  private(set) var namespaceCounts: [(segment: Int, count: Int)] = []

  init(_ plan: PeriodPlan, _ checks: CheckVersions, _ namespaceChecks: [Int]) {
    self.plan = plan
    self.checks = checks
    self.namespaceChecks = namespaceChecks
  }

  // MARK: Walking

  mutating func walk(_ history: ClusterHistory) throws {
    guard let begin = plan.states.first, let end = plan.states.last else { return }
    let (entries, all) = try history.ambit.index.read { [cluster = plan.cluster] view in
      guard try view.snapshot(named: begin.commit, in: cluster) != nil else {
        throw AmbitError(.locked, "the index of '\(cluster)' was made again while it was read", hint: "run the command again")
      }
      return (
        try view.state(at: begin.commit, in: cluster),
        begin.order == end.order ? [] : try view.steps(of: cluster, after: begin.order, upTo: end.order)
      )
    }
    first = entries
    split(all)
    var walker = Walker(StateWalk(first), checks, plan)
    var state = -1
    var last: PeriodPlan.Segment?
    for (number, segment) in plan.segments.enumerated() {
      guard let wanted = segment.state else { continue }
      var touched = StateWalk.Touched()
      let isFirst = state < 0
      if isFirst { state = 0 }
      while state < wanted {
        state += 1
        walker.take(steps[state], into: &touched)
      }
      let isNew = isFirst || last.map { $0.coverage != segment.coverage || $0.rulings != segment.rulings } ?? true
      last = segment
      if isNew || touched.facts { facts.append((number, walker.state.facts, segment.coverage)) }
      ask(number, segment, &walker, touched, all: isNew || touched.facts)
    }
  }

  /// The steps that lead to each state; none to the first.
  private mutating func split(_ all: [ObjectStep]) {
    var place = all.startIndex
    for state in plan.states {
      let start = place
      while place < all.endIndex, all[place].order <= state.order { place += 1 }
      steps.append(all[start..<place])
    }
  }

  private mutating func ask(
    _ number: Int, _ segment: PeriodPlan.Segment, _ walker: inout Walker, _ touched: StateWalk.Touched, all: Bool
  ) {
    let present = walker.state.namespaces
    let base = walker.base(segment)
    let asked = all || touched.shared ? present : touched.namespaces.sorted().filter(walker.state.holds)
    for name in asked {
      let key = walker.key(of: name, base)
      questions.append(Question(segment: number, scope: .namespace(name), check: nil, key: key))
    }
    if all || touched.lists {
      for gone in walker.known.subtracting(present).sorted() {
        absences.append(Absence(segment: number, scope: .namespace(gone), check: nil, answer: CheckAnswer()))
      }
      walker.known = Set(present)
    }
    if all {
      let state = ClusterState(
        cluster: plan.cluster, entries: [], coverage: plan.coverages[segment.coverage],
        enforcement: ClusterState.Enforcement(basis: .unknown, cni: nil, detail: ""))
      absences.append(Absence(segment: number, scope: .unseen, check: nil, answer: CheckContext(state).unseen))
    }
    if namespaceCounts.last?.count != present.count { namespaceCounts.append((number, present.count)) }
    for place in checks.checks.indices {
      guard let reads = checks.check(place, segment.rulings)?.reads.map({ $0.given(walker.state.has) }) else {
        if all, checks.checks[place].reads != nil {
          absences.append(Absence(segment: number, scope: .cluster, check: place, answer: CheckAnswer()))
        }
        continue
      }
      let isOther = walker.isOther(reads, place)
      guard all || isOther || touched.kinds.contains(where: { reads.includes($0.type, $0.namespace) }) else { continue }
      let key = walker.key(ofCheck: place, reads, base, touched, all: all || isOther)
      questions.append(Question(segment: number, scope: .cluster, check: place, key: key))
    }
  }

  // MARK: What came of it

  /// The questions whose answers are looked for, each key once, where it is first asked.
  func firstOfEach(where isWanted: (SHA256Value) -> Bool) -> [Question] {
    var seen: Set<SHA256Value> = []
    return questions.filter { isWanted($0.key) && seen.insert($0.key).inserted }
  }

  /// How many questions evaluating each reading anew would ask.
  func askedAnew(readings: Int) -> Int {
    let most = namespaceCounts.map(\.count).max() ?? 0
    return max(readings, 1) * (most * namespaceChecks.count + checks.checks.count { $0.reads != nil })
  }

  /// How policy is enforced from a segment on.
  func enforcement(_ history: ClusterHistory) throws -> [(segment: Int, enforcement: ClusterState.Enforcement)] {
    try facts.map { fact in
      (fact.segment, try ClusterFactsReader.facts(fact.item, plan.coverages[fact.coverage], history).enforcement)
    }
  }
}

/// A state that is walked, with the digests of what each question reads.
private struct Walker {
  var state: StateWalk
  /// The namespaces that were there before.
  var known: Set<String> = []
  private let checks: CheckVersions
  private let plan: PeriodPlan
  private let coverageDigests: [SHA256Value]
  private var shared: SHA256Value?
  /// Whether what a check reads was narrowed to what is behind its gate.
  private var gated: [Int: Bool] = [:]
  /// By check, the digest of what it reads of each namespace, and of what has none (nil).
  private var parts: [Int: [String?: SHA256Value]] = [:]

  init(_ state: StateWalk, _ checks: CheckVersions, _ plan: PeriodPlan) {
    self.state = state
    self.checks = checks
    self.plan = plan
    coverageDigests = plan.coverages.map { coverage in
      SHA256Value(
        of: coverage.flatMap { kind -> [UInt8] in
          let status = switch kind.status {
          case .read: "read"
          case .absent: "absent"
          case .unread(let reason): "unread \(reason)"
          }
          return Array("\(kind.group)\0\(kind.resource)\0\(kind.namespace ?? "")\0\(status)\0".utf8)
        })
    }
  }

  mutating func take(_ steps: ArraySlice<ObjectStep>, into touched: inout StateWalk.Touched) {
    touched.formUnion(state.take(steps))
    if touched.shared { shared = nil }
  }

  /// What every answer of a segment rests on.
  func base(_ segment: PeriodPlan.Segment) -> [UInt8] {
    ProgramIdentity.digest.bytes + Array(plan.cluster.utf8) + [0] + Array(plan.rulings[segment.rulings].digest.utf8)
      + coverageDigests[segment.coverage].bytes + Array((state.facts?.blob ?? "").utf8) + [state.isEmpty ? 0 : 1]
  }

  mutating func key(of namespace: String, _ base: [UInt8]) -> SHA256Value {
    let shared = self.shared ?? state.sharedDigest
    self.shared = shared
    return SHA256Value(of: base + shared.bytes + Array(namespace.utf8) + [0] + state.digest(of: namespace).bytes)
  }

  /// Whether a check reads something else than it did before: a kind that it waits for came or went.
  mutating func isOther(_ reads: Check.Reads, _ check: Int) -> Bool {
    let isGated = !reads.gate.isEmpty
    defer { gated[check] = isGated }
    return gated[check].map { $0 != isGated } ?? false
  }

  mutating func key(
    ofCheck check: Int, _ reads: Check.Reads, _ base: [UInt8], _ touched: StateWalk.Touched, all: Bool
  ) -> SHA256Value {
    let includes = reads.includes
    var digests = parts[check] ?? [:]
    if digests.isEmpty || all {
      digests = [nil: state.digest(of: nil, where: includes)]
      for name in state.namespaces { digests[name] = state.digest(of: name, where: includes) }
    } else {
      for namespace in Set(touched.kinds.filter { includes($0.type, $0.namespace) }.map(\.namespace)) {
        digests[namespace] = state.digest(of: namespace, where: includes)
      }
    }
    parts[check] = digests
    var bytes = base + Array(checks.checks[check].id.utf8) + [0]
    for (name, digest) in digests.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) { bytes += Array((name ?? "").utf8) + [0] + digest.bytes }
    return SHA256Value(of: bytes)
  }
}

extension StateWalk.Touched {
  mutating func formUnion(_ other: StateWalk.Touched) {
    namespaces.formUnion(other.namespaces)
    shared = shared || other.shared
    kinds += other.kinds
    facts = facts || other.facts
    lists = lists || other.lists
  }
}
