import Controls
@testable import Evidence
import Integrity
import Testing

@Suite struct ReportPageTests {
  static let page = Result { try ReportWriter().html(ReportSample().report(clusters: ["prod", "stage"])) }
  static let moment = Result { try ReportWriter().html(ReportSample(isMoment: true).report()) }
  static let parsed = Result { try [page.get(), moment.get()].map(ReportPage.init) }

  func pages() throws -> [ReportPage] { try Self.parsed.get() }

  // MARK: Who reads it otherwise

  @Test func `headings follow each other without a level left out`() throws {
    for page in try pages() {
      let levels = page.tags.filter { !$0.isEnd }.compactMap { $0.name.wholeMatch(of: /h([1-6])/).flatMap { Int($0.1) } }
      #expect(levels.first == 1)
      #expect(levels.count { $0 == 1 } == 1)
      for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
      #expect(levels.contains(4))
    }
  }

  @Test func `every table has a caption, and every header cell says what it heads`() throws {
    for page in try pages() {
      let tables = page.elements("table")
      #expect(tables.count > 8)
      for table in tables {
        #expect(table.dropFirst().first?.name == "caption")
        let headers = table.filter { $0.name == "th" && !$0.isEnd }
        #expect(!headers.isEmpty)
        for header in headers { #expect(["col", "row"].contains(header["scope"])) }
      }
      // Header cells that hold links have their text within these.
      for header in page.all("th") where header.text.isEmpty { #expect(page.tags.contains(header)) }
    }
  }

  @Test func `every row has a cell for each column`() throws {
    for page in try pages() {
      for table in page.elements("table") {
        let columns = table.count { $0.name == "th" && !$0.isEnd && $0["scope"] == "col" }
        for row in table.split(whereSeparator: { $0.name == "tr" && !$0.isEnd }).dropFirst(2) {
          #expect(row.count { ["td", "th"].contains($0.name) && !$0.isEnd } == columns)
        }
      }
    }
  }

  @Test func `what can be filled in has a label, and what scrolls can be reached by keys`() throws {
    for page in try pages() {
      var isLabelled = false
      for tag in page.tags {
        if tag.name == "label" { isLabelled = !tag.isEnd }
        if ["input", "select"].contains(tag.name), !tag.isEnd { #expect(isLabelled) }
        if tag.name == "div", ["scroll", "picture"].contains(tag["class"] ?? "") {
          #expect(tag["tabindex"] == "0" && tag["role"] == "region" && tag["aria-label"]?.isEmpty == false)
        }
      }
      #expect(page.all("html").first?["lang"] == "en")
      let skip = try #require(page.all("a").first)
      #expect(skip["class"] == "skip" && skip["href"] == "#summary")
      #expect(page.all("output").first?["role"] == "status")
    }
  }

  @Test func `every picture has words, or is beside the same words`() throws {
    for page in try pages() {
      for picture in page.all("svg") {
        #expect(picture["aria-hidden"] == "true" || picture["role"] == "img" && picture["aria-label"]?.isEmpty == false)
      }
    }
    let strips = try pages()[0].all("svg").filter { $0["class"] == "strip" && $0["role"] == "img" }
    #expect(strips.count == 16)
    #expect(strips.contains { $0["aria-label"]?.contains("violations: 3, the first from 2026-01-06 00:00:00; gaps: 1, together 1 d 2 h") == true })
  }

  @Test func `each id is there once, and every link leads to one`() throws {
    for page in try pages() {
      let ids = page.tags.compactMap { $0["id"] }
      #expect(Set(ids).count == ids.count)
      for tag in page.tags {
        for reference in [tag["href"], tag["aria-labelledby"].map { "#\($0)" }].compactMap(\.self) {
          #expect(reference.hasPrefix("#") && ids.contains(String(reference.dropFirst())), "\(reference)")
        }
      }
    }
  }

  // MARK: Colours

  private static let styleSheet = EmbeddedFiles.all.first { $0.path == "assessment.css" }?.contents ?? ""

  /// The variables of the light scheme, and those of the others laid over them.
  static func schemes() -> [[String: String]] {
    var schemes: [[String: String]] = []
    for block in styleSheet.matches(of: /:root \{([^}]*)\}/) {
      var scheme = schemes.first ?? [:]
      for variable in block.1.matches(of: /--([a-z-]+): #([0-9a-f]{3,6});/) { scheme[String(variable.1)] = String(variable.2) }
      schemes.append(scheme)
    }
    return schemes
  }

  /// The contrast of WCAG 2.
  static func contrast(_ one: String, _ other: String) -> Double {
    func luminance(_ colour: String) -> Double {
      let digits = colour.count == 3 ? colour.flatMap { [$0, $0] } : Array(colour)
      let parts = stride(from: 0, to: 6, by: 2).map { Double(Int(String(digits[$0...$0 + 1]), radix: 16) ?? 0) / 255 }
      let linear = parts.map { part in
        part <= 0.04045 ? part / 12.92 : power((part + 0.055) / 1.055)
      }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    let (light, dark) = (max(luminance(one), luminance(other)), min(luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
  }

  /// The 2.4th power, by roots: the square times the fifth root of the square.
  private static func power(_ base: Double) -> Double {
    let square = base * base
    var root = 0.5
    for _ in 0..<200 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
    return square * root
  }

  @Test func `text stands out from what is behind it, in light, in dark and in print`() throws {
    #expect(abs(Self.contrast("000", "fff") - 21) < 0.01)
    #expect(abs(Self.contrast("767676", "fff") - 4.54) < 0.01)
    let schemes = Self.schemes()
    #expect(schemes.count == 3)
    let pairs = [
      ("ink", "page"), ("ink", "panel"), ("ink", "unknown-back"), ("soft", "page"), ("soft", "panel"), ("link", "page"),
      ("link", "unknown-back"), ("soft", "unknown-back"), ("good", "good-back"), ("bad", "bad-back"), ("unknown", "unknown-back"),
      ("neutral", "neutral-back"), ("good", "page"), ("bad", "page"), ("unknown", "page"), ("neutral", "page"), ("good", "panel"),
      ("bad", "panel"), ("unknown", "panel"),
    ]
    for (scheme, pair) in schemes.flatMap({ scheme in pairs.map { (scheme, $0) } }) {
      let (front, back) = (try #require(scheme[pair.0]), try #require(scheme[pair.1]))
      #expect(Self.contrast(front, back) >= 4.5, "\(pair.0) #\(front) on \(pair.1) #\(back)")
    }
  }

  @Test func `every status has a shape of its own besides its colour`() {
    var shapes: [String: String] = [:]
    for rule in Self.styleSheet.matches(of: /\.([a-z]) \{ --icon: "([^"]+)"; \}/) {
      shapes[String(rule.1)] = String(rule.2).replacing("\\FE0E", with: "")
    }
    for status in ControlStatus.allCases { #expect(shapes[status.mark] == status.icon) }
    #expect(shapes["r"] == HTMLFormat.mendedIcon)
    #expect(Set(shapes.values).count == ControlStatus.allCases.count + 1)
    #expect(Set(ControlStatus.allCases.map(\.mark)).count == ControlStatus.allCases.count)
  }

  // MARK: What it may do

  @Test func `only the page's own style and script are used, and nothing is fetched`() throws {
    for page in try pages() {
      let policy = try #require(page.all("meta").first { $0["http-equiv"] == "Content-Security-Policy" }?["content"])
      func source(_ text: String) -> String { "'sha256-\(Base64.text(SHA256Digest.bytes(Array(text.utf8))))'" }
      let styles = page.contents(of: "style")
      let scripts = page.contents(of: "script")
      #expect(styles.count == 2 && scripts.count == 1)
      #expect(
        policy
          == "default-src 'none'; style-src \(styles.map(source).joined(separator: " ")); script-src \(source(scripts[0])); base-uri 'none'; form-action 'none'")
      for tag in page.tags {
        #expect(!["link", "img", "iframe", "object", "embed", "base", "audio", "video"].contains(tag.name))
        for name in tag.attributes.keys { #expect(!["style", "src", "action", "srcset"].contains(name) && !name.hasPrefix("on")) }
      }
      for text in styles + scripts {
        for word in ["http", "//", "@import", "eval", "innerHTML", "url(h"] { #expect(!text.contains(word), "\(word)") }
      }
    }
  }

  @Test func `the filter is there for scripts only, and everything is readable without`() throws {
    let page = try pages()[0]
    #expect(page.all("form").first?["hidden"] == "")
    let script = page.contents(of: "script")[0]
    for word in ["beforeprint", "afterprint", "bar.hidden = false"] { #expect(script.contains(word)) }
    #expect(page.tags.filter { $0["hidden"] != nil }.count == 1)
  }

  @Test func `print opens all details, and each sheet names the report and its digest`() throws {
    let report = ReportSample(cluster: "a\"</style>\\").report(clusters: ["a\"</style>\\"])
    let styles = ReportPage(try ReportWriter().html(report)).contents(of: "style")
    #expect(styles[0].contains("details::details-content { content-visibility: visible; display: block; height: auto; }"))
    #expect(styles[1].contains("counter(page)"))
    #expect(styles[1].contains(report.digest.prefix(16)))
    #expect(styles[1].contains("@bottom-left{content:\"Network policy evidence\\3a  a\\22 \\3c \\2f style\\3e \\5c \"}"))
  }

  // MARK: Hostile text

  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>", "</pre><script>", "</td></table>",
    "{{{title}}}", "{{#clusters}}", "<!--", "&lt;script&gt;", "<a href=\"https://example.com\">x</a>",
    "\u{600}<script>alert(1)</script>", "<\u{301}script>", "\u{110BD}<script src=//x>", "\u{600}\"\u{600}>\u{600}&lt;",
    "\u{600}\u{200B}<script>", "\r<script>", "\u{202E}evil", "\n# x\n| y |", String(repeating: "long", count: 500),
  ]

  /// Every tag as it is written, but for the policy, which holds a hash of the digest; none holds text from outside.
  static func tags(_ page: String) -> [String] {
    page.utf8.split(separator: UInt8(ascii: "<")).compactMap { Substring($0).split(separator: ">", omittingEmptySubsequences: false).first.map(String.init) }
      .filter { !$0.hasPrefix("meta http-equiv") }
  }

  static let tagsOfPlainText = Result { tags(try ReportWriter().html(ReportSample(text: "needle").report())) }

  @Test(arguments: hostile) func `no text becomes markup`(_ text: String) throws {
    let page = try ReportWriter().html(ReportSample(text: text).report())
    #expect(Self.tags(page) == (try Self.tagsOfPlainText.get()))
    for scalar in page.unicodeScalars { #expect(scalar != "\u{202E}" && scalar != "\u{200B}" && scalar != "\r") }
  }

  /// Each thing that the sample holds, by the word that is in it.
  static let words = [
    "0b1c5a0e", "enable-policy", "the API server refused", "alice", "argocd", "kubectl", "bob", "(P-", "the proposal was not kept", "nothing that anybody could approve", "Files of the control plane", "Segmentation", "Controls that moved", "a moment and a period", "only its author approved",
    "ticket", "audit-", "dora", "uNiVztks", "W-0001", "erin", "frank", "legacy until the move", "the minutes of the review", "grace",
    "minutes.pdf", "one kind was not read", "forbidden", "allow-0001", "web-0000", "spec.ingress[1]", "ns-0005", "cis-sample", "overdue",
    "v1.33.1", "every 5 min", "ambit 0.9.0", "fsck --strict", "supports and does not determine compliance", "TCP 443",
    "seen in a log only", "98.8 % of the period", "Only rows about network policy are here",
  ]

  @Test func `everything in an assessment is told`() throws {
    let report = ReportSample(findings: 40).report()
    let page = try ReportWriter().html(report)
    let document = try ReportWriter().markdown(report).replacing("&#91;", with: "[").replacing("&#93;", with: "]")
    for word in Self.words { #expect(page.contains(word) && document.contains(word), "\(word)") }
  }

  // MARK: Size

  @Test func `a thousand namespaces, twenty controls and two thousand findings stay under a megabyte, and all are there`() throws {
    let report = ReportSample(namespaces: 1000, controls: 20, findings: 2000, isCompared: false).report()
    let clock = ContinuousClock()
    var text = ""
    let time = try clock.measure { text = try ReportWriter().html(report) }
    #expect(text.utf8.count < 1_000_000, "\(text.utf8.count) bytes")
    #if !DEBUG
      #expect(time < .seconds(3))
    #endif
    let page = ReportPage(text)
    func rows(_ style: String) -> Int {
      page.elements("table").filter { $0.first?["class"] == style }.reduce(0) { $0 + $1.count { $0.name == "tr" && !$0.isEnd } - 1 }
    }
    #expect(rows("findings") == 2000)
    #expect(rows("matrix") == 1000)
    #expect(rows("verdicts") == 20)
    #expect(page.all("details").count { $0["class"] == "control" } == 20)
    for check in report.clusters[0].checks {
      for finding in check.assessed.findings { #expect(text.contains(finding.fingerprint.prefix(16))) }
    }
    print("a large page: \(text.utf8.count) bytes in \(time)")
  }

  @Test func `connections of two hundred namespaces stay small, also where all is open`() throws {
    let open = ReportSample(namespaces: 200, hasFlowsToAll: true).report()
    #expect(open.clusters[0].flows.groups.count <= 5)
    #expect(try ReportWriter().html(open).utf8.count < 200_000)
  }

  // MARK: Files

  @Test func `the same assessments give the same bytes`() throws {
    let page = try ReportWriter().html(ReportSample().report())
    let text = try ReportWriter().markdown(ReportSample().report())
    for _ in 0..<3 {
      #expect(try ReportWriter().html(ReportSample().report()) == page)
      #expect(try ReportWriter().markdown(ReportSample().report()) == text)
    }
  }

  @Test func `files of a report can be replaced by name, and bad ones are refused`() throws {
    let report = ReportSample(cluster: "a<b").report(clusters: ["a<b"])
    let writer = try ReportWriter(overrides: ["assessment.html.mustache": "<p>{{title}}</p><style>{{{style}}}</style>", "assessment.css": "p {}\r\n"])
    #expect(try writer.html(report) == "<p>Network policy evidence: a&lt;b</p><style>p {}\n</style>")
    #expect(try writer.markdown(report) == (try ReportWriter().markdown(report)))
    for (name, text) in [
      ("assessment.html.mustache", "{{#open}}"), ("assessment.html.mustache", " \n"), ("assessment.html.mustache", "{{> self}}"),
      ("assessment.css", "</style>"), ("assessment.js", "<!--"),
    ] {
      #expect(throws: (any Error).self) { try ReportWriter(overrides: [name: text]) }
    }
  }
}
