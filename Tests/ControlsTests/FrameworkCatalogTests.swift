@testable import Controls
import KubeModel
import Testing

@Suite struct FrameworkCatalogTests {
  @Test func `every framework file reads without a problem`() {
    let files = EmbeddedFiles.all.filter { $0.path.hasSuffix(".yaml") }
    #expect(files.count == 35)
    for file in files {
      #expect(FrameworkFile.read(Array(file.contents.utf8)).problems == [], "\(file.path)")
    }
    #expect(FrameworkCatalog.all.count == files.count)
    for framework in FrameworkCatalog.all {
      #expect(files.contains { $0.path == "\(framework.id).yaml" }, "\(framework.id) stands in a file of its name")
    }
  }

  @Test func `ids and aliases are unique and in lower case`() {
    let names = FrameworkCatalog.names
    #expect(Set(names).count == names.count)
    #expect(names == names.map { $0.lowercased() })
    for framework in FrameworkCatalog.all {
      let ids = framework.controls.flatMap { [$0.id] + $0.aliases }
      #expect(Set(ids).count == ids.count, "\(framework.id)")
      #expect(FrameworkCatalog.framework(framework.id.uppercased())?.id == framework.id)
    }
    for name in ["nonsense", "", "framework.schema.json", "id: ", "\n"] { #expect(FrameworkCatalog.framework(name) == nil) }
  }

  @Test(arguments: [
    ("cis", "cis-kubernetes-2.0.1"), ("cis-2.0.1", "cis-kubernetes-2.0.1"), ("cis-k8s-1.8", "cis-kubernetes-1.8.0"),
    ("cis-1.12", "cis-kubernetes-1.12.0"), ("cis-eks", "cis-eks-1.8.0"), ("cis-gke", "cis-gke-1.9.0"),
    ("cis-aks", "cis-aks-1.8"), ("cis-openshift", "cis-openshift-1.9.0"), ("pci", "pci-dss-4.0.1"),
    ("nist-800-53", "nist-sp-800-53-r5"), ("nist-800-171", "nist-sp-800-171-r2"), ("cmmc", "nist-sp-800-171-r2"),
    ("nist-800-190", "nist-sp-800-190-2017"), ("fedramp-20x", "fedramp-20x-0.9.43-beta"), ("soc2", "soc2-tsc-2017"),
    ("iso27001", "iso-27001-2022"), ("hipaa", "hipaa-security-rule"), ("attack", "mitre-attack-containers-18.1"),
    ("bsi", "bsi-it-grundschutz-2022"), ("c5", "bsi-c5-2025"), ("nis2", "nis2-2024-2690"), ("dora", "dora-2022-2554"),
    ("ccm", "csa-ccm-4.0.13"), ("cis-controls", "cis-controls-8.1"), ("nsa-cisa", "nsa-cisa-kubernetes-1.2"),
  ])
  func `a name without a version means the newest`(_ given: (name: String, id: String)) {
    #expect(FrameworkCatalog.framework(given.name)?.id == given.id)
  }

  @Test func `versions follow one another, and the newest has the names without a version`() throws {
    for framework in FrameworkCatalog.all {
      guard let before = framework.supersedes else { continue }
      let older = try #require(FrameworkCatalog.framework(before), "\(framework.id)")
      #expect(older.name == framework.name)
      #expect(older.id != framework.id)
      #expect(FrameworkCatalog.all.count { $0.supersedes == before } == 1)
      for alias in older.aliases { #expect(alias.contains { $0 == "." }, "\(older.id): \(alias)") }
    }
  }

  @Test func `each file tells which part of the framework it speaks to, and its sources`() {
    for framework in FrameworkCatalog.all {
      #expect(framework.coverage?.hasSuffix(".") == true, "\(framework.id)")
      #expect(framework.source.contains("/"), "\(framework.id)")
      #expect(FrameworkCatalog.file(of: framework).map { FrameworkFile.read(Array($0.utf8)).framework?.digest } == framework.digest)
    }
  }

  @Test func `a check decides a control whole only where nobody needs to look any further`() {
    // Lists, diagrams, and what only records of Ambit tell, leave something to a person.
    let whole: Set = ["NP-COV-01", "NP-COV-08", "NP-LOG-01", "NP-LOG-02", "NP-REV-01", "NP-REV-03", "NP-RULE-05"]
    for framework in FrameworkCatalog.all {
      for control in framework.controls {
        for mapping in control.checks where mapping.strength == .full {
          #expect(whole.contains(mapping.check), "\(framework.id) \(control.id) \(mapping.check)")
        }
        let isDecided = control.checks.contains { $0.strength != .context }
        #expect(isDecided || !control.attestations.isEmpty, "\(framework.id) \(control.id) says what a person must bring")
      }
    }
  }

  @Test func `that namespaces have policies is decided as the benchmark decides, with the effect beside it`() throws {
    var found = 0
    for framework in FrameworkCatalog.all where framework.id.hasPrefix("cis-") {
      for control in framework.controls where control.checks.contains(where: { $0.check == "NP-COV-01" }) {
        found += 1
        #expect(control.checks.filter { $0.strength != .context }.map(\.check) == ["NP-COV-01"], "\(framework.id)")
        #expect(control.effective.contains("NP-COV-02"), "\(framework.id)")
        #expect(Set(control.effective) == Set(control.checks.map(\.check)).subtracting(["NP-COV-01"]), "\(framework.id)")
      }
    }
    #expect(found == 15)
  }

  @Test func `800-53 has the baselines of NIST and FedRAMP as data on each control`() throws {
    let nist = try #require(FrameworkCatalog.framework("nist-800-53"))
    #expect(nist.baselines.map(\.id) == ["low", "moderate", "high", "fedramp-low", "fedramp-moderate", "fedramp-high"])
    func baselines(_ id: String) -> String? { nist.control(id)?.baselines.joined(separator: " ") }
    #expect(baselines("SC-7") == "low moderate high fedramp-low fedramp-moderate fedramp-high")
    #expect(baselines("sc-7.5") == "moderate high fedramp-moderate fedramp-high")
    #expect(baselines("SC-7(12)") == "fedramp-moderate fedramp-high")
    #expect(baselines("SC-7(18)") == "high fedramp-moderate fedramp-high")
    #expect(baselines("SC-7(10)") == "fedramp-high")
    #expect(baselines("SC-7(21)") == "high fedramp-high")
    #expect(baselines("SC-7(9)") == "")
    #expect(baselines("CM-5(5)") == "fedramp-moderate fedramp-high")
    #expect(baselines("CM-3(1)") == "high fedramp-high")
    // What a lower impact asks for, a higher one asks for as well.
    for control in nist.controls {
      for (lower, higher) in [
        ("low", "moderate"), ("moderate", "high"), ("fedramp-low", "fedramp-moderate"), ("fedramp-moderate", "fedramp-high"),
        ("low", "fedramp-low"), ("moderate", "fedramp-moderate"), ("high", "fedramp-high"),
      ] where control.baselines.contains(lower) {
        #expect(control.baselines.contains(higher), "\(control.id): \(lower), \(higher)")
      }
    }
  }

  @Test func `PCI's clocks run as the standard says`() throws {
    let pci = try #require(FrameworkCatalog.framework("pci"))
    let clocks = pci.controls.flatMap { control in
      control.clocks.map { "\(control.id) \($0.check) \($0.every)" }
    }
    #expect(
      clocks == [
        "1.2.7 NP-REV-01 6 months", "7.2.4 NP-RBAC-03 6 months", "11.4.5 NP-REV-03 12 months", "11.4.6 NP-REV-03 6 months",
        "11.5.2 NP-CHG-05 1 week", "12.4.2 NP-REV-01 3 months", "12.5.2 NP-ZONE-02 12 months",
        "12.5.2.1 NP-ZONE-02 6 months", "A1.1.4 NP-REV-03 6 months",
      ])
    for id in ["7.2.4", "11.4.5"] {
      #expect(pci.control(id)?.clocks.first?.note?.contains("not confirmed") == true)
    }
    let retention = try #require(pci.control("10.5.1")?.retention)
    #expect((retention.keep.description, retention.atHand?.description) == ("12 months", "3 months"))
  }

  @Test func `an id that is known to be false is in no file`() {
    for framework in FrameworkCatalog.all {
      for control in framework.controls {
        for id in [control.id] + control.aliases {
          #expect(!["KUBER-L2-000110", "CNTR-K8-001160", "V-242415"].contains(id), "\(framework.id)")
        }
      }
    }
    let stig = FrameworkCatalog.framework("disa-stig-kubernetes")
    #expect(stig?.note?.contains("None of the 95 rules demands network policies") == true)
    #expect(FrameworkCatalog.framework("cis-gke-1.6")?.control("5.6.7") == nil)
  }

  @Test func `every mapped check is known, and each control has something to answer it with`() {
    for framework in FrameworkCatalog.all {
      for control in framework.controls {
        for id in control.checks.map(\.check) + control.effective {
          #expect(CheckCatalog.knownIDs.contains(id), "\(framework.id) \(control.id): \(id)")
        }
        let isEmpty = control.checks.isEmpty && control.attestations.isEmpty
        #expect(!isEmpty, "\(framework.id) \(control.id)")
        // What stands beside the verdict must not be what decides it.
        for id in control.effective {
          #expect(!control.checks.contains { $0.check == id && $0.strength != .context })
        }
      }
    }
  }

  @Test func `an intact store says nothing of the organisation's audit logs`() throws {
    let pci = try #require(FrameworkCatalog.framework("pci"))
    for control in pci.controls where control.id.hasPrefix("10.3") || control.id.hasPrefix("10.5") {
      #expect(control.checks.allSatisfy { $0.strength == .context }, "\(control.id)")
    }
    // Of configuration that must be versioned, the store is a version.
    for framework in FrameworkCatalog.all {
      for control in framework.controls where control.id != "APP.4.4.A8" {
        for mapping in control.checks where ["NP-HIST-02", "NP-HIST-03"].contains(mapping.check) {
          #expect(mapping.strength == .context, "\(framework.id) \(control.id)")
        }
      }
    }
  }

  @Test func `a drawn diagram is a part of what PCI asks for, which a person confirms`() throws {
    let pci = try #require(FrameworkCatalog.framework("pci"))
    for id in ["1.2.3", "1.2.4"] {
      let control = try #require(pci.controls.first { $0.id == id })
      #expect(control.checks.map(\.strength) == [.partial])
      #expect(!control.attestations.isEmpty)
    }
  }

  @Test func `checks are told apart, in order, and each says why and what to do`() {
    let ids = CheckCatalog.all.map(\.id)
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
    #expect(ids.count == 43)
    for check in CheckCatalog.all {
      for text in [check.title, check.reason, check.remedy] { #expect(!text.isEmpty, "\(check.id)") }
      #expect(CheckCatalog.title(check.id) == check.title)
    }
    #expect(CheckCatalog.check("NP-NONE-01") == nil)
  }

  @Test func `the effective checks rest on enforcement, existence does not`() {
    let resting = CheckCatalog.all.filter(\.restsOnEnforcement).map(\.id)
    #expect(resting == ["NP-COV-02", "NP-COV-03", "NP-COV-04", "NP-COV-05", "NP-RULE-05", "NP-RULE-10", "NP-ZONE-01"])
  }

  @Test func `the schema names the keys that the reader takes`() throws {
    let schema = try JSONReader.value(Array(FrameworkCatalog.schema.utf8))
    let root = try #require(schema["properties"]?.map)
    #expect(
      root.keys == [
        "aliases", "baselines", "controls", "coverage", "id", "kubernetes", "name", "note", "source", "supersedes",
        "uncovered", "version",
      ])
    let control = try #require(schema[["properties", "controls", "items", "properties"]]?.map)
    #expect(
      control.keys == [
        "aliases", "assessment", "attestations", "baselines", "checks", "clocks", "effective", "id", "level", "requirement",
        "retention", "title",
      ])
    let strengths = schema[
      ["properties", "controls", "items", "properties", "checks", "items", "properties", "strength", "enum"]]
    #expect(strengths?.strings == Framework.Strength.allCases.map(\.rawValue))
  }
}
