@testable import Evidence
import Testing

@Suite struct MarkdownReportTests {
  func markdown(_ report: EvidenceReport) throws -> String { try ReportRenderer().markdown(report) }

  /// What carries structure in each line; references such as `&#124;` do not.
  func structure(_ text: String) -> [String] {
    text.replacing(/&#[0-9]+;/, with: "").split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(String.UnicodeScalarView(line.unicodeScalars.filter { "|`*_[]<>#!\\~".unicodeScalars.contains($0) }))
    }
  }

  @Test(arguments: [
    "a|b", "`code`", "**bold**", "[x](https://example.com)", "![x](x)", "<script>", "# head", "a\nb", "a\n\n# b",
    "~~x~~", "\\", "a\\|b", "&lt;", "\u{600}|", "|\u{301}", "`\u{301}", "<\u{301}b>", "_x_", "{{title}}",
  ])
  func `no text becomes markup`(_ text: String) throws {
    let plain = structure(try markdown(.sample("plain", note: "n")))
    var hostile = structure(try markdown(.sample(text, note: "n")))
    // The block of commands shows text as it is, within its own fence.
    let start = try #require(hostile.lastIndex { $0.hasPrefix("```") && $0.allSatisfy { $0 == "`" } })
    let first = try #require(hostile[..<start].lastIndex { $0.hasPrefix("```") })
    hostile.removeSubrange(first...start)
    #expect(hostile.prefix(first) == plain.prefix(first))
  }

  @Test(arguments: [
    ("a|b", "a&#124;b"), ("<b>", "&#60;b&#62;"), ("a\nb\tc", "a b c"), ("&amp;", "&#38;amp;"),
    ("https://example.com", "https:&#47;&#47;example.com"), ("www.example.com", "www&#46;example.com"),
    ("me@example.com", "me&#64;example.com"), ("namespaces/shop/a.yaml", "namespaces/shop/a.yaml"),
    ("spec.ingress[0]", "spec.ingress&#91;0&#93;"), ("naïve 日本", "naïve 日本"), ("e\u{301}", "e\u{301}"),
    ("\u{600}|", "&#92;u&#123;600&#125;&#124;"),
  ])
  func `markup is written as references that read as themselves`(_ given: (text: String, safe: String)) {
    #expect(SafeText.markdown(given.text) == given.safe)
  }

  @Test func `a block's fence is longer than any within`() {
    #expect(SafeText.markdownBlock("a\n\n") == "```\na\n```")
    #expect(SafeText.markdownBlock("```\nx") == "````\n```\nx\n````")
    #expect(SafeText.markdownBlock("`````") == "``````\n`````\n``````")
    #expect(SafeText.markdownBlock("```\u{301}").hasPrefix("````\n"))
  }

  @Test func `the same report gives the same bytes`() throws {
    let text = try markdown(.sample())
    for _ in 0..<5 { #expect(try markdown(.sample()) == text) }
  }

  @Test func `a status is told by word and shape together`() throws {
    for status in ["pass", "fail", "not-evaluated", "manual"] {
      let text = try markdown(.sample(status: status))
      #expect(text.contains("| \(ReportStatus.icon(status)) \(status) | 1 of 1 |"))
      #expect(text.contains("**\(ReportStatus.icon(status)) \(status)**: plain"))
    }
  }
}
