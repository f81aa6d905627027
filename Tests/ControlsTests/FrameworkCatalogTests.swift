@testable import Controls
import KubeModel
import Testing

@Suite struct FrameworkCatalogTests {
  @Test func `every framework file reads without a problem`() {
    let files = EmbeddedFiles.all.filter { $0.path.hasSuffix(".yaml") }
    #expect(files.count >= 2)
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
      let ids = framework.controls.map(\.id)
      #expect(Set(ids).count == ids.count, "\(framework.id)")
      #expect(FrameworkCatalog.framework(framework.id.uppercased())?.id == framework.id)
    }
    #expect(FrameworkCatalog.framework("nonsense") == nil)
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
    #expect(Set(ids).isDisjoint(with: CheckCatalog.uncomputed.keys))
    for check in CheckCatalog.all {
      for text in [check.title, check.reason, check.remedy] { #expect(!text.isEmpty, "\(check.id)") }
      #expect(CheckCatalog.title(check.id) == check.title)
    }
    #expect(CheckCatalog.check("NP-NONE-01") == nil)
  }

  @Test func `the effective checks rest on enforcement, existence does not`() {
    let resting = CheckCatalog.all.filter(\.restsOnEnforcement).map(\.id)
    #expect(resting == ["NP-COV-02", "NP-COV-03", "NP-COV-04", "NP-COV-05"])
  }

  @Test func `the schema names the keys that the reader takes`() throws {
    let schema = try JSONReader.value(Array(try #require(FrameworkCatalog.schema).utf8))
    let root = try #require(schema["properties"]?.map)
    #expect(root.keys == ["aliases", "controls", "id", "name", "note", "source", "version"])
    let control = try #require(schema[["properties", "controls", "items", "properties"]]?.map)
    #expect(
      control.keys == [
        "assessment", "attestations", "checks", "effective", "id", "level", "requirement", "title",
      ])
    let strengths = schema[
      ["properties", "controls", "items", "properties", "checks", "items", "properties", "strength", "enum"]]
    #expect(strengths?.strings == Framework.Strength.allCases.map(\.rawValue))
  }
}
