import Attribution
import KubeModel
import Testing

@Suite struct ChangeRecordFileTests {
  private static var record: ChangeRecord {
    var record = ChangeRecord(
      id: "ab12", auditID: "a-1", verb: "patch", level: "RequestResponse", stage: "ResponseComplete", effect: .applied,
      step: .written,
      target: .init(group: "networking.k8s.io", resource: "networkpolicies", namespace: "shop", name: "web"),
      time: AuditTime("2026-11-23T04:58:58.688262Z"),
      user: .init(name: "alice", groups: ["dev"], extra: ["arn": ["arn:aws:iam::1:user/alice"]]))
    record.impersonated = .init(name: "bob")
    record.sourceIPs = ["10.0.0.1"]
    record.cause = "NET-1"
    record.isWhole = true
    record.state = KubeObject(["apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"])
    return record
  }

  @Test func `a record is read back from its file as it was`() {
    #expect(ChangeRecord(ChangeRecordFileTests.record.bytes) == ChangeRecordFileTests.record)
  }

  @Test func `of two accounts of a request the fuller one counts, whichever was read first`() {
    let full = ChangeRecordFileTests.record
    var early = full
    early.stage = "RequestReceived"
    var bare = full
    bare.level = "Metadata"
    var cut = full
    cut.isTruncated = true
    for other in [early, bare, cut] {
      #expect(full.merged(with: other) == full)
      #expect(other.merged(with: full) == full)
    }
    var twin = full
    twin.cause = "NET-2"
    #expect(full.merged(with: twin) == twin.merged(with: full))
  }

  @Test func `what is no record is refused`() {
    #expect(ChangeRecord([]) == nil)
    #expect(ChangeRecord(Array("kind: ChangeRecord\nspec: {}\n".utf8)) == nil)
  }
}
