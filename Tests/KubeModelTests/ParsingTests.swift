import KubeModel
import Testing

@Suite struct JSONReaderTests {
  func message(_ text: String) -> String {
    do {
      _ = try JSONReader.value(Array(text.utf8))
      return "no error"
    } catch {
      return "\(error.line.map(String.init) ?? "?"): \(error.message)"
    }
  }

  @Test func `integers, floats and strings keep their types`() throws {
    let value = try JSONReader.value(Array(#"{"a":80,"b":80.0,"c":"80","d":-1,"e":1e3}"#.utf8))
    #expect(value == ["a": 80, "b": .double(80), "c": "80", "d": -1, "e": .double(1000)])
  }

  @Test func `a fault is named with its line and place`() {
    #expect(message("{\"a\":\n[1,\n2") == "3: the JSON breaks off at a")
    #expect(message(#"{"a":{"b":1,"b":2}}"#) == "1: a key is given twice at a.b")
    #expect(message(#"{"n":18446744073709551615}"#) == "1: a number is out of range at n")
    #expect(message(#"{"s":"\ud800"}"#) == "1: a lone surrogate in a string at s")
    #expect(message("") == "?: not valid JSON: the input is empty" || message("") == "1: the JSON breaks off")
    #expect(message(String(repeating: "[", count: 100_000)).contains("nested deeper than 200"))
    #expect(message("{} {}") == "1: more text follows the end of the JSON document")
  }

  @Test func `bytes that are no UTF-8 are named by their offset`() {
    #expect(throws: KubeModelError.self) { try JSONReader.value([0x22, 0xFF, 0x22]) }
  }
}

@Suite struct YAMLReaderTests {
  @Test func `one broken document costs no other`() {
    let text = "a: 1\n---\nb: [1\n---\nc: 3\n"
    let (documents, problems) = YAMLReader.documents(Array(text.utf8))
    #expect(documents.map(\.value) == [["a": 1], ["c": 3]])
    #expect(documents.map(\.line) == [1, 4] || documents.map(\.line) == [1, 5])
    #expect(problems.count == 1)
    #expect((3...4).contains(problems.first?.line ?? 0))
  }

  @Test func `scalars mean what they mean to the Kubernetes tools`() {
    let text = "[yes, off, ~, 0x1f, 0o17, 017, 1_000, 1.5, 1e3, 2001-01-01, '1', 12:30, .5, null, x]"
    let value = YAMLReader.documents(Array(text.utf8)).documents.first?.value
    #expect(
      value == [
        true, false, .null, 31, 15, 15, 1000, .double(1.5), .double(1000), "2001-01-01", "1", "12:30",
        .double(0.5), .null, "x",
      ])
  }

  @Test func `an alias bomb is refused quickly`() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1..<12 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    let (documents, problems) = YAMLReader.documents(Array(text.utf8))
    #expect(documents.isEmpty)
    #expect(problems.first?.message.contains("aliases") == true)
  }

  @Test func `deep nesting is refused without a crash`() {
    for text in [String(repeating: "[", count: 50_000), String(repeating: "- ", count: 50_000) + "x",
      String(repeating: "{a: ", count: 900) + "1" + String(repeating: "}", count: 900)]
    {
      let (documents, problems) = YAMLReader.documents(Array(text.utf8))
      #expect(documents.isEmpty)
      #expect(problems.count == 1)
    }
  }

  @Test func `duplicate keys and bytes that are no UTF-8 are problems with a line`() {
    #expect(YAMLReader.documents(Array("a: 1\na: 2\n".utf8)).problems.first?.message == "a key is given twice: a")
    let problem = YAMLReader.documents([0x61, 0x0A, 0xFF]).problems.first
    #expect(problem?.line == 2)
    #expect(problem?.message == "not UTF-8 at byte 2")
  }

  @Test func `a part of a document knows its line`() {
    let text = "# c\na:\n  b:\n  - x\n  - y\n"
    let document = YAMLReader.documents(Array(text.utf8), keepsLines: true).documents.first
    #expect(document?.line(of: [.key("a"), .key("b"), .index(1)]) == 5)
    #expect(document?.line(of: [.key("a"), .key("b")]) == 3)
    #expect(document?.line(of: [.key("a"), .key("zzz")]) == 2)
    #expect(document?.line(of: []) == 2)
  }
}
