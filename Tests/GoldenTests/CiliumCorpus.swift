import KubeModel
import ReferenceEvaluator
import Testing

@Suite(.enabled(if: Golden.isThere, Comment(rawValue: Golden.absence)))
struct CiliumCorpus {
  /// Nodes and the addresses behind names, as the corpus renders them.
  private static let addresses = [
    "node:node1": "172.18.0.2", "node:node2": "172.18.0.3", "fqdn:one.one.one.one": "1.1.1.1",
  ]

  @Test(arguments: Judge.all) func `the connectivity scenarios of Cilium`(_ judge: Judge) throws {
    let folder = "cilium-cases/connectivity"
    let base = try Golden.objects("\(folder)/base.yaml")
    var courts: [String: Judge.Court] = [:]
    for row in try Golden.table("\(folder)/INDEX.tsv") {
      let names = try #require(row["policies"]).split(separator: ",")
      let policies = try names.flatMap { try Golden.objects("\(folder)/policies/\($0).yaml") }.map(CiliumCorpus.placed)
      courts[try #require(row["case"])] = judge.court(base + policies, Reference.Options(.cilium))
    }
    var replay = try Replay("cilium-cases")
    for row in try Golden.table("\(folder)/EXPECTED.tsv") {
      let name = try #require(row["case"])
      let expectation = Expectation(
        case: name, from: CiliumCorpus.end(try #require(row["from"])),
        to: CiliumCorpus.end(try #require(row["to"])),
        protocol: try #require(row["protocol"]), port: try #require(row["port"]), isAllowed: row["allowed"] == "1")
      try replay.check(expectation, courts[name])
      // Where a packet is denied the corpus says at which end.
      if let part = Expectation.Part(rawValue: row["denied_at"] ?? "") {
        var expectation = expectation
        expectation.part = part
        try replay.check(expectation, courts[name])
      }
    }
    replay.finish(judge, atLeast: 200)
  }

  private static func end(_ text: String) -> String {
    if let address = addresses[text] { return address }
    return Address(text) == nil && !text.contains(":") ? "cilium-test/\(text)" : text
  }

  /// The policies come without a namespace, for that of the pods.
  private static func placed(_ object: KubeObject) -> KubeObject {
    guard var map = object.value.map, var metadata = object.metadata?.map else { return object }
    metadata["namespace"] = "cilium-test"
    map["metadata"] = .map(metadata)
    return KubeObject(.map(map))
  }
}
