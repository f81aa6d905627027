import AmbitKit
import ClusterReader
import HistoryIndex
import KubeModel
import Reachability
import ReferenceEvaluator
import Testing

@Suite struct ConnectionBlameTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  // MARK: Against the slow way

  /// A step as the slow way finds it: a commit, and the outcome before it and from it on.
  private struct Step: Equatable, CustomStringConvertible {
    let commit: String
    let before: ConnectionOutcome
    let after: ConnectionOutcome
    var description: String { "\(commit.prefix(7)): \(before) -> \(after)" }
  }

  /// Every snapshot in full, oldest first.
  private func analyses(_ history: ClusterHistory, _ profile: Semantics.Profile) throws -> [(commit: String, ReachabilityAnalysis)] {
    try fixture.git("rev-list", "--reverse", "c").split(separator: "\n").map { commit in
      (String(commit), ReachabilityAnalysis(try history.state(at: history.point(String(commit))), Semantics(profile)))
    }
  }

  /// The steps of a connection as every snapshot in full shows them, oldest first.
  private static func slowSteps(
    _ question: ConnectionQuestion, _ analyses: [(commit: String, ReachabilityAnalysis)]
  ) throws -> [Step] {
    let ends = [question.source, question.destination]
    // Before all, only addresses are there.
    var before = ConnectionOutcome.missing(source: !isAddress(ends[0]), destination: !isAddress(ends[1]))
    var steps: [Step] = []
    for (commit, analysis) in analyses {
      let places = PlaceReference(analysis)
      func candidates(_ end: String) throws -> [PlaceReference.Candidate] {
        do { return try places.candidates(end) } catch let error as AmbitError where error.failure == .notFound { return [] }
      }
      let (sources, destinations) = (try candidates(ends[0]), try candidates(ends[1]))
      let verdicts = sources.flatMap { source in
        destinations.map { analysis.answer(source, $0, question.point).verdict }
      }
      let after: ConnectionOutcome =
        sources.isEmpty || destinations.isEmpty
        ? .missing(source: sources.isEmpty, destination: destinations.isEmpty) : .verdict(.combined(verdicts))
      if after != before { steps.append(Step(commit: commit, before: before, after: after)) }
      before = after
    }
    return steps
  }

  private static func isAddress(_ end: String) -> Bool { end == "outside" || IPRange(end) != nil }

  /// Records a history in which objects of three random clusters come, change and go.
  private func recordHistory(_ seed: UInt64, _ kinds: Set<RandomCluster.PolicyKind>) throws {
    var random = SplitMix64(seed: seed)
    var versions: [String: [KubeObject]] = [:]
    for number in 0..<3 as Range<UInt64> {
      for object in RandomCluster(seed: seed &* 31 &+ number, kinds: kinds).objects {
        versions["\(object.group)/\(object.kind)/\(object.namespace ?? "")/\(object.name)", default: []].append(object)
      }
    }
    let names = versions.keys.sorted()
    var present: [String: KubeObject] = [:]
    for name in names where random.chance(70) { present[name] = versions[name]?.first }
    for _ in 0..<14 {
      let documents = present.sorted { $0.key < $1.key }.map { CanonicalYAML.string(of: $0.value.value) }
      let whole = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system","uid":"k"}}"#
      try fixture.record([whole] + documents) { $0.isComplete = true }
      for _ in 0..<random.number(1...3) {
        let name = random.pick(names)
        present[name] = random.chance(35) ? nil : versions[name].map { random.pick($0) }
      }
    }
  }

  private static let cases: [(UInt64, Set<RandomCluster.PolicyKind>, Semantics.Profile)] =
    ([3, 4] as [UInt64]).flatMap { seed -> [(UInt64, Set<RandomCluster.PolicyKind>, Semantics.Profile)] in
      [
        (seed, [.networkPolicy], .kubernetes), (seed, [.networkPolicy, .adminNetworkPolicy], .ovn),
        (seed, [.networkPolicy, .clusterNetworkPolicy, .calico], .calico), (seed, [.networkPolicy, .cilium], .cilium),
      ]
    }

  @Test(arguments: cases)
  func `the steps are those that evaluating every snapshot in full shows`(
    _ given: (seed: UInt64, kinds: Set<RandomCluster.PolicyKind>, profile: Semantics.Profile)
  ) throws {
    try recordHistory(given.seed, given.kinds)
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: fixture.nextTime())
    let point = try history.point(nil)
    let workloads = try history.state(at: point).workloads
    let names = workloads.map { "\($0.namespace)/\($0.name)" }
    let ends = names + ["outside", "198.51.100.7", "203.0.113.0/24"] + workloads.prefix(1).flatMap { ["\($0.namespace)/", "\($0.namespace)/app=web"] }
    var random = SplitMix64(seed: given.seed)
    let analyses = try analyses(history, given.profile)
    var compared = 0
    // More questions where the first ones are about connections that nothing opened or closed.
    for number in 0..<400 where number < 40 || compared == 0 {
      let (source, destination) = (random.pick(ends), random.pick(ends))
      guard !(ConnectionBlameTests.isAddress(source) && ConnectionBlameTests.isAddress(destination)) else { continue }
      let traffic = TrafficPoint(random.chance(80) ? .tcp : .udp, UInt16(random.pick(RandomCluster.ports)))
      let question = ConnectionQuestion(from: source, to: destination, traffic, profile: given.profile)
      let expected = try ConnectionBlameTests.slowSteps(question, analyses)
      guard expected.last?.after.verdict != nil else { continue }
      compared += expected.count { $0.before.verdict != nil && $0.after.verdict != nil }
      let blame = try ConnectionBlame(question, in: history, at: point)
      let found = blame.steps.reversed().map { Step(commit: $0.snapshot.commit, before: $0.before, after: $0.after) }
      #expect(found == expected, "seed \(given.seed), \(given.profile): \(source) to \(destination) \(traffic)")
    }
    #expect(compared > 0, "no connection was opened or closed: the comparison says nothing")
  }

  // MARK: Single histories

  private static func pod(_ name: String, in namespace: String, app: String) -> String {
    """
    {"apiVersion":"v1","kind":"Pod","metadata":{"name":"\(name)","namespace":"\(namespace)","labels":{"app":"\(app)"}},\
    "spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}}
    """
  }

  private static func closed(_ name: String, opensFor app: String? = nil, port: Int = 5432) -> String {
    let rule = app.map { #"{"from":[{"podSelector":{"matchLabels":{"app":"\#($0)"}}}],"ports":[{"port":\#(port)}]}"# } ?? ""
    return """
      {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"\(name)","namespace":"shop"},\
      "spec":{"podSelector":{"matchLabels":{"app":"db"}},"policyTypes":["Ingress"],"ingress":[\(rule)]}}
      """
  }

  private static let ground = [
    #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system","uid":"k"}}"#,
    #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","uid":"s"}}"#, pod("db", in: "shop", app: "db"),
  ]

  private func record(_ files: [String]) throws -> String {
    try #require(try fixture.record(ConnectionBlameTests.ground + files) { $0.isComplete = true }.commit)
  }

  private func blame(_ extent: ConnectionBlame.Extent = .all) throws -> ConnectionBlame {
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: fixture.nextTime())
    let question = ConnectionQuestion(from: "shop/web", to: "shop/db", TrafficPoint(.tcp, 5432))
    return try ConnectionBlame(question, in: history, at: history.point(nil), extent)
  }

  private static let web = pod("web", in: "shop", app: "web")

  @Test func `an opening is told with the object that decides, apart from those beside it`() throws {
    _ = try record([ConnectionBlameTests.web, ConnectionBlameTests.closed("a")])
    let second = try record([
      ConnectionBlameTests.web, ConnectionBlameTests.closed("a", opensFor: "other"), ConnectionBlameTests.closed("b", opensFor: "web"),
    ])
    let step = try #require(try blame().steps.first)
    #expect(step.snapshot.commit == second)
    #expect(step.before == .verdict(.denied) && step.after == .verdict(.allowed))
    #expect(step.changes.filter(\.decides).map(\.entry.change.id.name) == ["b"])
    #expect(step.changes.filter { !$0.decides }.map(\.entry.change.id.name) == ["a"])
    #expect(step.deciding == ["NetworkPolicy shop/b"])
  }

  @Test func `an end that was not there yet is told as such, and never as denied`() throws {
    _ = try record([ConnectionBlameTests.closed("a")])
    let second = try record([ConnectionBlameTests.closed("a"), ConnectionBlameTests.web])
    let steps = try blame().steps
    #expect(steps[0].snapshot.commit == second)
    #expect(steps[0].before == .missing(source: true, destination: false))
    #expect(steps[0].after == .verdict(.denied))
  }

  @Test func `the opening that stands outlives an end that went and came back`() throws {
    let (web, closed) = (ConnectionBlameTests.web, ConnectionBlameTests.closed)
    _ = try record([web, closed("a", nil, 5432)])
    let second = try record([web, closed("a", "web", 5432)])
    _ = try record([closed("a", "web", 5432)])
    _ = try record([web, closed("a", "web", 5432)])
    #expect(try blame(.opening).steps.map(\.snapshot.commit) == [second])
    #expect(try blame().steps.count == 4)
  }

  @Test func `a connection that is denied has no opening that stands`() throws {
    _ = try record([ConnectionBlameTests.web])
    _ = try record([ConnectionBlameTests.web, ConnectionBlameTests.closed("a")])
    let blame = try blame(.opening)
    #expect(blame.steps.isEmpty)
    #expect(blame.known == .verdict(.denied))
  }

  @Test func `a reading without the kind widens the time of a step, and does not hide it`() throws {
    let time = fixture.nextTime()
    try fixture.record(
      ConnectionBlameTests.ground + [ConnectionBlameTests.web, ConnectionBlameTests.closed("a")], at: time
    ) { $0.isComplete = true }
    // This one looks at pods alone.
    try fixture.record([
      #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[\#(ConnectionBlameTests.web),"#
        + ConnectionBlameTests.ground[2] + "]}"
    ])
    let third = try record([ConnectionBlameTests.web])
    let step = try #require(try blame().steps.first)
    #expect(step.snapshot.commit == third)
    #expect(step.before == .verdict(.denied) && step.after == .verdict(.allowed))
    #expect(step.notBefore == time)
  }

  @Test func `what the last reading lacks makes the answer unknown, and what was read before is told beside it`() throws {
    _ = try record([ConnectionBlameTests.web, ConnectionBlameTests.closed("a", opensFor: "web")])
    try fixture.record([
      #"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[\#(ConnectionBlameTests.web),"#
        + ConnectionBlameTests.ground[2] + "]}"
    ])
    let blame = try blame()
    #expect(blame.verdict == .unknown)
    #expect(blame.known == .verdict(.allowed))
    #expect(blame.unread?.contains("unread") == true)
  }

  @Test func `an end that is not there is not found`() throws {
    _ = try record([])
    #expect { try self.blame() } throws: { ($0 as? AmbitError)?.failure == .notFound }
  }
}
