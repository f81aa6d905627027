@testable import Evidence
import Testing

@Suite struct ReportDocumentTests {
  func lines(_ text: String) throws -> [Substring] {
    try ReportWriter().markdown(ReportSample(text: text).report()).split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test func `every row of a table has as many cells as its header`() throws {
    for sample in [ReportSample(), ReportSample(isMoment: true), ReportSample(text: "a|b\nc")] {
      let lines = try ReportWriter().markdown(sample.report()).split(separator: "\n", omittingEmptySubsequences: false)
      var columns: Int?
      for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("|") {
        let cells = line.count { $0 == "|" }
        if next.hasPrefix("|---") { columns = cells }
        #expect(cells == columns, "\(line)")
        if !next.hasPrefix("|") { columns = nil }
      }
    }
  }

  @Test(arguments: [
    "a|b", "`code`", "**bold**", "[x](https://example.com)", "![x](x)", "<script>", "# head", "a\nb", "a\n\n# b", "~~x~~", "\\", "&lt;",
    "\u{600}|", "|\u{301}", "`\u{301}", "<\u{301}b>", "_x_", "{{title}}",
  ])
  func `no text becomes markup`(_ text: String) throws {
    /// What carries structure outside of blocks of code; references such as `&#124;` do not.
    func structure(_ lines: [Substring]) -> [String] {
      var fence: Substring?
      var result: [String] = []
      for line in lines {
        if let open = fence {
          if line == open { fence = nil }
        } else if line.hasPrefix("```") {
          fence = line
          result.append("code")
        } else {
          let line = line.replacing(/&#[0-9]+;/, with: "")
          result.append(String(String.UnicodeScalarView(line.unicodeScalars.filter { "|`*_[]<>#!\\~".unicodeScalars.contains($0) })))
        }
      }
      return result
    }
    #expect(structure(try lines(text)) == structure(try lines("needle")))
  }
}
