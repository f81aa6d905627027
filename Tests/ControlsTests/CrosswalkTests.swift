@testable import Controls
import KubeModel
import Testing

@Suite struct CrosswalkTests {
  typealias Relation = Crosswalk.Relation

  /// A control of checks that are written `A:full B:context`.
  func control(_ id: String, _ checks: String, attestations: [String] = []) throws -> Framework.Control {
    let mappings = try checks.split(separator: " ").map { word in
      let parts = word.split(separator: ":")
      return Framework.Mapping(check: String(parts[0]), strength: try #require(.init(rawValue: String(parts[1]))))
    }
    return Framework.Control(
      id: id, title: id, requirement: id, level: nil, assessment: nil, checks: mappings, attestations: attestations,
      effective: [])
  }

  func framework(_ controls: [Framework.Control]) -> Framework {
    Framework(id: "f", name: "F", version: "1", aliases: [], source: "s", note: nil, controls: controls, digest: "")
  }

  /// The counterpart of one control in a framework of another.
  func counterpart(_ first: Framework.Control, _ second: Framework.Control) throws -> Crosswalk.Counterpart? {
    try #require(Crosswalk([first], with: framework([second])).rows.first).counterparts.first
  }

  @Test(arguments: [
    // Equal: the same checks, which cover all of both.
    ("A:full", "A:full", Relation.equal), ("A:full B:full", "B:full A:full", .equal),
    ("A:full C:context", "A:full D:context", .equal),
    // What the checks cover all of lies within what they, and perhaps more, take part in.
    ("A:full", "A:partial", .subset), ("A:full", "A:full B:full", .subset), ("A:full", "A:full B:partial", .subset),
    ("A:partial", "A:full", .superset), ("A:full B:full", "A:full", .superset), ("A:partial B:full", "B:full", .superset),
    // No more can be said.
    ("A:partial", "A:partial", .intersects), ("A:full B:full", "B:full C:full", .intersects),
    ("A:partial B:partial", "A:partial", .intersects), ("A:full B:partial", "A:full B:partial", .intersects),
    ("A:full B:full", "A:partial", .intersects),
  ])
  func `a relation rests on the checks that decide`(_ given: (first: String, second: String, relation: Relation)) throws {
    let first = try control("1", given.first)
    let second = try control("2", given.second)
    #expect(try counterpart(first, second)?.relation == given.relation)
    let mirrored: Relation =
      switch given.relation {
      case .subset: .superset
      case .superset: .subset
      case .equal, .intersects: given.relation
      }
    #expect(try counterpart(second, first)?.relation == mirrored)
  }

  @Test(arguments: ["A:context", "A:context B:full"]) func `context is never enough for a relation`(_ other: String) throws {
    let found = try #require(try counterpart(control("1", "A:full"), control("2", other)))
    #expect(found.relation == nil)
    #expect(found.shared.map(\.check) == ["A"])
    #expect(found.shared.map(\.first) == [.full])
    #expect(found.shared.map(\.second) == [.context])
    #expect(!found.shared[0].decides)
    #expect(try counterpart(control("2", other), control("1", "A:full"))?.relation == nil)
  }

  @Test func `context beside a check that decides both is named and changes nothing`() throws {
    let found = try #require(try counterpart(control("1", "A:full B:context"), control("2", "A:full B:full")))
    #expect(found.relation == .subset)
    #expect(found.shared.map(\.decides) == [true, false])
  }

  @Test func `what a person must bring is not covered by checks`() throws {
    let attested = try control("1", "A:full", attestations: ["the report"])
    let plain = try control("2", "A:full")
    #expect(try counterpart(attested, plain)?.relation == .superset)
    #expect(try counterpart(plain, attested)?.relation == .subset)
    #expect(try counterpart(attested, attested)?.relation == .intersects)
  }

  @Test func `each control has its row, those without a counterpart too, in the order of the files`() throws {
    let rows = Crosswalk(
      [try control("1", "A:full"), try control("2", "X:full"), try control("3", "")],
      with: framework([try control("b", "B:full"), try control("z", "A:full"), try control("a", "A:context")])
    ).rows
    #expect(rows.map(\.control.id) == ["1", "2", "3"])
    #expect(rows.map { $0.counterparts.map(\.control.id) } == [["z", "a"], [], []])
  }

  @Test func `the reviews that PCI asks for serve other frameworks in part`() throws {
    let pci = try #require(FrameworkCatalog.framework("pci")?.control("1.2.7"))
    let iso = try #require(FrameworkCatalog.framework("iso27001"))
    let row = try #require(Crosswalk([pci], with: iso).rows.first)
    #expect(row.counterparts.map(\.control.id) == ["5.35", "5.36"])
    #expect(row.counterparts.map(\.relation) == [nil, .subset])
  }
}
