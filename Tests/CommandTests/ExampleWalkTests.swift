import Foundation
import Testing
import TestSupport

/// The main job on the example cluster, as a user types it.
@Suite struct ExampleWalkTests {
  /// Recorded once; the tests only read it.
  private static let example = Result { try CommandFixture.example() }

  private func fixture() throws -> CommandFixture { try ExampleWalkTests.example.get() }

  @Test func `lists and objects`() throws {
    try Golden.expect(
      "list",
      [
        "list netpol -n payments --at 2026-11-23T05:04:21Z", "list netpol -n payments -o csv --at 2026-11-23T05:04:21Z",
        "list workloads -n monitoring --at 2026-11-23T05:04:21Z", "list deploy -n shop --at 2026-11-23T05:04:21Z",
        "list svc -n shop --at 2026-11-23T05:04:21Z", "list netpol -n legacy --at 2026-11-23T05:04:21Z",
        "list -n sandbox --at 2026-11-23T05:00:00Z", "show netpol/default-deny -n payments --at 2026-11-23T05:01:30Z",
        "show deployment/bff -n shop", "show shop~1",
      ], in: fixture())
  }

  @Test func `history`() throws {
    try Golden.expect(
      "history",
      [
        "log -n payments", "log netpol/default-deny -n payments", "log deploy -l 3",
        "log --since 2026-11-23T05:02:00Z -n data", "log netpol/default-deny -n payments -o json", "log --observations",
        "diff shop~1 shop --stat", "diff shop~3 shop~2 -n payments", "diff -n data -o json --at shop",
        "diff shop shop", "blame netpol/gateway-egress -n payments",
        "blame netpol/default-deny -n payments --at 2026-11-23T05:01:30Z -o csv",
        "blame netpol/postgres-clients -n data --rules --gone", "blame netpol/default-deny -n payments --rules -o json",
        "blame --from orders/api --to data/postgres --port 5432 --at shop",
        "blame --from payments/gateway --to 203.0.113.200 --port 445 --first --at shop",
        "blame --from outside --to monitoring/grafana --port TCP/3000 --at shop -o csv",
        "blame --from payments/gateway --to payments/ledger --port 80 --protocol udp --at shop",
        "blame --from shop/wep --to shop/bff --port 80", "blame --from legacy/batch --to shop/bff --port 80 --at shop",
      ], in: fixture())
  }

  @Test func `who changed what`() throws {
    let fixture = try CommandFixture.example()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let log = try Data(contentsOf: root.appending(path: "examples/shop-audit.log.gz"))
    try log.write(to: URL(filePath: "\(fixture.directory)/audit.log.gz"))
    try log.prefix(9_000).write(to: URL(filePath: "\(fixture.directory)/cut.log.gz"))
    try Golden.expect(
      "attribution",
      [
        "attribute --coverage", "attribute cut.log.gz", "attribute audit.log.gz -o json", "attribute audit.log.gz",
        "log -n payments", "log -n legacy", "log netpol/tmp-debug -n payments -o json -l 1", "log --attempts -n payments",
        "blame netpol/default-deny -n payments --at shop -o csv", "attribute --coverage", "attribute none.log",
        "attribute", "audit-policy check none.yaml", "index check",
      ], in: fixture)
    let policy = try fixture("audit-policy").stdout
    #expect(try fixture.run(["audit-policy", "check", "-"], input: policy).status == 0)
    let notes = try fixture.run(
      ["-C", fixture.store, "log", "--notes=ambit", "--format=%N", "shop"], program: "/usr/bin/git").stdout
    #expect(notes.contains("deleted payments/networkpolicies.networking.k8s.io/tmp-debug by alice"))
  }

  @Test func `compliance`() throws {
    try Golden.expect(
      "compliance",
      [
        "check", "check NP-RULE-01 NP-COV-06", "check --framework cis", "check --framework pci --at 2026-11-23T05:00:00Z",
        "framework list", "framework show cis", "index check",
      ], in: fixture())
  }

  @Test func `zones`() throws {
    let fixture = try CommandFixture.example()
    try Data(
      """
      apiVersion: ambit/v1
      kind: Zones
      spec:
        default: allow
        zones:
          - {name: cde, members: [{namespaces: [payments]}]}
          - {name: data, members: [{namespaces: [data]}]}
        flows: {forbidden: [{from: cde, to: data, ports: [TCP/5432], reason: card data stays in the zone}]}
      """.utf8
    ).write(to: URL(filePath: "\(fixture.directory)/zones.yaml"))
    try Golden.expect("zones-none", ["scope --zone cde", "check NP-ZONE-01"], in: fixture)
    #expect(try fixture("register", "put", "zones.yaml").status == 0)
    try Golden.expect(
      "zones",
      ["scope --zone cde", "scope --zone cde -n data -o csv", "scope --zone cda", "check NP-ZONE-01", "check NP-ZONE-02 -n data", "check OWN-X"],
      in: fixture)
  }

