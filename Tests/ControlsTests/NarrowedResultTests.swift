@testable import Controls
import Testing

@Suite struct NarrowedResultTests {
  private func result(_ outcomes: [(String, String?, String, ControlStatus)]) throws -> CheckResult {
    let check = try #require(CheckCatalog.check("NP-COV-02"))
    return CheckResult(
      check,
      CheckAnswer(
        outcomes.map { .init(subject: .init(kind: $0.0, namespace: $0.1, name: $0.2), status: $0.3, reason: "r") }),
      isAnythingThere: true)
  }

  @Test func `a result for one namespace leaves out the others`() throws {
    let all = try result([
      ("Namespace", nil, "a", .pass), ("Namespace", nil, "b", .fail), ("Deployment", "a", "x", .pass),
      ("Deployment", "b", "x", .fail),
    ])
    #expect(all.status == .fail)
    #expect(all.narrowed(to: "a").status == .pass)
    #expect(all.narrowed(to: "a").counted == 2)
    #expect(all.narrowed(to: "c").status == .notApplicable)
  }

  @Test func `what is unknown of the whole cluster is unknown of each namespace`() throws {
    let all = try result([("Namespace", nil, "a", .pass), ("Cluster", nil, "c", .notEvaluated)])
    #expect(all.narrowed(to: "a").status == .notEvaluated)
  }
}
