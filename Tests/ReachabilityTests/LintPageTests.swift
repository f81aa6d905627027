import Foundation
import Reachability
import Testing

/// `docs/lint.md` tells of each code what the catalogue tells.
@Suite struct LintPageTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/lint.md")

  @Test func `the page of codes is printed from the catalogue`() throws {
    let page = try String(contentsOf: LintPageTests.page, encoding: .utf8)
    let head = page.components(separatedBy: "\n## AL001")[0].trimmingCharacters(in: .newlines)
    let sections = LintCode.allCases.map { code in
      "## \(code.rawValue): \(code.title)\n\nSeverity: \(code.severity.rawValue)\n\n\(code.meaning)\n\n**What to do:** \(code.remedy)\n"
    }
    let expected = head + "\n\n" + sections.joined(separator: "\n")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try Data(expected.utf8).write(to: LintPageTests.page)
    } else {
      #expect(page == expected, "docs/lint.md is stale; RECORD_SNAPSHOTS=1 swift test writes it anew")
    }
  }

  @Test func `codes are numbered in their order, and none is given twice`() {
    let numbers = LintCode.allCases.compactMap { Int($0.rawValue.dropFirst(2)) }
    #expect(numbers == Array(1...LintCode.allCases.count))
  }
}
