import Controls
import Foundation
import KubeModel
import TestSupport
import Testing

/// Eight namespaces that fool a check for existence; the truth about each is in their table.
@Suite(
  .enabled(
    if: SharedFolder.has("golden/existence-is-not-segmentation"),
    "the corpus ../shared/golden/existence-is-not-segmentation is not beside this package"))
struct ScenarioTests {
  struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is true of the only pod: closed against everyone.
    let isClosed: [Direction: Bool]
    let statuses: [String: ControlStatus]
    var testDescription: String { name }
    enum Direction { case ingress, egress }
  }

  static let scenarios = [
    Scenario(
      name: "a_allow_all", isClosed: [.ingress: false, .egress: false],
      statuses: [
        "NP-COV-01": .pass, "NP-COV-02": .fail, "NP-COV-03": .fail, "NP-COV-04": .pass, "NP-COV-05": .pass,
        "NP-RULE-01": .fail, "NP-RULE-02": .fail, "NP-RULE-09": .pass,
      ]),
    Scenario(
      name: "b_other_ns", isClosed: [.ingress: false, .egress: false],
      statuses: [
        "NP-COV-01": .fail, "NP-COV-02": .fail, "NP-COV-03": .fail, "NP-COV-04": .fail, "NP-COV-05": .fail,
        "NP-RULE-01": .pass, "NP-RULE-02": .pass, "NP-RULE-09": .pass,
      ]),
    Scenario(
      name: "c_expr_mismatch", isClosed: [.ingress: false, .egress: false],
      statuses: [
        "NP-COV-01": .pass, "NP-COV-02": .fail, "NP-COV-03": .fail, "NP-COV-04": .fail, "NP-COV-05": .fail,
        "NP-RULE-09": .fail,
      ]),
    // The pod is closed; the namespace's next pod, without the label, would not be.
    Scenario(
      name: "d_expr_only_match", isClosed: [.ingress: true, .egress: true],
      statuses: [
        "NP-COV-01": .pass, "NP-COV-02": .fail, "NP-COV-03": .fail, "NP-COV-04": .pass, "NP-COV-05": .pass,
        "NP-RULE-01": .pass, "NP-RULE-02": .pass, "NP-RULE-09": .pass,
      ]),
    Scenario(
      name: "e_ingress_only", isClosed: [.ingress: true, .egress: false],
      statuses: [
        "NP-COV-01": .pass, "NP-COV-02": .pass, "NP-COV-03": .fail, "NP-COV-04": .pass, "NP-COV-05": .fail,
        "NP-RULE-01": .pass, "NP-RULE-02": .notApplicable,
      ]),
    Scenario(
      name: "f_no_policytypes", isClosed: [.ingress: true, .egress: false],
      statuses: [
        "NP-COV-01": .pass, "NP-COV-02": .pass, "NP-COV-03": .fail, "NP-COV-04": .pass, "NP-COV-05": .fail,
        "NP-RULE-01": .pass, "NP-RULE-02": .notApplicable,
      ]),
    Scenario(
      name: "g_none", isClosed: [.ingress: false, .egress: false],
      statuses: [
        "NP-COV-01": .fail, "NP-COV-02": .fail, "NP-COV-03": .fail, "NP-COV-04": .fail, "NP-COV-05": .fail,
        "NP-RULE-01": .notApplicable, "NP-RULE-09": .notApplicable,
      ]),
    Scenario(
      name: "h_one_pod_policy_ns", isClosed: [.ingress: false, .egress: false],
      statuses: [
        "NP-COV-01": .pass, "NP-COV-02": .fail, "NP-COV-03": .fail, "NP-COV-04": .fail, "NP-COV-05": .fail,
        "NP-RULE-09": .fail,
      ]),
  ]

  func state(_ scenario: Scenario) throws -> ClusterState {
    try ClusterState(
      yaml: try SharedFolder.text("golden/existence-is-not-segmentation/\(scenario.name)/m.yaml"))
  }

  @Test func `the eight scenarios are all there`() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: SharedFolder.url.appending(path: "golden/existence-is-not-segmentation").path)
    #expect(names.filter { !$0.hasPrefix(".") }.sorted() == ScenarioTests.scenarios.map(\.name))
  }

  @Test(arguments: scenarios) func `each check says what is true of the scenario`(_ scenario: Scenario) throws {
    let state = try state(scenario)
    #expect(state.workloads.map(\.title) == ["Pod/web"])
    for (id, status) in scenario.statuses.sorted(by: { $0.key < $1.key }) {
      let result = try #require(state.result(id))
      #expect(result.status == status, "\(id): \(result.explanation)")
    }
  }

  @Test(arguments: scenarios) func `a pod is closed where it is isolated and no rule is for everyone`(
    _ scenario: Scenario
  ) throws {
    let state = try state(scenario)
    for (isolated, rules, direction) in [
      ("NP-COV-04", "NP-RULE-01", Scenario.Direction.ingress), ("NP-COV-05", "NP-RULE-02", .egress),
    ] {
      let isIsolated = try #require(state.result(isolated)).outcome("Pod shop/web") == .pass
      let isOpened = state.status(rules) == .fail
      #expect((isIsolated && !isOpened) == scenario.isClosed[direction])
    }
  }

  @Test(arguments: scenarios) func `an effective pass is never given to a pod that is open`(_ scenario: Scenario) throws {
    let state = try state(scenario)
    if scenario.isClosed[.ingress] == false { #expect(state.status("NP-COV-02") == .fail) }
    if scenario.isClosed[.egress] == false { #expect(state.status("NP-COV-03") == .fail) }
  }
}
