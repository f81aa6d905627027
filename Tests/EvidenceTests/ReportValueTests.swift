import Controls
@testable import Evidence
import Integrity
import Testing

@Suite struct ReportValueTests {
  // MARK: Words

  @Test(arguments: [
    (0, 10, "0 %"), (10, 10, "100 %"), (5, 10, "50.0 %"), (1, 100_000, "0.1 %"), (99_999, 100_000, "99.9 %"), (0, 0, "–"),
  ] as [(Int64, Int64, String)])
  func `a share is all or nothing only where it is`(_ given: (Int64, Int64, String)) {
    #expect(ReportTime.share(given.0, of: given.1) == given.2)
  }

  @Test(arguments: [
    (0, "0 s"), (5, "5 ms"), (61_000, "1 min 1 s"), (300_000, "5 min"), (90_000_000, "1 d 1 h"), (86_400_001, "1 d"),
  ] as [(Int64, String)])
  func `a length is told in its two largest units`(_ given: (Int64, String)) {
    #expect(ReportTime.length(given.0) == given.1)
  }

  @Test func `a time is told in UTC, to the millisecond where there are any`() {
    #expect(ReportTime.text(1_767_225_600_000) == "2026-01-01 00:00:00")
    #expect(ReportTime.text(1_767_225_600_007) == "2026-01-01 00:00:00.007")
    #expect(ReportTime.text(-1) == "1969-12-31 23:59:59.999")
    _ = ReportTime.text(.max)
  }

  @Test func `waived controls count as held with waivers, and as failed without; what nobody decided is in neither`() {
    let tally = ControlTally([.pass, .attested, .waived, .fail, .manual, .notEvaluated, .notApplicable, .error, .stale])
    #expect(tally.score(withWaivers: true) == "3 of 4 decided (75.0 %)")
    #expect(tally.score(withWaivers: false) == "2 of 4 decided (50.0 %)")
    #expect(ControlTally([.manual]).score(withWaivers: true) == "0 of 0 decided (–)")
  }

  // MARK: Strips

