@testable import Attribution
import Foundation
import KubeModel
import Testing

/// One record that cannot be read costs that record.
@Suite struct DamageTests {
  private static let line = Recorded.text(.forbidden)
  private static let bytes = Array(line.utf8)

  private static func surrounded(_ bad: [UInt8]) -> [UInt8] { bytes + [0x0A] + bad + [0x0A] + bytes + [0x0A] }

  private static let damages: [(name: String, bytes: [UInt8], reason: String)] = [
    ("a line that is cut within a string", Array(line.prefix(200).utf8), "breaks off"),
    ("a line whose beginning is missing", Array(line.dropFirst(400).utf8), "cut off"),
    ("what CloudWatch cut", Array((line.prefix(300) + "[Truncated...]").utf8), "breaks off"),
    ("the same in a message", Array(#"{"events":[{"message":"{\"kind\":\"Event\",\"verb\":\"cr[Truncated...]"}]}"#.utf8), "256 KiB"),
    ("a byte that is no UTF-8", Array(line.prefix(150).utf8) + [0xFF] + Array(line.dropFirst(150).utf8), "UTF-8"),
    ("a control character in a string", Array(line.prefix(150).utf8) + [0] + Array(line.dropFirst(150).utf8), "control"),
    ("a block of zeros", Array(repeating: 0, count: 4_096), "control"),
    ("bytes at random", [0xC3, 0x28, 0xA0, 0xF1], "UTF-8"),
    ("a document nested too deep", Array((String(repeating: "[", count: 400) + String(repeating: "]", count: 400)).utf8), "nested"),
    ("an event nested too deep",
     Array(("{\"requestObject\":" + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + "}").utf8), "nested"),
    ("a body nested without end", Array(("{\"requestObject\":" + String(repeating: "{\"a\":", count: 5_000)).utf8), "nested"),
    ("a number out of range", Array(#"{"auditID":"a","stage":"b","verb":"get","responseStatus":{"code":1e999}}"#.utf8), "number"),
    ("a number over 64 bits", Array(#"{"auditID":"a","stage":"b","verb":"get","requestObject":18446744073709551615}"#.utf8), "out of range"),
    ("a key twice", Array(#"{"auditID":"a","stage":"b","verb":"get","verb":"delete"}"#.utf8), "'verb' is given twice"),
    ("a key twice in a body", Array(#"{"auditID":"a","stage":"b","verb":"get","requestObject":{"a":{"b":1,"b":2}}}"#.utf8), "twice"),
    ("a lone surrogate", Array(#"{"auditID":"\ud800","stage":"b","verb":"get"}"#.utf8), "not valid JSON"),
    ("an event without a verb", Array(#"{"auditID":"a","stage":"b"}"#.utf8), "without a verb"),
    ("an event whose verb is a number", Array(#"{"auditID":"a","stage":"b","verb":1}"#.utf8), "verb"),
    ("an event whose user is a text", Array(#"{"auditID":"a","stage":"b","verb":"get","user":"x"}"#.utf8), "user"),
    ("an event with a number as an annotation", Array(#"{"auditID":"a","stage":"b","verb":"get","annotations":{"a":1}}"#.utf8), "annotations"),
    ("an event whose reference has a key twice",
     Array(#"{"auditID":"a","stage":"b","verb":"get","objectRef":{"name":"a","name":"b"}}"#.utf8), "objectRef has a key twice"),
    ("a record of Azure's without a log", Array(#"{"category":"kube-audit","properties":{}}"#.utf8), "without a log"),
    ("a list that is given twice", Array(#"{"items":[],"items":[]}"#.utf8), "twice"),
    ("an entry as YAML", Array("protoPayload:".utf8), "YAML"),
    ("a terminal's commands", Array("\u{1B}[2J\u{1B}]0;auditID\u{7}".utf8), "cut off"),
  ]

  @Test(arguments: damages.map(\.name))
  func `a bad record costs itself alone`(_ name: String) throws {
    let damage = try #require(DamageTests.damages.first { $0.name == name })
    let reading = try Reading(DamageTests.surrounded(damage.bytes))
    #expect(reading.events.map(\.provenance.line) == [1, 3])
    #expect(reading.ledger.damaged == 1)
    #expect(reading.damagedLines == [2])
    #expect(reading.ledger.damages.first?.reason.contains(damage.reason) == true, "\(reading.ledger.damages)")
    #expect(reading.ledger.lines == 3)
    #expect(!reading.ledger.isComplete)
  }

  @Test func `a line that is cut anywhere never gives an event, and costs no other`() throws {
    for count in 1..<DamageTests.bytes.count {
      let reading = try Reading(DamageTests.surrounded(Array(DamageTests.bytes[..<count])))
      #expect(reading.events.map(\.provenance.line) == [1, 3], "cut after \(count) bytes")
      #expect(reading.damagedLines == [2], "cut after \(count) bytes")
    }
  }

  @Test func `a log that is cut anywhere gives the events before the cut`() throws {
    let list = Array(("{\"items\":[" + DamageTests.line + ",\n" + DamageTests.line + "]}").utf8)
    for count in 1..<list.count {
      let reading = try Reading(Array(list[..<count]))
      let whole = [10 + DamageTests.bytes.count, 12 + 2 * DamageTests.bytes.count].filter { $0 <= count }.count
      #expect(reading.events.count == whole, "cut after \(count) bytes")
      #expect(reading.ledger.damaged == 1, "cut after \(count) bytes")
    }
  }

  @Test func `a broken item of a list costs what follows on its line at most`() throws {
    let text = """
      {"items":[
      \(DamageTests.line),
      {"auditID":"cut,
      \(DamageTests.line),
      \(DamageTests.line)
      ]}
      \(DamageTests.line)
      """
    let reading = try Reading(text)
    #expect(reading.events.map(\.provenance.line) == [2, 4, 5, 7])
    #expect(reading.damagedLines.first == 3)
  }

  @Test func `the list of damages is bounded, and their number is not`() throws {
    let reading = try Reading(String(repeating: "{\"auditID\":\"\u{1B}\u{202E}\n", count: 250))
    #expect(reading.ledger.damaged == 250)
    #expect(reading.ledger.damages.count == AuditLogLedger.damageLimit)
    #expect(reading.ledger.damages[0].text == "audit.log:1: not valid JSON: the line breaks off within a string")
  }

  @Test func `what a message of damage quotes is escaped and short`() throws {
    let key = "\u{202E}" + String(repeating: "x", count: 500)
    let reading = try Reading(#"{"auditID":"a","stage":"b","verb":"get","requestObject":{"\#(key)":1,"\#(key)":2}}"#)
    let reason = try #require(reading.ledger.damages.first?.reason)
    #expect(!reason.unicodeScalars.contains { HiddenText.isHidden($0) })
    #expect(reason.count <= 201)
  }

  @Test func `a line of more than is read costs itself alone`() throws {
    for start in ["{\"auditID\":\"", "text ", "[[\""] {
      let long = Array(start.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: RecordSplitter.longestRecord + (3 << 20))
      let reading = try Reading(DamageTests.surrounded(long))
      #expect(reading.events.map(\.provenance.line) == [1, 3])
      #expect(reading.damagedLines == [2])
      #expect(reading.ledger.damages.first?.reason.contains("32 MiB") == true)
    }
  }

  @Test func `an event of several megabytes is read, on a line and in a list`() throws {
    let event = #"{"auditID":"a","stage":"b","verb":"create","requestObject":"\#(String(repeating: "é", count: 2 << 20))"}"#
    let reading = try Reading("\(event)\n[\(event),\n\(event)]\nnode-1 \(event)\n")
    #expect(reading.events.map { $0.requestObject?.string?.utf8.count } == [4 << 20, 4 << 20, 4 << 20, 4 << 20])
    #expect(reading.events.map(\.provenance.line) == [1, 2, 3, 4])
    #expect(reading.ledger.isComplete)
  }

  @Test func `a wrapper in a wrapper in a wrapper ends`() throws {
    var text = DamageTests.line
    for _ in 0..<8 { text = #"{"message":\#(JSONWriter.string(of: .string(text)))}"# }
    let reading = try Reading(text)
    #expect(reading.events.isEmpty)
    #expect(reading.ledger.damages.first?.reason == "wrapped too often")
  }

  @Test func `a container's line within another, and so on, ends`() throws {
    let reading = try Reading(String(repeating: "2025-11-23T05:02:45Z stdout F ", count: 30_000) + DamageTests.line)
    #expect(reading.events.isEmpty)
    #expect(reading.ledger.damaged == 1)
  }

  @Test func `a container's line whose rest is missing is damage`() throws {
    let reading = try Reading("2025-11-23T05:02:45Z stdout P {\"auditID\":\n\(DamageTests.line)\n")
    #expect(reading.events.count == 1)
    #expect(reading.damagedLines == [1])
  }
}
