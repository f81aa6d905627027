import KubeModel
import Reachability
import TestSupport
import Testing

@Suite struct CalicoSelectorTests {
  @Test(arguments: [
    ("", [:], true),
    ("a != 'x'", [:], true),
    ("a not in {'x'}", [:], true),
    ("a notin {'x', \"y\"}", ["a": "y"], false),
    ("!a == 'x'", [:], true),
    ("a in {}", ["a": "x"], false),
    ("a in {'x',}", ["a": "x"], true),
    ("a startswith 'ab'", ["a": "abc"], true),
    ("a ends\twith 'bc'", ["a": "abc"], true),
    ("a contains ''", [:], false),
    // && binds tighter than ||, ! tighter than both.
    ("has(a) || has(b) && has(c)", ["a": "1"], true),
    ("(has(a) || has(b)) && has(c)", ["a": "1"], false),
    ("!has(a) && has(b)", ["b": "1"], true),
    // Words of the language are labels too, where a label can stand.
    ("in in {'in'} && contains contains 'c' && all == '1' && not not in {'x'}",
      ["in": "in", "contains": "c", "all": "1"], true),
    ("example.com/a_b-c == 'x y'", ["example.com/a_b-c": "x y"], true),
  ] as [(String, [String: String], Bool)])
  func `labels satisfy a selector or do not`(text: String, labels: [String: String], isSatisfied: Bool) throws {
    #expect(try CalicoSelector(text).matches(labels) == isSatisfied)
  }

  @Test(arguments: [
    ("a", "expected an operator behind the label 'a' at byte 1"),
    ("a == b", "expected a string in quotes at byte 5"),
    ("a == 'b", "a string without its end at byte 5"),
    ("a == 'b' c == 'd'", "expected && or || or the end at byte 9"),
    ("a in {'b' 'c'}", "expected } at byte 10"),
    ("a in 'b'", "expected { at byte 5"),
    ("a = 'b'", "expected an operator behind the label 'a' at byte 2"),
    ("a == 'b' & b == 'c'", "expected && or || or the end at byte 9"),
    ("(a == 'b'", "expected ) at byte 9"),
    ("a == 'b')", "expected && or || or the end at byte 8"),
    ("has()", "expected a label at byte 4"),
    ("!= 'a'", "expected a label, has(), all() or ( at byte 0"),
    ("a == 'b'\n", "expected && or || or the end at byte 8"),
    ("ä == 'b'", "expected a label, has(), all() or ( at byte 0"),
  ])
  func `what is no selector says where`(text: String, fault: String) {
    #expect {
      try CalicoSelector(text)
    } throws: { ($0 as? CalicoSelector.SyntaxFault)?.description == fault }
  }

  @Test func `the canonical text reads as the same selector`() throws {
    let texts = [
      "a in {'z', \"a'\", 'z'} || !(b != '\"' && !!has(c))", "global() && !all()", "x starts  with ''",
      "a not in {} || (b endswith 'c')",
    ]
    for text in texts {
      let canonical = try CalicoSelector(text).canonicalText
      #expect(try CalicoSelector(canonical).canonicalText == canonical)
    }
  }

  @Test func `hostile texts end quickly and without a crash`() throws {
    let many = 60_000
    #expect(throws: CalicoSelector.SyntaxFault.self) { try CalicoSelector(String(repeating: "(", count: many)) }
    #expect(throws: CalicoSelector.SyntaxFault.self) { try CalicoSelector(String(repeating: "a", count: 1 << 20)) }
    #expect(throws: CalicoSelector.SyntaxFault.self) {
      try CalicoSelector(String(repeating: "a in {'", count: many / 8))
    }
    #expect(try CalicoSelector(String(repeating: "!", count: many) + "all()").root == .all)
    let nested = String(repeating: "(", count: 100) + "all()" + String(repeating: ")", count: 100)
    #expect(try CalicoSelector(nested).root == .all)
    #expect(throws: CalicoSelector.SyntaxFault.self) { try CalicoSelector("(\(nested))") }
    let long = Array(repeating: "has(a)", count: 6_000).joined(separator: "||")
    #expect(try CalicoSelector(long).matches(["a": ""]))
  }
}

/// Calico's own tests of its language.
@Suite(
  .enabled(
    if: SharedFolder.has("golden/calico-selector-cases"),
    "the corpus ../shared/golden/calico-selector-cases is not beside this package"))
struct CalicoSelectorCorpusTests {
  func cell(_ json: String) throws -> Value {
    // The reader takes mappings and lists at the top.
    try #require(try JSONReader.value(Array("[\(json)]".utf8)).list?.first)
  }

  @Test func `selectors match what they match in Calico`() throws {
    for row in try SharedFolder.rows("golden/calico-selector-cases/MATCH.tsv") {
      let text = try #require(try cell(row[0]).string)
      let labels = try #require(try cell(row[1]).stringMap)
      #expect(try CalicoSelector(text).matches(labels) == (row[2] == "1"), "\(text) on \(labels)")
    }
  }

  @Test func `what Calico refuses is refused`() throws {
    for row in try SharedFolder.rows("golden/calico-selector-cases/BAD.tsv") {
      let text = try #require(try cell(row[0]).string)
      #expect(throws: CalicoSelector.SyntaxFault.self, "\(text)") { try CalicoSelector(text) }
    }
  }

  @Test func `the canonical text is Calico's`() throws {
    for row in try SharedFolder.rows("golden/calico-selector-cases/CANONICAL.tsv") {
      let text = try #require(try cell(row[0]).string)
      #expect(try CalicoSelector(text).canonicalText == cell(row[1]).string)
    }
  }
}
