import Foundation
import StubServer
import Testing
import TestSupport

/// What a server answers with status 200 and what is recorded already are held against each other.
@Suite struct DoubtedReadingTests {
  private static let policies = "networkpolicies.networking.k8s.io"
  private static let many = (1...8).map { "p\($0)" }

  private static func cluster(
    _ names: [String], resourceVersion: Int = 100, label: String = "x", forbidden: Set<String> = []
  ) -> StubCluster.Answers {
    StubCluster.Answers(
      resourceVersion: resourceVersion, ["namespaces": ["kube-system", "shop"], policies: names], label: label,
      forbidden: forbidden)
  }

  /// What the operator sees of a run.
  private struct Run {
    let status: Int32
    let stderr: String
    let flags: [String]
    let deleted: Int
  }

  private struct History {
    var runs: [Run] = []
    let fixture: CommandFixture
    /// How many readings began, and how many connections the server saw.
    var readings = 0
    var connections = 0
  }

  /// Snapshots one after another, of a cluster that answers its readings as told.
  private func runs(
    _ count: Int, options: [String] = [], _ answers: @escaping @Sendable (Int) -> StubCluster.Answers
  ) async throws -> History {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    let cluster = StubCluster(answers)
    return try await StubAPIServer.with(handler: { cluster.answer($0) }) { server in
      try fixture.writeKubeconfig(server: server.url)
      let runs = try (0..<count).map { _ in
        let output = try fixture.run(["snapshot", "--kubeconfig", "config", "-o", "json"] + options)
        let json = try JSONSerialization.jsonObject(with: Data(output.stdout.utf8)) as? [String: Any]
        return Run(
          status: output.status, stderr: output.stderr, flags: json?["flags"] as? [String] ?? [],
          deleted: json?["deleted"] as? Int ?? 0)
      }
      return History(runs: runs, fixture: fixture, readings: cluster.count, connections: server.connections)
    }
  }

  private func policyCount(_ fixture: CommandFixture) throws -> Int {
    try fixture("list", "netpol", "-n", "shop", "-o", "csv").stdout.split(separator: "\r\n").count - 1
  }

  @Test func `the deletion of all policies is recorded, flagged and ends with 1, and the next reading with 0`() async throws {
    let history = try await runs(3, { DoubtedReadingTests.cluster($0 == 1 ? DoubtedReadingTests.many : []) })
    #expect(history.runs.map(\.status) == [0, 1, 0])
    #expect(history.runs.map(\.deleted) == [0, 8, 0])
    let flag =
      "networkpolicies.networking.k8s.io fell from 8 to 0 objects; a second reading on a new connection confirmed it"
    #expect(history.runs.map(\.flags) == [[], [flag], []])
    #expect(history.runs[1].stderr.contains("Warning: \(flag)"))
    #expect(history.readings == 4)
    let log = try history.fixture("log", "--observations").stdout.split(separator: "\n")
    #expect(log.count { $0.contains(flag) } == 1)
  }

  @Test func `the only policy that is gone is doubted too`() async throws {
    let history = try await runs(2, { DoubtedReadingTests.cluster($0 == 1 ? ["p"] : []) })
    #expect(history.runs.map(\.status) == [0, 1])
  }

  @Test func `a list that a broken proxy emptied deletes nothing`() async throws {
    let history = try await runs(2, { DoubtedReadingTests.cluster($0 == 2 ? [] : DoubtedReadingTests.many) })
    #expect(history.runs.map(\.status) == [0, 0])
    #expect(history.runs[1].deleted == 0 && history.runs[1].flags.isEmpty)
    #expect(try policyCount(history.fixture) == 8)
    let note = "a reading was not believed (networkpolicies.networking.k8s.io fell from 8 to 0 objects); one on a new connection is recorded"
    #expect(history.runs[1].stderr.contains("Note: \(note)"))
    #expect(try history.fixture("log", "--observations").stdout.contains(note))
    // The reading before, the one in doubt, and the second one.
    #expect(history.connections == 3)
  }

