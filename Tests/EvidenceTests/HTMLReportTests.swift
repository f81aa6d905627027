@testable import Evidence
import Testing

@Suite struct HTMLReportTests {
  func html(_ report: EvidenceReport) throws -> String { try ReportRenderer().html(report) }

  /// Every tag of a page, as a browser would find them.
  func tags(_ page: String) -> [String] {
    var tags: [String] = []
    let bytes = Array(page.utf8)
    var index = 0
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "<")),
      let close = bytes[open...].firstIndex(of: UInt8(ascii: ">"))
    {
      tags.append(String(decoding: bytes[open...close], as: UTF8.self))
      index = close + 1
    }
    return tags
  }

  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>", "</pre><script>",
    "{{{title}}}", "{{#sections}}", "<!--", "&lt;script&gt;", "<a href=\"https://example.com\">x</a>",
    // A mark that joins the `<` makes another character of it, though not another byte.
    "\u{600}<script>alert(1)</script>", "<\u{301}script>", "\u{110BD}<script src=//x>", "\u{600}\"\u{600}>\u{600}&lt;",
    "\u{600}\u{200B}<script>", "\r<script>",
  ]

  @Test(arguments: hostile) func `no text becomes markup`(_ text: String) throws {
    let plain = tags(try html(.sample("plain")))
    #expect(tags(try html(.sample(text))) == plain)
    #expect(plain.count > 100)
  }

  @Test func `text is escaped and still says the same`() throws {
    let page = try html(.sample("<b> & \"q\" 'a'"))
    #expect(page.contains("&lt;b&gt; &amp; &quot;q&quot; &#39;a&#39;"))
    #expect(try html(.sample("{{title}}")).contains("<h1>{{title}}</h1>"))
  }

  @Test func `the page asks no one for anything and runs nothing`() throws {
    let page = try html(.sample()).lowercased()
    for forbidden in ["<script", "javascript:", "<link", "<img", "<iframe", "@import", "url(", "src=", "http:", "https:", "//"] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
    for tag in tags(page) { #expect(!tag.contains(" on"), "\(tag)") }
    for tag in tags(page) where tag.contains("href=") { #expect(tag.contains("href=\"#"), "\(tag)") }
  }

  @Test func `a policy in the head forbids scripts and every origin`() throws {
    let page = try html(.sample())
    let policy = try #require(tags(page).first { $0.contains("Content-Security-Policy") })
    #expect(policy.contains("default-src 'none'"))
    #expect(!policy.contains("script-src"))
    #expect(policy.contains("base-uri 'none'"))
    #expect(policy.contains("form-action 'none'"))
    let place = try #require(page.range(of: "Content-Security-Policy")?.lowerBound)
    let style = try #require(page.range(of: "<style>")?.lowerBound)
    #expect(place < style)
  }

  @Test func `the same report gives the same bytes`() throws {
    let page = try html(.sample("<x>"))
    for _ in 0..<5 { #expect(try html(.sample("<x>")) == page) }
    #expect(try html(.sample("<y>")) != page)
  }

  @Test func `everything in a report is shown`() throws {
    let page = try html(.sample("needle"))
    // Each place of the sample that a template has, counted once by hand.
    #expect(page.components(of: "needle") == 35)
  }

  @Test(arguments: ["pass", "fail", "waived", "attested", "manual", "not-applicable", "not-evaluated", "stale", "error"])
  func `a status is always told by word and shape together`(_ status: String) throws {
    let page = try html(.sample(status: status))
    let icon = ReportStatus.icon(status)
    let badges = page.split(separator: "<span class=\"badge ").dropFirst()
      .map { String($0.prefix { $0 != "<" }) }.filter { !$0.hasSuffix(">unread") }
    #expect(badges.count == 7)
    for badge in badges {
      #expect(badge.hasPrefix("\(ReportStatus.style(status))\">\(icon) \(status)"), "\(badge)")
    }
  }

  @Test func `templates can be replaced by name`() throws {
    let renderer = try ReportRenderer(overrides: ["report.html": "<p>{{title}}</p>"])
    #expect(try renderer.html(.sample("a<b")) == "<p>a&lt;b</p>")
    #expect(try renderer.markdown(.sample()) == (try ReportRenderer().markdown(.sample())))
    #expect(throws: (any Error).self) { try ReportRenderer(overrides: ["report.md": "{{#open}}"]) }
  }
}

extension String {
  fileprivate func components(of needle: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.range(of: needle) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }

  fileprivate func range(of needle: String) -> Range<String.Index>? { self[...].range(of: needle) }
}

extension Substring {
  fileprivate func range(of needle: String) -> Range<String.Index>? { firstRange(of: needle) }
}
