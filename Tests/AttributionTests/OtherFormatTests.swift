@testable import Attribution
import KubeModel
import Testing

/// Formats that tell less than an event of the API's own shape.
@Suite struct OtherFormatTests {
  private static let legacy =
    #"2026-11-23T05:02:45.231793598Z AUDIT: id="05a6" stage="ResponseComplete" ip="10.0.0.1" method="update" user="a\"b" "#
    + #"groups="\"x, y\",\"z\"" as="bob@example.com" asgroups="\"oidc:netsec\"" user-agent="curl \u00e9\x41" namespace="shop" "#
    + #"uri="/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/web?dryRun=All" response="200""#

  @Test func `a line of the legacy format`() throws {
    let event = try #require(Reading(OtherFormatTests.legacy).events.first)
    #expect(event.auditID == "05a6")
    #expect(event.level == nil)
    #expect(event.stage == .responseComplete)
    #expect(event.verb == "update")
    #expect(event.user?.username == "a\"b")
    #expect(event.user?.groups == ["x, y", "z"])
    #expect(event.impersonatedUser?.username == "bob@example.com")
    #expect(event.impersonatedUser?.groups == ["oidc:netsec"])
    #expect(event.userAgent == "curl éA")
    #expect(event.sourceIPs == ["10.0.0.1"])
    #expect(event.requestURI?["dryRun"] == "All")
    #expect(event.objectRef?.groupResource == GroupResource(group: "networking.k8s.io", resource: "networkpolicies"))
    #expect(event.objectRef?.namespace == "shop")
    #expect(event.objectRef?.name == "web")
    #expect(event.response?.code == 200)
    #expect(event.requestReceived?.microseconds == 1_795_410_165_231_793)
    #expect(event.stageTime == nil)
    #expect(event.provenance.format == .legacy)
  }

