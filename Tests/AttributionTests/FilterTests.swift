@testable import Attribution
import Foundation
import KubeModel
import TestSupport
import Testing

/// What is wanted comes out the same as if everything were read and the rest thrown away.
@Suite struct FilterTests {
  static let wants: [AuditWants] = [
    AuditWants(), .writes(), .writes(to: Set(ResourceCatalog.all.map(GroupResource.init))),
    AuditWants(verbs: ["delete"], resources: [GroupResource(group: "networking.k8s.io", resource: "networkpolicies")]),
    AuditWants(verbs: [], resources: nil), AuditWants(verbs: nil, resources: []),
  ]

  /// Whether an event is wanted, by all that it says.
  static func isWanted(_ event: AuditEvent, _ wants: AuditWants) -> Bool {
    if let verbs = wants.verbs, !verbs.contains(event.verb) { return false }
    guard let resources = wants.resources else { return true }
    guard let object = event.objectRef else {
      return event.requestURI == nil && event.provenance.format != .cloudLogging
    }
    guard let group = object.apiGroup, let resource = object.resource else { return true }
    return resources.contains(GroupResource(group: group, resource: resource))
  }

  private func check(_ bytes: [UInt8]) throws {
    let all = try Reading(bytes)
    for wants in FilterTests.wants {
      let some = try Reading(bytes, wants: wants)
      #expect(some.events == all.events.filter { FilterTests.isWanted($0, wants) })
      #expect(some.ledger.lines == all.ledger.lines)
    }
  }

  @Test func `of the recorded events`() throws { try check(Array(Recorded.log)) }

  @Test func `whatever order keys come in, and whatever strings say`() throws {
    let trap = #"\"verb\":\"delete\",\"objectRef\":{\"resource\":\"networkpolicies\",\"apiGroup\":\"networking.k8s.io\"}"#
    let text = """
      {"responseObject":{"verb":"delete","objectRef":{"resource":"secrets"}},"userAgent":"\(trap)","objectRef":\
      {"apiGroup":"networking.k8s.io","resource":"networkpolicies"},"stage":"x","verb":"get","auditID":"1"}
      {"requestObject":["verb","delete"],"v\\u0065rb":"d\\u0065lete","auditID":"2","stage":"x","objectRef":\
      {"apiGroup":"n\\u0065tworking.k8s.io","resource":"networkpolicies"}}
      {"auditID":"3","stage":"x","verb":"delete","objectRef":{"name":"resource unknown"}}
      {"auditID":"4","stage":"x","verb":"delete","requestURI":"/apis/networking.k8s.io/v1/namespaces/a/networkpolicies/b"}
      {"auditID":"5","stage":"x","verb":"delete","requestURI":"/healthz"}
      {"auditID":"6","stage":"x","verb":"delete","userAgent":"neither an object nor a path"}
      """
    // A line that a backslash ends goes on in the next.
    let lines = Array(text.utf8)
    try check(lines)
    let some = try Reading(lines, wants: FilterTests.wants[3])
    #expect(some.events.map(\.auditID) == ["2", "3", "4", "6"])
    #expect(some.ledger.ignored == [.verb: 1, .resource: 1])
  }

  @Test(.enabled(if: SharedFolder.has("formats/k8s-audit")))
  func `of every sample`() throws {
    for folder in ["formats/k8s-audit", "formats/k8s-audit-cloud", "recorded/audit"] {
      for path in SharedFolder.files(under: folder, suffix: "") {
        let url = SharedFolder.url.appending(path: path)
        guard let data = try? Data(contentsOf: url) else { continue }
        try check(Array(data))
      }
    }
  }
}
