@testable import Attribution
import Integrity
import KubeModel
import Testing

@Suite struct EventFieldTests {
  @Test func `a request as another user has both users`() throws {
    let event = try Recorded.event(.impersonated)
    #expect(event.auditID == "5b25ba70-67aa-4796-b182-2a79e61b5406")
    #expect(event.level == .requestResponse)
    #expect(event.stage == .responseComplete)
    #expect(event.verb == "create")
    #expect(event.requestURI?["fieldManager"] == "kubectl-client-side-apply")
    #expect(event.user?.username == "alice")
    #expect(event.user?.groups == ["platform-team", "netpol-owners", "system:authenticated"])
    #expect(event.user?.extra.keys.sorted() == ["authentication.kubernetes.io/credential-id"])
    #expect(event.impersonatedUser?.username == "bob")
    #expect(event.impersonatedUser?.groups == ["shop-developers", "system:authenticated"])
    #expect(event.sourceIPs == ["127.0.0.1"])
    #expect(event.userAgent == "kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0")
    #expect(event.objectRef?.groupResource == GroupResource(group: "networking.k8s.io", resource: "networkpolicies"))
    #expect(event.objectRef?.namespace == "shop")
    #expect(event.objectRef?.name == "tmp-debug")
    #expect(event.response?.code == 201)
    #expect(event.response?.isSuccess == true)
    #expect(event.requestObject?["spec"]?["policyTypes"] == ["Ingress"])
    #expect(event.responseObject?["metadata"]?["resourceVersion"] == "1272")
    #expect(event.requestReceived?.text == "2026-11-23T04:59:42.790438Z")
    #expect(event.stageTime?.microseconds == 1_795_409_982_793_988)
    #expect(event.annotations["authorization.k8s.io/decision"] == "allow")
    #expect(!event.isTruncated)
  }

  @Test func `a refused request says so, and has no body`() throws {
    let event = try Recorded.event(.forbidden)
    #expect(event.response?.isSuccess == false)
    #expect(event.response?.status == "Failure")
    #expect(event.response?.reason == "Forbidden")
    #expect(event.response?.details?.name == "default-deny")
    #expect(event.requestObject == nil)
  }

  @Test func `a delete tells the uid, and a dry run only in its body`() throws {
    let event = try Recorded.event(.dryRun)
    #expect(event.response?.details?.uid == "b47f12e0-be7f-4406-8e23-852e141506b8")
    #expect(event.requestURI?["dryRun"] == nil)
    #expect(event.requestObject?["dryRun"] == ["All"])
  }

  @Test func `a JSON patch is a list`() throws {
    #expect(try Recorded.event(.jsonPatch).requestObject?.list?.count == 1)
  }

  @Test func `a name that the server makes is not in the reference`() throws {
    let event = try Recorded.event(.generatedName)
    #expect(event.objectRef?.name == nil)
    #expect(event.responseObject?["metadata"]?["name"]?.string?.isEmpty == false)
  }

  @Test func `the file, the line and the hash find an event again`() throws {
    var events: [AuditEvent] = []
    _ = try AuditLogReader.read(Array(Recorded.log), name: "logs/audit.log") { events.append($0) }
    #expect(events.map(\.provenance.line) == Array(1...8))
    #expect(events.allSatisfy { $0.provenance.file == "logs/audit.log" && $0.provenance.item == nil })
    for (event, line) in zip(events, Recorded.lines) {
      #expect(event.provenance.sha256 == SHA256Digest.hex(Array(line.utf8)))
    }
  }

  @Test func `an item of a list is found by its place in it`() throws {
    let text = "\n[" + Recorded.lines[..<3].joined(separator: ", ") + "]"
    let events = try Reading(text).events
    #expect(events.map(\.provenance.line) == [2, 2, 2])
    #expect(events.map(\.provenance.item) == [1, 2, 3])
    #expect(events[1].provenance.record == Array(Recorded.lines[1].utf8))
  }

  @Test func `older versions say some things in another way`() throws {
    let event = try #require(
      Reading(
        """
        {"kind":"Event","apiVersion":"audit.k8s.io/v1alpha1","metadata":{"creationTimestamp":"2017-09-11T19:55:05Z"},\
        "timestamp":"2017-09-11T19:55:05Z","level":"Metadata","auditID":"a","stage":"ResponseComplete","verb":"delete",\
        "user":{},"objectRef":{"resource":"roles","apiVersion":"rbac.authorization.k8s.io/v1beta1"},"responseObject":null}
        """.replacing("\n", with: "")
      ).events.first)
    #expect(event.requestReceived?.microseconds == 1_505_159_705_000_000)
    #expect(event.stageTime == nil)
    #expect(event.objectRef?.apiGroup == "rbac.authorization.k8s.io")
    #expect(event.objectRef?.apiVersion == "v1beta1")
    #expect(event.user == AuditUser(username: nil, uid: nil, groups: [], extra: [:]))
    #expect(event.responseObject == nil)
  }

  @Test(arguments: [
    #""annotations":{"audit.k8s.io/truncated":"true"}"#, #""requestObject":"skipped-too-big-size-object""#,
    #""responseObject":"skipped-too-big-size-object""#,
  ])
  func `bodies that were left out are told`(_ field: String) throws {
    let event = try #require(
      Reading(#"{"auditID":"a","stage":"ResponseComplete","verb":"create","requestURI":"/api/v1/pods",\#(field)}"#).events.first)
    #expect(event.isTruncated)
    #expect(event.requestObject == nil)
    #expect(event.responseObject == nil)
    // The path stands for the reference that the event lacks.
    #expect(event.objectRef?.resource == "pods")
  }

  @Test(arguments: [
    (#"{"kind":"Event","verb":"get","requestURI":"/"}"#, true), (#"{"kind":"Event","verb":"get","objectRef":{}}"#, true),
    (#"{"auditID":"a","stage":"Panic","verb":"get"}"#, true), (#"{"kind":"Event","verb":"get"}"#, false),
    (#"{"kind":"Event","apiVersion":"v1","involvedObject":{}}"#, false), (#"{"kind":"Pod","verb":"get","requestURI":"/"}"#, false),
    ("{}", false),
  ])
  func `an event is told by what it has`(_ given: (text: String, isEvent: Bool)) throws {
    let reading = try Reading(given.text)
    #expect(reading.events.count == (given.isEvent ? 1 : 0))
    #expect(reading.ledger.ignored == (given.isEvent ? [:] : [.json: 1]))
  }
}
