@testable import AmbitKit
import Foundation
import Testing

@Suite struct ChangeNoticeTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private func record(_ ports: Int...) throws -> String {
    let services = ports.enumerated().map { place, port in
      "{apiVersion: v1, kind: Service, metadata: {name: s\(place), namespace: shop}, spec: {ports: [{port: \(port)}]}}"
    }
    return try #require(try fixture.record(services).commit)
  }

  private func notice(_ previous: String, _ commit: String) throws -> [String: Any] {
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: fixture.nextTime())
    let notice = try ChangeNotice(since: previous, of: commit, in: history, flags: ["look at it"])
    return try #require(try JSONSerialization.jsonObject(with: Data(notice.json.utf8)) as? [String: Any])
  }

  @Test func `a notice tells every change since the snapshot before, and what is not known of it`() throws {
    let commits = [try record(1), try record(2), try record(3, 1)]
    let notice = try notice(commits[0], commits[2])
    let changes = try #require(notice["changes"] as? [[String: Any]])
    #expect(changes.map { $0["object"] as? String } == ["shop/services/s0", "shop/services/s1", "shop/services/s0"])
    #expect(changes.map { $0["step"] as? String } == ["modified", "added", "modified"])
    #expect(notice["changeCount"] as? Int == 3 && notice["flags"] as? [String] == ["look at it"])
    // Nobody evaluated the connections, and nobody is known to have made the changes.
    #expect(notice["exposing"] is NSNull && notice["unattributed"] as? Bool == true)
  }

  @Test func `connections that a change opened are told, and those that it closed are not`() throws {
    func state(_ ingress: String) -> [String] {
      [
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}",
        "{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: \(ingress)}}",
      ]
    }
    let closed = try #require(try fixture.record(state("[]")).commit)
    let open = try #require(try fixture.record(state("[{from: [{podSelector: {}}]}]")).commit)
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: fixture.nextTime())
    let opened = try ChangeNotice.opened(from: closed, to: open, in: history)
    #expect(opened.map { "\($0.source) \($0.destination)" } == ["shop/web[Pod] shop/db[Pod]"])
    #expect(try ChangeNotice.opened(from: open, to: closed, in: history).isEmpty)
  }
}
