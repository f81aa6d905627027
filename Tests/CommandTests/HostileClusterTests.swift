import Foundation
import Testing
import TestSupport

/// Everything from a cluster is hostile: nothing of it escapes the store, the page or the terminal.
@Suite struct HostileClusterTests {
  private static let names = [
    "../../x", ".git", "a/b", "..", "CON", "Aux.yaml", "a\\b", "=1+1", "-rf", "<script>alert(1)</script>", "\u{1B}[31mred",
    "x\u{202E}y", "new\nline: true", "é", "con\u{0}nul", String(repeating: "long-", count: 2_000), "`$(id)`",
    "\u{600}<b>", "a\r\nAmbit-Kind: forged", "[link](https://example.com)", "| cell", "trailing ", "%41", "~",
  ]

  private static func escaped(_ text: String) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed), as: UTF8.self)
  }

  /// A store that holds a policy of each name in a namespace of each name, with the name for an annotation.
  private static let store = Result {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    let items = try names.flatMap { name -> [String] in
      let text = try escaped(name)
      return [
        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\(text),\"labels\":{\"x\":\(text)}}}",
        """
        {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":\(text),"namespace":\(text),\
        "annotations":{"kubernetes.io/change-cause":\(text)},\
        "managedFields":[{"manager":\(text),"time":"2026-01-01T00:00:00Z"}]},\
        "spec":{"podSelector":{"matchLabels":{"a":\(text)}},"ingress":[{}]}}
        """,
      ]
    }
    let list = "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[\(items.joined(separator: ","))]}"
    let output = try fixture("snapshot", "--from", "-", "--cluster", "c", "--at", "2026-01-02", input: list)
    guard output.status == 0 else { throw CocoaError(.fileReadCorruptFile, userInfo: ["stderr": output.stderr]) }
    return fixture
  }

  private func git(_ arguments: String...) throws -> String {
    try StockGit(HostileClusterTests.store.get().store).run(arguments).stdout
  }

  /// Lines end; an Arabic number sign is a format character that is seen.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    guard !["\n", "\r", "\u{600}"].contains(scalar) else { return false }
    return [.control, .format].contains(scalar.properties.generalCategory)
  }

  @Test func `every object has a path of its own that stays within the tree`() throws {
    let paths = try git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "c").split(separator: "\n")
    #expect(paths.count == HostileClusterTests.names.count * 2 + 1)
    #expect(Set(paths.map { $0.lowercased() }).count == paths.count)
    for path in paths {
      for component in path.split(separator: "/", omittingEmptySubsequences: false) {
        #expect(!component.isEmpty && component != "." && component != ".." && component.lowercased() != ".git")
        #expect(component.utf8.count <= 255)
        #expect(component.allSatisfy { $0.isASCII && !"\\:*?\"<>|".contains($0) && $0 >= " " }, "\(component)")
      }
    }
    #expect(try git("fsck", "--strict") == "")
  }

  @Test func `no trailer is forged and no control reaches a terminal through stock git`() throws {
    let log = try git("log", "-p", "--format=%an%n%B", "c")
    #expect(!log.unicodeScalars.contains(where: HostileClusterTests.isHidden))
    #expect(try git("log", "--format=%(trailers:key=Ambit-Kind,valueonly)", "c").split(separator: "\n") == ["snapshot"])
  }

  @Test(arguments: [
    "list netpol", "list ns", "log", "log -o csv", "list netpol -o csv", "diff c c", "check --findings", "show c", "list netpol -o json",
    "log -o yaml", "list -o yaml", "check -o csv",
  ])
  func `nothing hidden is printed, and no cell begins a formula`(_ line: String) throws {
    let output = try HostileClusterTests.store.get().run(Golden.words(line))
    #expect(!(output.stdout + output.stderr).unicodeScalars.contains(where: HostileClusterTests.isHidden))
    if line.hasSuffix("csv") {
      for row in output.stdout.components(separatedBy: "\r\n") {
        for cell in row.split(separator: ",") {
          let start = cell.drop { $0 == "\"" }.first
          #expect(start == nil || !"=+-@|%".contains(start ?? "x"), "\(cell.prefix(40))")
        }
      }
    }
    if line.hasSuffix("json") {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(output.stdout.utf8)) }
    }
  }

  @Test func `objects are found again by their names`() throws {
    let fixture = try HostileClusterTests.store.get()
    for name in HostileClusterTests.names where !name.contains("\u{0}") {
      let output = try fixture.run(["show", "netpol/\(name)", "--namespace=\(name)"])
      #expect(output.status == 0, "\(name.prefix(40)): \(output.stderr.prefix(200))")
    }
  }

  @Test func `the page and the Markdown hold the names as text`() throws {
    let fixture = try HostileClusterTests.store.get()
    #expect(try fixture("report", "-f", "cis", "-f", "pci", "-o", "out").status == 0)
    let page = try String(contentsOfFile: "\(fixture.directory)/out/report.html", encoding: .utf8)
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    // The page's own script is the only one.
    #expect(page.split(separator: "<script").count == 2 && !page.contains("<b>"))
    #expect(!page.unicodeScalars.contains(where: HostileClusterTests.isHidden))
    let markdown = try String(contentsOfFile: "\(fixture.directory)/out/report.md", encoding: .utf8)
    #expect(!markdown.contains("<script") && !markdown.contains("[link](https"))
  }
}