  @Test func `a period, waivers and attestations`() throws {
    let fixture = try CommandFixture.example()
    let period = "--period 2026-11-23T04:58:00Z..2026-11-23T05:06:00Z"
    let end = "--expires 2099-12-31"
    try Data(#"{"result": [{"expressions": [{"value": [{"subject": "Namespace shop", "message": "has no owner"}]}]}]}"#.utf8)
      .write(to: URL(filePath: "\(fixture.directory)/opa.json"))
    try Golden.expect(
      "period",
      [
        "check NP-COV-01 NP-RULE-01 \(period)", "check NP-COV-01 NP-RULE-01 --period 2026-11-23", "check --period tomorrow",
        "waiver list", "waiver add NP-COV-06 -n monitoring --owner alice --approver bob --reason exporter \(end)",
        "waiver add NP-COV-06 --owner alice --approver alice --reason exporter \(end)",
        "waiver add NP-COV-06 --finding 00000000 --owner alice --approver bob --reason exporter \(end)",
        "waiver add NP-COV-60 --owner alice --approver bob --reason exporter \(end)",
        "waiver add NP-COV-06 --owner alice --approver bob --reason exporter --expires 2020-01-01", "waiver list", "check NP-COV-06",
        "attest --for NP-REV-01 --statement reviewed --by alice --id A-1 --valid-until 2099-12-31",
        "attest --for pci/1.2.3 --statement drawn --by alice --id A-2 --valid-until 2099-12-31",
        "attest --for OWN-OWNERS --results opa.json --by alice --id A-3 --valid-until 2099-12-31",
        "attest --for NP-REV-10 --statement reviewed --valid-until 2099-12-31", "attest list", "check NP-REV-01 OWN-OWNERS", "attest show A-1",
        "attest remove A-1", "waiver remove W-0",
      ], in: fixture)
    for format in ["oscal", "sarif", "junit", "policyreport", "in-toto", "csv", "yaml"] {
      let output = try fixture.run(Golden.words("check -f pci \(period) -o \(format)"))
      #expect(output.status == 1 && output.stdout.count > 1_000, "\(format)")
    }
    let state = try fixture("state", "-o", "json", "--at", "2026-11-23T05:04:21Z")
    let document = try JSONSerialization.jsonObject(with: Data(state.stdout.utf8)) as? [String: Any]
    #expect(document?["kind"] as? String == "ClusterState" && ((document?["objects"] as? [Any])?.count ?? 0) > 20)
  }

  @Test func `the same store and moment give the same report`() throws {
    let fixture = try fixture()
    for name in ["one", "two"] {
      let output = try fixture("report", "--framework", "cis", "--framework", "pci", "-o", name)
      #expect(output.status == 0)
      #expect(output.stdout == "\(name)/report.html\n\(name)/report.md\n\(name)/report.json\n")
    }
    for name in ["report.html", "report.md", "report.json"] {
      let one = FileManager.default.contents(atPath: "\(fixture.directory)/one/\(name)")
      #expect(one != nil && one == FileManager.default.contents(atPath: "\(fixture.directory)/two/\(name)"))
    }
    let page = try String(contentsOfFile: "\(fixture.directory)/one/report.html", encoding: .utf8)
    for part in ["CIS Kubernetes Benchmark 2.0.1", "PCI DSS 4.0.1", "beside it, in effect", "spec.ingress[0]", "PCI DSS"] {
      #expect(page.contains(part))
    }
  }

  @Test func `every document of JSON names its version and kind`() throws {
    for line in [
      "list netpol", "show netpol/default-deny -n payments", "show shop", "log", "log --observations", "diff", "check",
      "check -f cis", "framework list", "framework show pci", "blame netpol/allow-dns -n payments",
      "blame netpol/allow-dns -n payments --rules", "blame --from shop/web --to shop/bff --port 80",
    ] {
      let output = try fixture().run(Golden.words(line) + ["-o", "json"])
      let document = try JSONSerialization.jsonObject(with: Data(output.stdout.utf8)) as? [String: Any]
      #expect(document?["schemaVersion"] as? Int == 1, "\(line)")
      #expect((document?["kind"] as? String)?.isEmpty == false, "\(line)")
    }
  }

  @Test func `stock git finds nothing to complain about`() throws {
    let output = try StockGit(fixture().store).run(["fsck", "--strict"])
    #expect(output.text == "" && output.status == 0)
  }
}
