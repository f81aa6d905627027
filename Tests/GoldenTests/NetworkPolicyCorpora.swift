import KubeModel
import ReferenceEvaluator
import Testing

@Suite(.enabled(if: Golden.isThere, Comment(rawValue: Golden.absence)))
struct NetworkPolicyCorpora {
  @Test(arguments: Judge.all) func `the generated cases of cyclonus`(_ judge: Judge) throws {
    let options = Reference.Options(.kubernetes, ipBlock: .pods, self: .policy)
    var courts: [String: Judge.Court] = [:]
    // The resources of some steps are not in the folder.
    for row in try Golden.table("cyclonus-cases/INDEX.tsv")
    where Golden.has("cyclonus-cases/\(row["resources"] ?? "")") {
      let paths = [try #require(row["resources"]), try #require(row["policies"])]
      let objects = try paths.flatMap { try Golden.objects("cyclonus-cases/\($0)") }
      courts[try #require(row["case_step"])] = judge.court(objects, options)
    }
    var replay = try Replay("cyclonus-cases")
    for row in try Golden.table("cyclonus-cases/EXPECTED.tsv") {
      let name = try #require(row["case_step"])
      let destinations = try #require(row["to_order"]).split(separator: ",").map(String.init)
      for (to, letter) in zip(destinations, try #require(row["verdicts"])) {
        let expectation = Expectation(
          case: name, from: try #require(row["from"]), to: to, protocol: try #require(row["protocol"]),
          port: try #require(row["port"]), part: try #require(Expectation.Part(rawValue: row["direction"] ?? "")),
          isAllowed: letter == ".")
        try replay.check(expectation, courts[name])
      }
    }
    replay.finish(judge, atLeast: 228_000)
  }

  @Test(arguments: Judge.all) func `the end-to-end cases of Kubernetes`(_ judge: Judge) throws {
    var replay = try Replay("kubernetes-e2e-netpol-cases")
    var courts: [String: Judge.Court] = [:]
    for row in try Golden.table("kubernetes-e2e-netpol-cases/ASSERTIONS.tsv") {
      let resources = try #require(row["resources"])
      let court =
        try courts[resources]
        ?? judge.court(Golden.objects("kubernetes-e2e-netpol-cases/\(resources)"), Reference.Options(.kubernetes))
      courts[resources] = court
      try replay.check(Expectation(row, case: "\(row["case"] ?? "")/\(row["step"] ?? "")"), court)
    }
    replay.finish(judge, atLeast: 340)
  }

  @Test(arguments: Judge.all) func `the conformance cases of the policy group`(_ judge: Judge) throws {
    var replay = try Replay("network-policy-api-conformance")
    var courts: [String: Judge.Court] = [:]
    for row in try Golden.table("network-policy-api-conformance/ASSERTIONS.tsv") {
      let policies = try #require(row["policies"])
      let court = try courts[policies] ?? conformanceCourt(row, judge)
      courts[policies] = court
      let expectation = Expectation(
        case: "\(row["test"] ?? "")/\(row["step"] ?? "")",
        from: "\(row["from_ns"] ?? "")/\(row["from_pod"] ?? "")", to: "\(row["to_ns"] ?? "")/\(row["to_pod"] ?? "")",
        protocol: try #require(row["protocol"]), port: try #require(row["port"]), isAllowed: row["allowed"] == "true")
      try replay.check(expectation, court)
    }
    replay.finish(judge, atLeast: 300)
  }

  private func conformanceCourt(_ row: [String: String], _ judge: Judge) throws -> Judge.Court {
    func objects(_ path: String) throws -> [KubeObject] { try Golden.objects("network-policy-api-conformance/\(path)") }
    let overrides = row["namespace_overrides"] ?? ""
    let namespaces = overrides.isEmpty ? [] : try objects(overrides)
    let base = try objects("\(row["api_version"] ?? "")/base-pods.yaml").filter { object in
      !namespaces.contains { $0.kind == object.kind && $0.name == object.name }
    }
    let policies = try objects(try #require(row["policies"]))
    return judge.court(base + namespaces + policies, Reference.Options(.kubernetes))
  }
}

extension Expectation {
  /// A row with columns of the names that most tables use.
  init(_ row: [String: String], case name: String) throws {
    self.init(
      case: name, from: try #require(row["from"]), to: try #require(row["to"]),
      protocol: try #require(row["protocol"]), port: try #require(row["port"]),
      isAllowed: ["true", "1"].contains(row["allowed"]))
  }
}