  @Test func `a short violation fills a column, and a gap is never taken for what is around it`() {
    let timeline = Timeline([
      .init(0..<500_000, .pass), .init(500_000..<500_001, .fail), .init(500_001..<800_000, .pass), .init(800_000..<800_002, .notEvaluated, isGap: true),
      .init(800_002..<1_800_000, .pass),
    ])
    let strip = HistoryStrip(timeline, 0..<1_800_000)
    #expect(
      strip.runs == [
        .init(start: 0, length: 50, mark: .status(.pass)), .init(start: 50, length: 1, mark: .status(.fail)),
        .init(start: 51, length: 29, mark: .status(.pass)), .init(start: 80, length: 1, mark: .gap),
        .init(start: 81, length: 99, mark: .status(.pass)),
      ])
    #expect(HistoryStrip(Timeline(), 0..<10).runs.isEmpty)
    #expect(HistoryStrip(Timeline([.init(0..<1, .fail)]), 5..<10).runs.isEmpty)
  }

  @Test func `a strip stays small however often a status changes`() {
    let flapping = Timeline(
      (0..<100_000).map { (time: Int64) in Timeline.Interval(time..<time + 1, time % 2 == 0 ? ControlStatus.pass : .fail) })
    #expect(StripPicture.paths(HistoryStrip(flapping, 0..<100_000)).utf8.count < 6_000)
    #expect(HistoryStrip.text(flapping).hasPrefix("pass 50.0 % of observed time; fail 50.0 %"))
    #expect(HistoryStrip.text(Timeline([.init(0..<9, .pass, isGap: true)])) == "gaps: 1, together 9 ms")
    #expect(HistoryStrip.text(Timeline()) == "never observed")
  }

  @Test func `a trend counts what fails at once`() throws {
    let timelines = [
      Timeline([.init(0..<100, .fail), .init(100..<1000, .pass)]), Timeline([.init(0..<600, .pass), .init(600..<1000, .fail)]),
      Timeline([.init(0..<700, .pass), .init(700..<800, .fail), .init(800..<1000, .pass)]),
    ]
    let trend = try #require(FailureTrend(timelines, 0..<1000))
    #expect((trend.atStart, trend.atEnd, trend.most, trend.mostSince) == (1, 1, 2, 700))
    #expect(trend.counts[0] == 1 && trend.counts[50] == 0 && trend.counts[120] == 1 && trend.counts[130] == 2)
    #expect(FailureTrend(timelines, 5..<5) == nil)
    #expect(try #require(FailureTrend([Timeline([.init(0..<10, .pass)])], 0..<10)).text(of: 1) == "Of 1 controls 0 failed when the period began and 0 when it ended.")
  }

  // MARK: Findings

  static func finding(_ namespace: String, _ name: String, _ message: String, remedy: String, yaml: String? = nil) -> FindingHistory {
    FindingHistory(
      finding: .init(subject: .init(kind: "NetworkPolicy", namespace: namespace, name: name), message: message, remedy: remedy, remedyYAML: yaml),
      fingerprint: "\(namespace)/\(name)", spans: [], isOpen: true, waiver: nil)
  }

  @Test func `remedies that differ by names alone are told once, and give each its own back`() {
    let findings = ["shop", "metadata", "a", "kind-x"].map {
      Self.finding($0, "deny-\($0)", "m", remedy: "Mend deny-\($0) in '\($0)'.", yaml: "kind: X\nmetadata:\n  name: deny-\($0)\n  namespace: \($0)\n")
    }
    let groups = FindingGroup.groups(findings)
    #expect(groups.map(\.members.count) == [3, 1])
    #expect(groups[0].remedy == "Mend ‹name› in '‹namespace›'." && groups[0].hasMarks)
    for group in groups {
      for history in group.members {
        let pattern = NamePattern(history.finding.subject)
        #expect(pattern.text(of: group.remedy) == history.finding.remedy)
        #expect(group.yaml.map(pattern.text) == history.finding.remedyYAML)
      }
    }
    // One whose name is a word of the YAML is told as it is.
    #expect(groups[1].yaml == "kind: X\nmetadata:\n  name: deny-metadata\n  namespace: metadata\n")
  }

  @Test(arguments: ["‹namespace›", "", "x", "x-shop", "shop.y shop", "shop shop/deny", "‹"]) func `a pattern always gives the text back`(_ text: String) {
    for (namespace, name) in [("shop", "deny"), ("‹namespace›", "‹name›"), ("shop", "shop"), ("", "")] {
      let pattern = NamePattern(.init(kind: "Pod", namespace: namespace, name: name))
      let marked = pattern.pattern(text)
      #expect(marked == text || pattern.text(of: marked) == text)
    }
  }

  @Test(arguments: [
    ["Deployment web is not isolated", "Deployment db is not isolated"], ["a", "b"], ["same", "same"], [], ["one"],
    ["the same start and x", "the same start and x y z"], ["é is not isolated at all", "è is not isolated at all"], ["a b a b a b a b", "a b a b a b"],
  ])
  func `what messages share is told once, and nothing of them is lost`(_ texts: [String]) {
    let shared = SharedText(texts)
    for text in texts { #expect(shared.start + shared.own(text) + shared.end == text) }
    #expect(shared.isWhole == (Set(texts).count <= 1))
  }

  @Test func `a violation names the changes at its ends, or says what is known instead`() throws {
    let cluster = try #require(ReportSample(findings: 40).report().clusters.first)
    let violations = cluster.frameworks[0].controls[0].violations
    #expect(violations.count == 3)
    #expect(violations[0].openedBy.map(\.seen) == [violations[0].range.lowerBound].filter { _ in !violations[0].openedBy.isEmpty })
    #expect(violations[1].end == "at a gap: nobody looked on its other side")
    #expect(violations[2].start == "at a gap: nobody looked on its other side")
    #expect(violations.allSatisfy { !$0.openedBy.isEmpty || $0.start != nil })
    #expect(violations.allSatisfy { !$0.closedBy.isEmpty || $0.end != nil })
  }

  // MARK: Flows

  static func flow(_ from: String?, _ to: String?, _ ports: String = "TCP 80", isCertain: Bool = true) -> Assessment.Flow {
    .init(from: from, to: to, isCertain: isCertain, ports: ports)
  }

  @Test func `namespaces that reach the same stand together, also where each reaches itself`() {
    let names = ["a", "b", "c", "d", "e"]
    let open = FlowMap(names.flatMap { from in names.map { Self.flow(from, $0) } }, namespaces: names)
    #expect(open.groups.count == 1)
    #expect(open.text(open.groups[0].grants[0].destinations) == "every namespace")
    let own = FlowMap(names.map { Self.flow($0, $0) }, namespaces: names + ["f"])
    #expect(own.groups.count == 1)
    #expect(own.text(sources: own.groups[0].sources) == "a, b, c, d, e")
    #expect(own.text(own.groups[0].grants[0].destinations) == "itself")
    #expect(own.silent == ["f"])
  }

  @Test func `a map of flows tells every flow and no other`() {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<50 {
      let names: [String?] = [nil] + (0..<6).map { "n\($0)" }
      let flows = Set((0..<random(30)).map { _ in Self.flow(names[random(7)], names[random(7)], "TCP \(80 + random(2))", isCertain: random(2) == 0) })
      let map = FlowMap(Array(flows), namespaces: [])
      var told: Set<Assessment.Flow> = []
      for group in map.groups {
        for (grant, destinations) in group.grants {
          for source in group.sources {
            for place in destinations {
              told.insert(.init(from: map.nodes[source], to: map.nodes[place == FlowMap.itself ? source : place], isCertain: grant.isCertain, ports: grant.ports))
            }
          }
        }
      }
      #expect(told == flows)
    }
  }

  // MARK: Changes and the whole

  @Test func `changes that came together are one row, and none is lost`() throws {
    let sample = ReportSample(findings: 60)
    let groups = ChangeGroup.groups(sample.assessment.changes)
    #expect(groups.flatMap(\.changes).map(\.id) == sample.assessment.changes.map(\.id))
    let together = RecordedChange.Actor(name: "a", kind: .person, source: "audit", certainty: nil)
    let changes = (0..<3).map { index in
      RecordedChange(
        id: "\(index)", commit: "c", path: "p\(index)", resource: "pods", object: .init(kind: "Pod", namespace: "n", name: "\(index)"), effect: "added", after: 1,
        seen: 2, time: nil, actor: together, reason: nil, approval: .notNeeded("x"), auditID: nil, isReconstructed: false, before: nil, version: nil)
    }
    #expect(ChangeGroup.groups(changes).count == 1)
  }

  @Test func `frameworks of one cluster share its checks, and clusters do not`() throws {
    let assessment = ReportSample().assessment
    let both = Report([assessment, assessment], tool: "ambit", commands: [])
    #expect(both.clusters.count == 1)
    #expect(both.clusters[0].frameworks.count == 2)
    #expect(both.clusters[0].checks.count == assessment.checks.count)
    let fleet = ReportSample().report(clusters: ["prod", "stage", "dev", "test"])
    #expect(fleet.clusters.count == 4)
    #expect(fleet.title == "Network policy evidence: 4 clusters")
    _ = try ReportWriter().html(both)
  }

  @Test func `the worst failures come first, by how long they failed and then by findings`() {
    let risks = ReportSample(controls: 20, findings: 40).report().risks
    #expect(risks.count >= 2)
    for (one, next) in zip(risks, risks.dropFirst()) { #expect((one.failing, one.openFindings) >= (next.failing, next.openFindings)) }
  }

  @Test func `the digest is that of the lines that a reader sees`() {
    let report = ReportSample(cluster: "a\nb").report(clusters: ["a\nb"])
    #expect(report.digest == SHA256Digest.hex(Array(report.basis.map { $0 + "\n" }.joined().utf8)))
    #expect(report.basis.contains("cluster a\\u{a}b uid 0b1c5a0e-7a0f-4a39-0001"))
    #expect(!report.basis.contains { $0.contains("\n") })
    #expect(ReportSample(cluster: "c").report(clusters: ["c"]).digest != report.digest)
  }

  @Test func `a report of nothing is a page all the same`() throws {
    let report = Report([], tool: "ambit", commands: [])
    #expect(try ReportWriter().html(report).contains("How to verify"))
    #expect(try ReportWriter().markdown(report).contains("How to verify"))
  }
}
