import KubeModel
import Testing

@Suite struct HostileInputTests {
  func fault(_ bytes: [UInt8]) -> String {
    do {
      _ = try JSONReader.value(bytes)
      return "no fault"
    } catch {
      return "\(error.line.map(String.init) ?? "?") \(error.code)"
    }
  }

  @Test func `every cut of a JSON document is refused, with its last line`() throws {
    let text = Array("{\"a\":\n[1, {\"b\":\n\"x\\u00e9\"}],\n\"c\": -1.5e3}".utf8)
    #expect(fault(text) == "no fault")
    for length in 0..<text.count {
      let cut = Array(text.prefix(length))
      let lines = 1 + cut.count { $0 == 0x0A }
      #expect(fault(cut) == "\(lines) syntax", "cut at \(length)")
    }
  }

  @Test(arguments: [
    ("{\"a\": 1,\n \"a\": 2}", "2 duplicateKey"), ("{\"a\": {\"b\": 1, \"\\u0062\": 2}}", "1 duplicateKey"),
    ("[\n9223372036854775808]", "2 numberOutOfRange"), ("\n\n1e999", "3 numberOutOfRange"),
    ("[01]", "1 syntax"), ("[+1]", "1 syntax"), ("[15.e3]", "1 syntax"), ("[.5]", "1 syntax"), ("[1.]", "1 syntax"),
    ("[1e]", "1 syntax"), ("[1e+]", "1 syntax"), ("[-]", "1 syntax"), ("[0x1]", "1 syntax"), ("[-01]", "1 syntax"), ("[1,]", "1 syntax"), ("{\"a\" 1}", "1 syntax"),
    ("{a: 1}", "1 syntax"), ("['a']", "1 syntax"), ("[NaN]", "1 syntax"), ("\"\t\"", "1 syntax"),
    ("\"\\x41\"", "1 syntax"), ("\"\\udc00\"", "1 syntax"), ("// c\n{}", "1 syntax"), ("[1]\n[2]", "2 syntax"),
  ])
  func `JSON that readers differ on is refused, with the line`(_ given: (text: String, fault: String)) {
    #expect(fault(Array(given.text.utf8)) == given.fault)
  }

  @Test func `JSON that is no UTF-8 is refused, with the line`() {
    #expect(fault([0x5B, 0x0A, 0x22, 0xC3, 0x28, 0x22, 0x5D]) == "2 notUTF8")
    #expect(fault([0x22, 0xED, 0xA0, 0x80, 0x22]) == "1 notUTF8")
    #expect(fault([0xFF, 0xFE, 0x7B, 0x00]) == "1 notUTF8")
  }

  @Test func `JSON may nest 199 levels deep and no deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(fault(nested(199)) == "no fault")
    #expect(fault(nested(201)).hasSuffix("tooDeep"))
    #expect(fault(nested(100_000)).hasSuffix("tooDeep"))
  }

  @Test func `keys that only Swift takes for one are two keys`() throws {
    let value = try JSONReader.value(Array("{\"z\":0,\"e\u{301}\":1,\"\u{E9}\":2}".utf8))
    #expect(value.map?.count == 3)
  }

  func problems(_ text: String) -> [String] {
    YAMLReader.documents(Array(text.utf8)).problems.map { "\($0.line) \($0.message)" }
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3\n", 1...3), ("x:\n  a: 1\n  a: 2\n", 2...3), ("---\nok: 1\n---\na: 1\n'a': 2\n", 4...5),
  ])
  func `a YAML key that is given twice is refused, with the line`(
    _ given: (text: String, lines: ClosedRange<Int>)
  ) throws {
    let problem = try #require(YAMLReader.documents(Array(given.text.utf8)).problems.first)
    #expect(problem.message.hasPrefix("a key is given twice"))
    #expect(given.lines.contains(problem.line), "line \(problem.line)")
  }

  @Test func `YAML that breaks off is refused, with a line in its document`() throws {
    for (text, lines) in [("a: [1,\n", 1...2), ("ok: 1\n---\na: {b: \"x\n", 2...4), ("a: b: c\n", 1...1)] {
      let problem = try #require(YAMLReader.documents(Array(text.utf8)).problems.first, "\(text)")
      #expect(problem.message.hasPrefix("not valid YAML"))
      #expect(lines.contains(problem.line), "\(text) \(problem)")
    }
  }

  @Test func `an alias bomb of merges is refused too`() {
    var text = "a0: &a0 {k0: x, k1: x, k2: x, k3: x, k4: x, k5: x, k6: x, k7: x}\n"
    for level in 1..<12 {
      let aliases = (0..<9).map { "m\($0): *a\(level - 1)" }.joined(separator: ", ")
      text += "a\(level): &a\(level) {<<: *a\(level - 1), \(aliases)}\n"
    }
    #expect(problems(text).first?.contains("aliases") == true)
  }

  @Test func `an alias that names nothing, and one that names what it is in, are refused`() {
    #expect(problems("a: *b\n").count == 1)
    #expect(problems("a: &a [*a]\n").count == 1)
  }

  @Test func `a tag that would run code elsewhere is refused`() {
    #expect(problems("a: 1\nb: !!python/object:os.system x\n").first?.contains("is not supported") == true)
    #expect(problems("a: !!binary aGk=\n").first?.contains("is not supported") == true)
  }

  @Test func `a key that is no text is refused`() {
    #expect(problems("? [a, b]\n: 1\n") == ["1 a key that is no text"])
  }

  @Test func `YAML may nest 199 levels deep and no deeper`() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(problems(nested(199)) == [])
    #expect(problems(nested(250)) == ["1 nested deeper than 200 levels"])
  }
}

@Suite struct InputFormatTests {
  @Test(arguments: [
    ("{\"a\": 1}", InputFormat.json), ("  \n\t{ \"a\": 1}", .json), ("{}", .json), ("{", .json), ("[]", .json),
    ("\u{FEFF}{\"a\": 1}", .json), ("{a: 1}", .yaml), ("{'a': 1}", .yaml), ("a: 1", .yaml), ("---\n{}", .yaml),
    ("# {\"a\"}\na: 1", .yaml), ("", .yaml), ("\u{FEFF}a: 1", .yaml), ("- a", .yaml),
  ])
  func `JSON and YAML are told apart by content`(_ given: (text: String, format: InputFormat)) {
    #expect(InputFormat.sniff(Array(given.text.utf8)) == given.format)
  }

  @Test func `a byte order mark hides no document from either reader`() throws {
    #expect(try JSONReader.value(Array("\u{FEFF}{\"a\": 1}".utf8)) == ["a": 1])
    #expect(YAMLReader.documents(Array("\u{FEFF}a: 1".utf8)).documents.first?.value == ["a": 1])
  }
}
