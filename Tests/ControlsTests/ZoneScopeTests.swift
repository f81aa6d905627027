import Controls
import KubeModel
import Registers
import Testing

@Suite struct ZoneScopeTests {
  private let rulings = Rulings([("Zones", "{default: allow, zones: [{name: cde, members: [{namespaces: [pay]}]}]}")])

  private func standings(_ more: String = "", zone: String = "cde") throws -> [String: ZoneScope.Standing] {
    let base =
      Manifest.namespace("pay") + Manifest.deployment("db", in: "pay") + Manifest.deployment("api", in: "pay", labels: "{app: api}")
      + Manifest.namespace("shop") + Manifest.deployment("web", in: "shop", labels: "{app: web}")
      + Manifest.namespace("lab") + Manifest.deployment("x", in: "lab")
    let scope = ZoneScope(zone, try ClusterState(yaml: base + more), rulings)
    return Dictionary(uniqueKeysWithValues: scope.entries.map { ($0.workload.title, $0.standing) })
  }

  private let closed =
    Manifest.policy("deny", in: "pay", Manifest.denyBoth)
    + Manifest.policy("p", in: "pay", "{podSelector: {matchLabels: {app: api}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}], ports: [{port: 443}]}]}")

  @Test func `a workload is in the zone, connected to it by what policy permits, or out of its scope`() throws {
    let found = try standings(closed)
    #expect(found["Deployment pay/db"] == .inZone && found["Deployment pay/api"] == .inZone)
    #expect(
      found["Deployment shop/web"]
        == .connected([.init(isInward: true, others: ["pay/api[Deployment]"], isWithAll: false, traffic: "TCP 443", isConditional: false)]))
    #expect(found["Deployment lab/x"] == .outOfScope)
  }

  @Test func `without policies everything is connected, both ways`() throws {
    guard case .connected(let flows) = try standings()["Deployment lab/x"] else {
      Issue.record("it is connected")
      return
    }
    #expect(flows.map(\.isInward) == [true, false] && flows.allSatisfy { $0.isWithAll && $0.traffic == "every port" })
  }

  @Test func `what is not modelled leaves a workload unjudged, and never out of scope`() throws {
    let istio = Manifest.object("security.istio.io/v1", "AuthorizationPolicy", "name: a, namespace: pay")
    guard case .unknown = try standings(closed + istio)["Deployment lab/x"] else {
      Issue.record("it is judged")
      return
    }
    #expect(try standings(closed, zone: "unclassified")["Deployment lab/x"] == .inZone)
  }
}
