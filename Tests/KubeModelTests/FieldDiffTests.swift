import KubeModel
import Testing

@Suite struct FieldDiffTests {
  func changes(_ old: String, _ new: String) throws -> [String] {
    FieldDiff(try Value(yaml: old), try Value(yaml: new)).changes.map { change in
      "\(change.path): \(change.old.map(text) ?? "-") > \(change.new.map(text) ?? "-")"
    }
  }

  func text(_ value: Value) -> String {
    JSONWriter.string(of: value).split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
  }

  @Test func `equal values have no changes`() throws {
    #expect(try changes("a: {b: [1, {}]}", "a: {b: [1, {}]}") == [])
    #expect(FieldDiff(nil, nil).changes.isEmpty)
    #expect(FieldDiff(nil, nil).summary() == "")
  }

  @Test func `a change is named by its path, with both values`() throws {
    #expect(try changes("{a: {b: 1}, c: 2}", "{a: {b: 3}, c: 2}") == ["a.b: 1 > 3"])
    #expect(try changes("a: 1", "b: 2") == ["a: 1 > -", "b: - > 2"])
    #expect(try changes("a: 80", "a: '80'") == [#"a: 80 > "80""#])
    #expect(try changes("a: {}", "a: []") == ["a: {} > []"])
    #expect(try changes("a: null", "{b: 1}") == ["a: null > -", "b: - > 1"])
  }

  @Test func `a rule put in the middle reads as one that was added`() throws {
    #expect(try changes("r: [1, 2, 3]", "r: [1, 9, 2, 3]") == ["r[1]: - > 9"])
    #expect(try changes("r: [1, 9, 2, 3]", "r: [1, 2, 3]") == ["r[1]: 9 > -"])
    #expect(try changes("r: [1]", "r: [1, 1]") == ["r[1]: - > 1"])
    #expect(try changes("r: []", "r: [{}]") == ["r[0]: - > {}"])
  }

  @Test func `a rule that changed is compared field by field`() throws {
    #expect(
      try changes("r: [{a: 1}, {b: 1}, {c: 1}]", "r: [{a: 1}, {b: 2}, {c: 1}]") == ["r[1].b: 1 > 2"])
  }

  @Test func `keys that are no plain words stand in brackets`() throws {
    #expect(
      try changes("metadata: {labels: {app.kubernetes.io/name: a}}", "metadata: {labels: {}}")
        == [#"metadata.labels["app.kubernetes.io/name"]: "a" > -"#])
  }

  @Test func `the whole object appears and goes`() throws {
    let object = try Value(yaml: "a: 1")
    let added = try #require(FieldDiff(nil, object).changes.first)
    #expect(added.path == "" && added.old == nil && added.new == object)
    let removed = try #require(FieldDiff(object, nil).changes.first)
    #expect(removed.path == "" && removed.old == object && removed.new == nil)
  }

  @Test func `the summary shows three fields and counts the rest`() throws {
    func summary(_ old: String, _ new: String) throws -> String {
      FieldDiff(try Value(yaml: old), try Value(yaml: new)).summary()
    }
    #expect(try summary("{a: 1, b: 1}", "{a: 2, c: 1}") == "a, -b, +c")
    #expect(try summary("{}", "{a: 1, b: 1, c: 1, d: 1, e: 1}") == "+a, +b, +c and 2 more")
  }
}
