import Controls
import Foundation
import KubeModel
import Registers
import TestSupport
import Testing

/// Holds the framework files to the facts that were collected about the frameworks.
@Suite(
  .enabled(
    if: SharedFolder.has("docs/FRAMEWORKS.md") && SharedFolder.has("docs/frameworks.json"),
    "../shared/docs/FRAMEWORKS.md and frameworks.json are not beside this package"))
struct FrameworkFactsTests {
  struct Row: Equatable {
    let id: String
    let title: String
    let checks: [String]

    /// The ids of one version that the row stands for.
    ///
    /// A row names several ids with `/` and `,`, or a range with `–`; where ids differ by version, the
    /// newest comes first with its version in brackets; `.x` stands for every id below.
    var ids: [String] {
      let isByVersion = id.contains("(≥") || id.contains("(≤")
      let current = isByVersion ? String(id.split(separator: " / ")[0]) : id
      let plain = current.replacing(/\([^)]*\)/, with: "")
      var ids = plain.split { "/,".contains($0) }.flatMap { part -> [String] in
        let ends = part.split(separator: "–").map { $0.trimmingCharacters(in: .whitespaces) }
        guard ends.count == 2, let first = ends[0].split(separator: ".").last.flatMap({ Int($0) }),
          let last = ends[1].split(separator: ".").last.flatMap({ Int($0) }), first < last
        else { return ends }
        let stem = ends[0].split(separator: ".").dropLast().joined(separator: ".")
        return (first...last).map { "\(stem).\($0)" }
      }
      // A title may name one more id: "(SP 6-monthly, 12.5.2.1)".
      ids += title.matches(of: /\d+(\.\d+){2,}/).map { String($0.output.0) }
      return ids
    }

    func stands(for control: String) -> Bool {
      ids.contains { $0.hasSuffix(".x") ? control.hasPrefix($0.dropLast(1)) : $0 == control }
    }
  }

  /// The rows of a table of FRAMEWORKS.md below the heading that starts so.
  func markdownRows(_ heading: String) throws -> [Row] {
    let lines = try SharedFolder.text("docs/FRAMEWORKS.md").split(separator: "\n")
    let section = lines.drop { !$0.hasPrefix("## \(heading)") }.dropFirst().prefix { !$0.hasPrefix("## ") }
    return section.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ID |") }.map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(id: cells[0], title: cells[1], checks: cells[2].split(separator: ", ").map(String.init))
    }
  }

  func jsonRows(_ key: String) throws -> [Row] {
    let root = try JSONReader.value(Array(try SharedFolder.text("docs/frameworks.json").utf8))
    let framework = try #require(root["frameworks"]?.list?.first { $0["key"]?.string == key })
    return (framework["controls"]?.list ?? []).map { control in
      Row(
        id: control["id"]?.string ?? "", title: control["title"]?.string ?? "",
        checks: control["checks"]?.strings ?? [])
    }
  }

  static let frameworks = [("cis-kubernetes-1.12.0", "CIS Kubernetes Benchmark", "cis-k8s"), ("pci-dss-4.0.1", "PCI DSS", "pci-dss")]

  @Test(arguments: frameworks) func `the table and its machine-readable twin agree`(
    _ given: (id: String, heading: String, key: String)
  ) throws {
    let rows = try markdownRows(given.heading)
    #expect(rows.count > 10)
    #expect(rows == (try jsonRows(given.key)))
  }

  @Test(arguments: frameworks) func `each row has its controls, mapped to the checks of the row`(
    _ given: (id: String, heading: String, key: String)
  ) throws {
    let framework = try #require(FrameworkCatalog.framework(given.id))
    for row in try markdownRows(given.heading) {
      let controls = framework.controls.filter { row.stands(for: $0.id) }
      for id in row.ids {
        #expect(controls.contains { $0.id == id || id.hasSuffix(".x") }, "\(given.id) lacks \(id)")
      }
      let mapped = Set(controls.flatMap(\.checks).map(\.check))
      #expect(mapped == Set(row.checks), "\(given.id) \(row.id)")
      if row.ids.count == 1 && controls.count == 1 {
        #expect(controls[0].checks.count == row.checks.count, "\(given.id) \(row.id)")
      }
    }
  }

  @Test(arguments: frameworks) func `no control comes from nowhere`(
    _ given: (id: String, heading: String, key: String)
  ) throws {
    let framework = try #require(FrameworkCatalog.framework(given.id))
    let rows = try markdownRows(given.heading)
    for control in framework.controls {
      #expect(rows.count { $0.stands(for: control.id) } == 1, "\(given.id) \(control.id)")
    }
  }

  @Test func `level and assessment are those that CIS gives`() throws {
    let framework = try #require(FrameworkCatalog.framework("cis-1.12"))
    var compared = 0
    for row in try markdownRows("CIS Kubernetes Benchmark") {
      guard let match = row.title.firstMatch(of: /\((Manual|Automated), (L[12])\)$/) else { continue }
      for control in framework.controls where row.stands(for: control.id) {
        compared += 1
        #expect(control.assessment == String(match.output.1), "\(control.id)")
        #expect(control.level == String(match.output.2), "\(control.id)")
      }
    }
    #expect(compared == 10)
  }

  @Test func `the catalogue of checks is the one that was agreed`() throws {
    let root = try JSONReader.value(Array(try SharedFolder.text("docs/frameworks.json").utf8))
    let ids = (root["checks"]?.list ?? []).compactMap { $0["id"]?.string }
    #expect(Set(ids) == CheckCatalog.knownIDs)
    #expect(Set(ids) == Set(CheckName.all))
  }
}
