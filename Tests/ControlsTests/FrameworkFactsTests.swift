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
  /// What the facts tell of as one, and the files that it became.
  struct Subject: CustomStringConvertible {
    let key: String
    /// Each version's files; of the last version's, every row must be there.
    let versions: [[String]]
    var description: String { key }

    init(_ key: String, _ files: String...) {
      self.key = key
      versions = files.map { [$0] }
    }

    init(_ key: String, together files: [String]) {
      self.key = key
      versions = [files]
    }
  }

  static let subjects = [
    Subject(
      "cis-k8s", "cis-kubernetes-1.8.0", "cis-kubernetes-1.10.0", "cis-kubernetes-1.11.1", "cis-kubernetes-1.12.0",
      "cis-kubernetes-2.0.1"),
    Subject("cis-eks", "cis-eks-1.5.0", "cis-eks-1.7.0", "cis-eks-1.8.0"),
    Subject("cis-gke", "cis-gke-1.6.0", "cis-gke-1.8.0", "cis-gke-1.9.0"),
    Subject("cis-aks", "cis-aks-1.7", "cis-aks-1.8"),
    Subject("cis-ocp", "cis-openshift-1.7.0", "cis-openshift-1.9.0"),
    Subject("pci-dss", "pci-dss-4.0.1"),
    Subject("nist-800-53", "nist-sp-800-53-r5"),
    Subject("fedramp-20x", "fedramp-20x-0.9.43-beta"),
    Subject("nsa-cisa", "nsa-cisa-kubernetes-1.2"),
    Subject("nist-800-190", "nist-sp-800-190-2017"),
    Subject("soc2", "soc2-tsc-2017"),
    Subject("iso27001", "iso-27001-2022"),
    Subject("hipaa", "hipaa-security-rule"),
    Subject("attack", together: ["mitre-attack-containers-18.1", "ms-threat-matrix-2023-01"]),
    Subject(
      "disa-stig",
      together: ["disa-stig-openshift-4-v2r3", "disa-srg-container-platform-v1r3", "disa-stig-kubernetes-v1"]),
    Subject("bsi", "bsi-it-grundschutz-2022"),
    Subject("c5", "bsi-c5-2025"),
    Subject("nis2", "nis2-2024-2690"),
    Subject("dora", "dora-2022-2554"),
    Subject("csa-ccm", "csa-ccm-4.0.13"),
    Subject("cis-v8", "cis-controls-8.1"),
    Subject("nist-800-171", "nist-sp-800-171-r2"),
  ]

  func facts() throws -> Value { try JSONReader.value(Array(try SharedFolder.text("docs/frameworks.json").utf8)) }

  func fact(_ key: String) throws -> Value {
    try #require(try facts()["frameworks"]?.list?.first { $0["key"]?.string == key }, "\(key)")
  }

  func rows(_ key: String) throws -> [FactRow] {
    try (fact(key)["controls"]?.list ?? []).map { control in
      let title = control["title"]?.string ?? ""
      // Of PCI, a title may name one more id: "(SP 6-monthly, 12.5.2.1)".
      let more = key == "pci-dss" ? title.matches(of: /\d+(\.\d+){2,}/).map { " / \($0.output.0)" } : []
      return FactRow(
        id: (control["id"]?.string ?? "") + more.joined(), title: title, checks: control["checks"]?.strings ?? [])
    }
  }

  /// The controls of files that are one subject, with the version.
  func controls(_ files: [String]) throws -> (version: String, controls: [Framework.Control]) {
    let frameworks = try files.map { try #require(FrameworkCatalog.framework($0), "\($0)") }
    return (frameworks[0].version, frameworks.flatMap(\.controls))
  }

  func names(_ control: Framework.Control) -> [String] { [control.id] + control.aliases }

  @Test func `each framework of the facts has its files, and no file is of another`() throws {
    #expect(try facts()["frameworks"]?.list?.compactMap { $0["key"]?.string } == FrameworkFactsTests.subjects.map(\.key))
    let files = FrameworkFactsTests.subjects.flatMap { $0.versions.joined() }
    #expect(Set(files) == Set(FrameworkCatalog.all.map(\.id)))
    for subject in FrameworkFactsTests.subjects {
      let versions = try fact(subject.key)["version"]?.string ?? ""
      for files in subject.versions where files.count == 1 && subject.versions.count > 1 {
        #expect(versions.contains(try controls(files).version), "\(files)")
      }
    }
  }

  @Test(arguments: subjects) func `the table and its machine-readable twin agree`(_ subject: Subject) throws {
    let name = try #require(try fact(subject.key)["name"]?.string)
    let lines = try SharedFolder.text("docs/FRAMEWORKS.md").split(separator: "\n")
    let section = lines.drop { !$0.hasPrefix("## \(name) —") }.dropFirst().prefix { !$0.hasPrefix("## ") }
    let table = section.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ID |") }.map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return FactRow(id: cells[0], title: cells[1], checks: cells[2].split(separator: ", ").map(String.init))
    }
    let twin = try rows(subject.key)
    #expect(!table.isEmpty)
    #expect(table.map(\.title) == twin.map(\.title))
    #expect(table.map(\.checks) == twin.map(\.checks))
    #expect(zip(table, twin).allSatisfy { $1.id.hasPrefix($0.id) })
  }

  @Test(arguments: subjects) func `each row has its controls, mapped to the checks of the row`(_ subject: Subject) throws {
    for files in subject.versions {
      let (version, controls) = try controls(files)
      for row in try rows(subject.key) {
        let found = controls.filter { row.stands(for: names($0), in: version) }
        for id in row.ids(in: version) where !id.hasSuffix(".x") {
          #expect(found.contains { names($0).contains(id) }, "\(files) lacks \(id)")
        }
        let mapped = Set(found.flatMap(\.checks).map(\.check))
        #expect(mapped.isSubset(of: row.checks), "\(files) \(row.id)")
        if files == subject.versions.last { #expect(mapped == Set(row.checks), "\(files) \(row.id)") }
      }
    }
  }

  @Test(arguments: subjects) func `no control comes from nowhere`(_ subject: Subject) throws {
    for files in subject.versions {
      let (version, controls) = try controls(files)
      let rows = try rows(subject.key)
      for control in controls {
        #expect(rows.count { $0.stands(for: names(control), in: version) } == 1, "\(files) \(control.id)")
      }
    }
  }

  @Test(arguments: subjects.filter { $0.key.hasPrefix("cis-") && $0.key != "cis-v8" })
  func `level and assessment are those that CIS gives`(_ subject: Subject) throws {
    for files in subject.versions {
      let (version, controls) = try controls(files)
      for row in try rows(subject.key) {
        guard let match = row.title.firstMatch(of: /\((Manual|Automated)(, (L[12]))?\)$/) else { continue }
        for control in controls where row.stands(for: names(control), in: version) {
          #expect(control.assessment == String(match.output.1), "\(files) \(control.id)")
          #expect(control.level == match.output.3.map(String.init), "\(files) \(control.id)")
        }
      }
    }
  }

  @Test func `each check that the facts map is mapped, and no other check exists`() throws {
    let root = try facts()
    let ids = (root["checks"]?.list ?? []).compactMap { $0["id"]?.string }
    #expect(Set(ids) == CheckCatalog.knownIDs)
    #expect(Set(ids) == Set(CheckName.all))
    let mapped = Set(FrameworkCatalog.all.flatMap(\.controls).flatMap(\.checks).map(\.check))
    let asked = try Set(FrameworkFactsTests.subjects.flatMap { try rows($0.key) }.flatMap(\.checks))
    #expect(mapped == asked)
    #expect(Set(ids).subtracting(asked) == ["NP-RULE-09"])
  }

  @Test func `cautions of the facts are kept`() throws {
    for (file, words) in [
      ("cis-gke-1.9.0", ["5.6.7", "1.2.0"]), ("pci", ["7.2.4", "11.4.5", "not confirmed", "supplement"]),
      ("nist-800-53", ["5.2"]), ("nsa-cisa", ["no numbers"]), ("soc2", ["type II", "population"]),
      ("hipaa", ["not confirmed"]), ("disa-stig-openshift", ["KUBER-L2-000110", "CNTR-K8-001160", "false"]),
      ("disa-srg", ["V2 exists"]), ("stig-k8s", ["95 rules", "false"]), ("c5", ["COS-04.01B"]),
      ("nis2", ["not confirmed"]), ("dora", ["not confirmed"]), ("cis-1.8", ["5.6 from 1.11", "5.7 before", "Manual"]),
    ] {
      let note = try #require(FrameworkCatalog.framework(file)?.note, "\(file)")
      for word in words { #expect(note.contains(word), "\(file): \(word)") }
    }
  }
}

@Suite struct FactRowTests {
  @Test(arguments: [
    ("5.6.1 (≥1.11, 2.0.1) / 5.7.1 (≤1.10)", "1.8.0", "5.7.1"), ("5.6.1 (≥1.11, 2.0.1) / 5.7.1 (≤1.10)", "1.10.0", "5.7.1"),
    ("5.6.1 (≥1.11, 2.0.1) / 5.7.1 (≤1.10)", "1.11.1", "5.6.1"), ("5.6.1 (≥1.11, 2.0.1) / 5.7.1 (≤1.10)", "2.0.1", "5.6.1"),
    ("1.2.16–19 (≥1.9) / 1.2.17–20 (1.8) / 1.2.19–22 (1.23)", "1.8.0", "1.2.17 1.2.18 1.2.19 1.2.20"),
    ("1.2.16–19 (≥1.9) / 1.2.17–20 (1.8) / 1.2.19–22 (1.23)", "1.12.0", "1.2.16 1.2.17 1.2.18 1.2.19"),
    ("4.5.1; 4.5.2 (≥1.7) / 4.5.3 (1.5)", "1.5.0", "4.5.1 4.5.3"), ("4.1.1, 4.1.11 (1.8)", "1.7.0", "4.1.1"),
    ("AU-9 (LMH), AU-9(2),(3) (H), AU-9(4) (MH)", "", "AU-9 AU-9(2) AU-9(3) AU-9(4)"),
    ("V-242401, 402, 403 / CNTR-K8-000600, 610, 700", "", "V-242401 V-242402 V-242403 CNTR-K8-000600 CNTR-K8-000610 CNTR-K8-000700"),
    ("CNTR-K8-000920…000950", "", "CNTR-K8-000920 CNTR-K8-000930 CNTR-K8-000940 CNTR-K8-000950"),
    ("SRG-APP-000380-CTR-000900, -000381-CTR-000905", "", "SRG-APP-000380-CTR-000900 SRG-APP-000381-CTR-000905"),
    ("LOG-02, -04, -11", "", "LOG-02 LOG-04 LOG-11"), ("DEV-03, DEV-06…09", "", "DEV-03 DEV-06 DEV-07 DEV-08 DEV-09"),
    ("8.2, 8.9–8.11", "", "8.2 8.9 8.10 8.11"), ("APP.4.4.A1 / A4", "", "APP.4.4.A1 APP.4.4.A4"),
    ("KSI-MLA-LET / RVL / OSM", "", "KSI-MLA-LET KSI-MLA-RVL KSI-MLA-OSM"), ("M1018 / M1026", "", "M1018 M1026"),
    ("M1030 Network Segmentation", "", "M1030"), ("COS-02/03/04", "", "COS-02 COS-03 COS-04"),
    ("164.308(a)(1)(ii)(D)", "", "164.308(a)(1)(ii)(D)"), ("SC-7(12) (FedRAMP M/H)", "", "SC-7(12)"),
  ])
  func `a row is read as the ids that it stands for`(_ given: (row: String, version: String, ids: String)) {
    let row = FactRow(id: given.row, title: "", checks: [])
    #expect(row.ids(in: given.version) == given.ids.split(separator: " ").map(String.init))
  }

  @Test func `names of sections and articles stay whole`() {
    #expect(FactRow(id: "Threat detection / SIEM", title: "", checks: []).ids(in: "") == ["Threat detection / SIEM"])
    #expect(FactRow(id: "Network separation – CNI (trivy 3.0)", title: "", checks: []).ids(in: "") == ["Network separation – CNI"])
    #expect(FactRow(id: "Art. 24–25", title: "", checks: []).ids(in: "") == ["Art. 24", "Art. 25"])
  }
}