  @Test func `readings of which no two agree leave the kind unread`() async throws {
    let counts = [8, 0, 3, 1]
    let history = try await runs(2, { DoubtedReadingTests.cluster(Array(DoubtedReadingTests.many.prefix(counts[$0 - 1]))) })
    #expect(history.runs.map(\.status) == [0, 2])
    #expect(history.runs[1].deleted == 0)
    #expect(try policyCount(history.fixture) == 8)
    #expect(
      try history.fixture("log", "--observations").stdout.contains(
        "in doubt: networkpolicies.networking.k8s.io fell from 8 to 1 objects, and no two readings agree"))
  }

  @Test func `a third reading that agrees with the second decides`() async throws {
    let counts = [8, 0, 3, 3]
    let history = try await runs(2, { DoubtedReadingTests.cluster(Array(DoubtedReadingTests.many.prefix(counts[$0 - 1]))) })
    #expect(history.runs.map(\.status) == [0, 1])
    #expect(try policyCount(history.fixture) == 3)
  }

  @Test func `a kind that the second reading may not read is unread`() async throws {
    let history = try await runs(2, {
      DoubtedReadingTests.cluster(
        $0 == 2 ? [] : DoubtedReadingTests.many, forbidden: $0 == 3 ? [DoubtedReadingTests.policies] : [])
    })
    #expect(history.runs.map(\.status) == [0, 2])
    #expect(try policyCount(history.fixture) == 8)
  }

  @Test func `a second reading that fails leaves the kind unread`() async throws {
    let history = try await runs(2, {
      var answers = DoubtedReadingTests.cluster($0 == 2 ? [] : DoubtedReadingTests.many)
      answers.isBroken = $0 == 3
      return answers
    })
    #expect(history.runs.map(\.status) == [0, 2])
    #expect(try policyCount(history.fixture) == 8)
    #expect(try history.fixture("log", "--observations").stdout.contains("a second reading failed"))
  }

  @Test func `a kind that is no longer served is doubted however few objects it had`() async throws {
    let kind = "ciliumcidrgroups.cilium.io"
    let history = try await runs(2, {
      var answers = DoubtedReadingTests.cluster(["p"])
      if $0 != 2 { answers.objects[kind] = ["one"] }
      return answers
    })
    #expect(history.runs.map(\.status) == [0, 0])
    #expect(history.runs[1].deleted == 0)
    #expect(history.runs[1].stderr.contains("the server no longer serves \(kind), of which the store holds 1"))
    let gone = try await runs(2, {
      var answers = DoubtedReadingTests.cluster(["p"])
      if $0 == 1 { answers.objects[kind] = ["one"] }
      return answers
    })
    #expect(gone.runs.map(\.status) == [0, 1])
    #expect(gone.runs[1].deleted == 1)
  }

  @Test func `an older state is read again without taking objects for known, recorded and flagged`() async throws {
    let history = try await runs(3, {
      $0 == 1 ? DoubtedReadingTests.cluster(["p"], resourceVersion: 3420)
        : DoubtedReadingTests.cluster(["p"], resourceVersion: 812, label: "restored")
    })
    #expect(history.runs.map(\.status) == [0, 1, 0])
    #expect(history.runs[1].flags.count == 1)
    #expect(history.runs[1].flags.first?.hasPrefix("the reading is of resourceVersion 812, older than 3420 in that of 20") == true)
    // The object has the uid and the resourceVersion that it had, and yet is another.
    #expect(try history.fixture("show", "netpol/p", "-n", "shop").stdout.contains("restored"))
    #expect(history.runs[2].flags.isEmpty)
  }

  @Test func `an older state that a new connection does not show is not recorded`() async throws {
    let history = try await runs(2, {
      $0 == 2 ? DoubtedReadingTests.cluster(["old"], resourceVersion: 812) : DoubtedReadingTests.cluster(["p"], resourceVersion: 3420)
    })
    #expect(history.runs.map(\.status) == [0, 0])
    #expect(history.runs[1].deleted == 0 && history.runs[1].stderr.contains("a reading was not believed"))
  }

  @Test func `a share of the operator's own is kept to`() async throws {
    let counts: @Sendable (Int) -> StubCluster.Answers = {
      DoubtedReadingTests.cluster(Array(DoubtedReadingTests.many.prefix($0 == 1 ? 8 : 3)))
    }
    #expect(try await runs(2, counts).runs.map(\.status) == [0, 1])
    #expect(try await runs(2, options: ["--believe-loss", "70"], counts).runs.map(\.status) == [0, 0])
  }

  // MARK: Files

  private static func dump(_ names: [String], version: Int = 1, spec: String = "{}") -> String {
    let items = names.map {
      #"{"metadata":{"name":"\#($0)","namespace":"shop","uid":"\#($0)","resourceVersion":"7"},"spec":\#(spec)}"#
    }
    return
      #"{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"\#(version)"},"items":[\#(items.joined(separator: ","))]}"#
  }

  @Test func `files are compared too, recorded and flagged`() throws {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    #expect(try fixture("snapshot", "--from", "-", input: DoubtedReadingTests.dump(DoubtedReadingTests.many)).status == 0)
    let emptied = try fixture("snapshot", "--from", "-", input: DoubtedReadingTests.dump([]))
    #expect(emptied.status == 1)
    #expect(
      emptied.stderr.contains(
        "Warning: networkpolicies.networking.k8s.io fell from 8 to 0 objects; files cannot be asked a second time"))
    #expect(try fixture("snapshot", "--from", "-", input: DoubtedReadingTests.dump([])).status == 0)
  }

  @Test func `files of an older state are read without taking objects for known`() throws {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    try fixture.write("dump/p.json", DoubtedReadingTests.dump(["p"], version: 9))
    #expect(try fixture("snapshot", "--from", "dump").status == 0)
    try fixture.write("dump/p.json", DoubtedReadingTests.dump(["p"], version: 8, spec: #"{"podSelector":{"matchLabels":{"a":"b"}}}"#))
    #expect(try fixture("snapshot", "--from", "dump").status == 1)
    #expect(try fixture("show", "netpol/p", "-n", "shop").stdout.contains("matchLabels"))
  }
}
