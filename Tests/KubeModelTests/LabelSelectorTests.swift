import KubeModel
import Testing

@Suite struct LabelSelectorTests {
  func selector(_ text: String) throws -> LabelSelector {
    try #require(LabelSelector(try Value(yaml: text)))
  }

  @Test func `an empty selector selects everything`() throws {
    let empty = try selector("{}")
    #expect(empty.isEmpty)
    #expect(empty.matches([:]))
    #expect(empty.matches(["app": "web"]))
    #expect(try selector("{matchLabels: {}, matchExpressions: []}").isEmpty)
    #expect(empty == .everything)
  }

  @Test func `an absent selector is no empty selector`() {
    #expect(LabelSelector(nil) == nil)
    #expect(LabelSelector(.null) == nil)
    #expect(LabelSelector("app=web") == nil)
    #expect(LabelSelector([]) == nil)
  }

  @Test func `matchLabels must all hold`() throws {
    let both = try selector("matchLabels: {app: web, tier: fe}")
    #expect(both.matches(["app": "web", "tier": "fe", "more": "x"]))
    #expect(!both.matches(["app": "web"]))
    #expect(!both.matches(["app": "web", "tier": "be"]))
    #expect(!both.isEmpty)
  }

  @Test func `matchLabels and matchExpressions must both hold`() throws {
    let both = try selector(
      "{matchLabels: {tier: fe}, matchExpressions: [{key: app, operator: In, values: [zzz]}]}")
    #expect(!both.matches(["tier": "fe", "app": "web"]))
    #expect(both.matches(["tier": "fe", "app": "zzz"]))
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let expression: String
    let labels: [String: String]
    let matches: Bool
    var testDescription: String { "\(expression) on \(labels.sorted { $0.key < $1.key })" }
  }

  static let cases = [
    Case(expression: "{key: a, operator: In, values: [x, b]}", labels: ["a": "b"], matches: true),
    Case(expression: "{key: a, operator: In, values: [x, b]}", labels: ["a": "z"], matches: false),
    Case(expression: "{key: a, operator: In, values: [x, b]}", labels: [:], matches: false),
    Case(expression: "{key: a, operator: In, values: ['']}", labels: ["a": ""], matches: true),
    Case(expression: "{key: a, operator: In, values: ['']}", labels: [:], matches: false),
    Case(expression: "{key: a, operator: NotIn, values: [x]}", labels: ["a": "x"], matches: false),
    Case(expression: "{key: a, operator: NotIn, values: [x]}", labels: ["a": "z"], matches: true),
    Case(expression: "{key: a, operator: NotIn, values: [x]}", labels: [:], matches: true),
    Case(expression: "{key: a, operator: Exists}", labels: ["a": ""], matches: true),
    Case(expression: "{key: a, operator: Exists}", labels: ["b": "x"], matches: false),
    Case(expression: "{key: a, operator: DoesNotExist}", labels: ["a": ""], matches: false),
    Case(expression: "{key: a, operator: DoesNotExist}", labels: ["b": "x"], matches: true),
  ]

  @Test(arguments: cases) func `each operator means what it means to Kubernetes`(_ given: Case) throws {
    let selector = try selector("matchExpressions: [\(given.expression)]")
    #expect(!selector.isMalformed)
    #expect(selector.matches(given.labels) == given.matches)
  }

  @Test(arguments: [
    "matchExpressions: [{key: a, operator: Gt, values: ['1']}]",
    "matchExpressions: [{key: a, operator: in, values: [x]}]",
    "matchExpressions: [{key: a}]",
    "matchExpressions: [{operator: Exists}]",
    "matchExpressions: [{key: a, operator: In}]",
    "matchExpressions: [{key: a, operator: In, values: []}]",
    "matchExpressions: [{key: a, operator: NotIn, values: []}]",
    "matchExpressions: [{key: a, operator: NotIn, values: [1]}]",
    "matchExpressions: [{key: a, operator: Exists, values: [x]}]",
    "matchExpressions: {key: a}",
    "matchExpressions: [x]",
    "matchLabels: {app: 1}",
    "matchLabels: {app: true}",
    "matchLabels: [app]",
  ])
  func `what no server takes is malformed and selects nothing`(_ text: String) throws {
    let selector = try selector(text)
    #expect(selector.isMalformed)
    #expect(!selector.isEmpty, "an empty selector would select everything")
    for labels in [[:], ["a": "x"], ["app": "1"], ["app": "true"]] {
      #expect(!selector.matches(labels))
    }
  }
}
