import Foundation
import KubeModel
import ReferenceEvaluator
import Testing

@Suite(.enabled(if: Golden.isThere, Comment(rawValue: Golden.absence)))
struct CalicoCorpora {
  @Test(arguments: Judge.all) func `tiers, passes and staged policies of Calico`(_ judge: Judge) throws {
    var courts: [String: Judge.Court] = [:]
    for row in try Golden.table("calico-tier-cases/INDEX.tsv") {
      let paths = [try #require(row["base"]), try #require(row["policies"])]
      let objects = try paths.flatMap { try Golden.objects("calico-tier-cases/\($0)") }
      courts["\(row["case"] ?? "")/\(row["step"] ?? "")"] = judge.court(objects, Reference.Options(.calico))
    }
    let namespaces = ["felix-tiered": "default", "felix-clusternetworkpolicy": "default", "e2e-tiers": "tiers"]
    var replay = try Replay("calico-tier-cases")
    for row in try Golden.table("calico-tier-cases/EXPECTED.tsv") {
      let name = "\(row["case"] ?? "")/\(row["step"] ?? "")"
      let namespace = try #require(namespaces[row["case"] ?? ""])
      var row = row
      for end in ["from", "to"] { row[end] = "\(namespace)/\(row[end] ?? "")" }
      try replay.check(Expectation(row, case: name), courts[name])
    }
    replay.finish(judge, atLeast: 46)
  }

  private func json(_ text: String?) throws -> Value { try JSONReader.value([UInt8](try #require(text).utf8)) }

  @Test func `Calico's selectors match what they match there`() throws {
    let rows = try Golden.table("calico-selector-cases/MATCH.tsv")
    for row in rows {
      let text = try #require(try json(row["selector_json"]).string)
      let labels = try #require(try json(row["labels_json"]).stringMap)
      let selector = try #require(CalicoSelector(text), "\(text)")
      #expect(selector.matches(labels) == (row["matches"] == "1"), "\(text) on \(labels)")
    }
    #expect(rows.count >= 62)
  }

  @Test func `what Calico refuses is no selector`() throws {
    let rows = try Golden.table("calico-selector-cases/BAD.tsv")
    for row in rows {
      let text = try #require(try json(row["selector_json"]).string)
      #expect(CalicoSelector(text) == nil, "\(text)")
    }
    #expect(rows.count >= 17)
  }

  @Test func `Calico's selectors have one spelling`() throws {
    let rows = try Golden.table("calico-selector-cases/CANONICAL.tsv")
    for row in rows {
      let text = try #require(try json(row["input_json"]).string)
      #expect(CalicoSelector(text)?.canonical == (try json(row["canonical_json"])).string, "\(text)")
    }
    #expect(rows.count >= 13)
  }
}