  @Test func `what the legacy format has no word for is nil`() throws {
    let event = try #require(
      Reading(
        #"2026-11-23T05:02:45Z AUDIT: id="1" stage="RequestReceived" ip="<unknown>" method="get" user="<none>" "#
          + #"groups="<none>" as="<self>" asgroups="<lookup>" user-agent="" namespace="<none>" uri="/healthz" response="<deferred>""#
      ).events.first)
    #expect(event.user == AuditUser(username: nil, uid: nil, groups: [], extra: [:]))
    #expect(event.impersonatedUser == nil)
    #expect(event.sourceIPs.isEmpty)
    #expect(event.userAgent == nil)
    #expect(event.objectRef == nil)
    #expect(event.response == nil)
  }

  @Test func `a line of the legacy format that is cut anywhere is damage`() throws {
    let whole = Array(OtherFormatTests.legacy.utf8)
    let start = OtherFormatTests.legacy.utf8.firstIndex(of: UInt8(ascii: " "))
      .map { OtherFormatTests.legacy.utf8.distance(from: OtherFormatTests.legacy.utf8.startIndex, to: $0) } ?? 0
    for count in (start + 13)..<whole.count {
      let reading = try Reading(Array(whole[..<count]))
      #expect(reading.events.isEmpty, "cut after \(count) bytes")
      #expect(reading.ledger.damaged == 1, "cut after \(count) bytes")
    }
  }

  private static func entry(_ payload: String, _ rest: String = #""operation":{"first":true,"last":true}"#) -> String {
    #"{"insertId":"i","labels":{"command.gke.io/dryRun":"true"},"logName":"x","timestamp":"2026-11-23T04:58:53.682897Z","#
      + #"\#(rest),"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","serviceName":"k8s.io",\#(payload)}}"#
  }

  private static let create =
    #""methodName":"io.k8s.networking.v1.networkpolicies.create","#
    + #""resourceName":"networking.k8s.io/v1/namespaces/payments/networkpolicies/web","#
    + #""authenticationInfo":{"principalEmail":"alice@example.com"},"#
    + #""requestMetadata":{"callerIp":"10.0.0.1","callerSuppliedUserAgent":"kubectl"},"#
    + #""request":{"@type":"networking.k8s.io/v1.NetworkPolicy","kind":"NetworkPolicy"}"#

  @Test func `an entry of GKE`() throws {
    let event = try #require(Reading(OtherFormatTests.entry(OtherFormatTests.create)).events.first)
    #expect(event.auditID == "i")
    #expect(event.level == nil)
    #expect(event.stage == .responseComplete)
    #expect(event.verb == "create")
    #expect(event.requestURI == nil)
    #expect(event.user == AuditUser(username: "alice@example.com", uid: nil, groups: nil, extra: [:]))
    #expect(event.sourceIPs == ["10.0.0.1"])
    #expect(event.userAgent == "kubectl")
    #expect(event.objectRef?.groupResource == GroupResource(group: "networking.k8s.io", resource: "networkpolicies"))
    #expect(event.objectRef?.namespace == "payments")
    #expect(event.objectRef?.name == "web")
    #expect(event.response?.code == nil)
    #expect(event.response?.isSuccess == true)
    #expect(event.requestObject == ["kind": "NetworkPolicy"])
    #expect(event.requestReceived == nil)
    #expect(event.stageTime?.microseconds == 1_795_409_933_682_897)
    #expect(event.annotations == ["command.gke.io/dryRun": "true"])
    #expect(event.provenance.format == .cloudLogging)
  }

  @Test(arguments: [
    (#""operation":{"first":true,"last":true}"#, AuditStage.responseComplete, true), (#""operation":{"last":true}"#, .responseComplete, true),
    (#""operation":{"first":true}"#, .requestReceived, nil), (#""operation":{}"#, nil, true), (#""x":1"#, nil, true),
  ] as [(String, AuditStage?, Bool?)])
  func `an operation's first and last entry stand for stages`(_ given: (operation: String, stage: AuditStage?, isSuccess: Bool?)) throws {
    let event = try #require(Reading(OtherFormatTests.entry(OtherFormatTests.create, given.operation)).events.first)
    #expect(event.stage == given.stage)
    #expect(event.response?.isSuccess == given.isSuccess)
  }

  @Test(arguments: [("{}", true), (#"{"code":0}"#, true), (#"{"code":7,"message":"Forbidden"}"#, false)])
  func `a status has the codes of an RPC`(_ given: (status: String, isSuccess: Bool)) throws {
    let text = OtherFormatTests.entry(OtherFormatTests.create + #","status":\#(given.status)"#)
    #expect(try Reading(text).events.first?.response?.isSuccess == given.isSuccess)
  }

  @Test(arguments: [
    (#""methodName":"io.k8s.core.v1.pods.exec.create","resourceName":"core/v1/namespaces/a/pods/b/exec""#, "", "pods", "b", "exec"),
    (#""methodName":"io.cilium.v2.ciliumnetworkpolicies.delete","resourceName":"cilium.io/v2/namespaces/a/ciliumnetworkpolicies/b""#,
     "cilium.io", "ciliumnetworkpolicies", "b", nil),
    (#""methodName":"io.k8s.core.v1.namespaces.create","resourceName":"core/v1/namespaces/a""#, "", "namespaces", "a", nil),
    // Without a resource's name the method tells the resource, and its group only where that is the core.
    (#""methodName":"io.k8s.rbac.v1.roles.create""#, nil, "roles", nil, nil),
    (#""methodName":"io.k8s.core.v1.services.create""#, "", "services", nil, nil),
  ] as [(String, String?, String, String?, String?)])
  func `the object of an entry`(_ given: (payload: String, group: String?, resource: String, name: String?, sub: String?)) throws {
    let reference = try #require(Reading(OtherFormatTests.entry(given.payload)).events.first?.objectRef)
    #expect(reference.apiGroup == given.group)
    #expect(reference.resource == given.resource)
    #expect(reference.name == given.name)
    #expect(reference.subresource == given.sub)
  }

  @Test func `an entry of another service is passed over`() throws {
    let text = #"{"protoPayload":{"serviceName":"container.googleapis.com","methodName":"google.container.v1.ClusterManager.CreateCluster"}}"#
    #expect(try Reading(text).ledger.ignored == [.json: 1])
  }
}
