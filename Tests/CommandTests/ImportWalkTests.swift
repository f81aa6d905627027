import Foundation
import TestSupport
import Testing

/// A repository of manifests as a user imports it, and what comes of its reviews.
@Suite struct ImportWalkTests {
  private static func policy(_ port: Int) -> String {
    """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: web, namespace: shop}
    spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: \(port)}]}]}

    """
  }

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop}
    spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: x}]}}}

    """

  /// Commits what stands in the folder `deploy`.
  private func commit(_ message: String, by author: String, at time: String, in fixture: CommandFixture) throws {
    var environment = ["GIT_CONFIG_NOSYSTEM": "1"]
    for role in ["AUTHOR", "COMMITTER"] {
      environment["GIT_\(role)_NAME"] = author
      environment["GIT_\(role)_EMAIL"] = "\(author.lowercased())@example.com"
      environment["GIT_\(role)_DATE"] = time
    }
    for arguments in [["add", "-A"], ["commit", "--quiet", "-m", message]] {
      let output = try fixture.run(
        ["git", "-C", "\(fixture.directory)/deploy"] + arguments, environment: environment, program: "/usr/bin/env")
      guard output.status == 0 else { throw CocoaError(.executableLoad) }
    }
  }

  private func fixture() throws -> CommandFixture {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    _ = try fixture.run("git", ["init", "--quiet", "-b", "main", "\(fixture.directory)/deploy"])
    return fixture
  }

  private func history(_ fixture: CommandFixture) throws {
    try fixture.write("deploy/prod/web.yaml", ImportWalkTests.policy(80) + "---\n" + ImportWalkTests.deployment)
    try fixture.write("deploy/prod/values.yaml", "replicas: 3\n")
    try commit("Let the shop in", by: "Alice", at: "2026-03-01T10:00:00Z", in: fixture)
    try fixture.write("deploy/prod/web.yaml", ImportWalkTests.policy(443) + "---\n" + ImportWalkTests.deployment)
    try fixture.write("deploy/prod/over/kustomization.yaml", "namePrefix: x-\n")
    try commit("TLS only\n\nReviewed-by: Bob <bob@example.com>", by: "Alice", at: "2026-03-02T10:00:00Z", in: fixture)
  }

  @Test func `a history is imported, asked, reviewed and compared`() throws {
    let fixture = try fixture()
    try history(fixture)
    try fixture.write("live.yaml", ImportWalkTests.policy(80) + "---\n" + ImportWalkTests.deployment)
    try Golden.expect(
      "import",
      [
        "import deploy --path prod --cluster intended", "import deploy --path prod --cluster intended", "log --cluster intended",
        "blame netpol/web -n shop --cluster intended", "review import --repo deploy --path prod", "log --unreviewed --cluster intended",
        "snapshot --from live.yaml --cluster live --at 2026-03-03T10:00:00Z", "drift --cluster live --against intended",
        "drift --cluster live --against intended -o json", "drift --cluster live -f live.yaml",
        "import deploy --path nowhere --cluster other", "import nowhere --path prod",
      ], in: fixture)
  }

  @Test func `mistakes in registers, proposals and approvals are told with what to do`() throws {
    let fixture = try fixture()
    try fixture.write("ids.yaml", "apiVersion: ambit/v1\nkind: Identities\nspec:\n  peple: []\n  acceptedSources: [signd]\n")
    try Golden.expect(
      "register-errors",
      [
        "register put ids.yaml", "register show identites", "register list", "register put nowhere.yaml", "review approve 1234",
        "review propose -f nowhere", "review propose", "review list", "register log",
      ], in: fixture)
  }

  @Test func `an approval that is signed by a person counts as that person's, and what is applied is told`() throws {
    let fixture = try fixture()
    try fixture.makeKey("key")
    let fingerprint = try fixture.run("ssh-keygen", ["-l", "-f", "\(fixture.directory)/key.pub"]).stdout.split(separator: " ")[1]
    try fixture.write(
      "ids.yaml",
      """
      apiVersion: ambit/v1
      kind: Identities
      spec:
        people: [{name: alice, emails: [alice@example.com]}, {name: bob, keys: ["\(fingerprint)"]}]
        acceptedSources: [signed]
      """)
    #expect(try fixture("register", "put", "ids.yaml", "-m", "who is who").status == 0)
    try fixture.write("a.yaml", ImportWalkTests.policy(80))
    try fixture.write("b.yaml", ImportWalkTests.policy(443))
    _ = try fixture("snapshot", "--from", "a.yaml", "--cluster", "c")
    let proposed = try fixture("review", "propose", "-f", "b.yaml", "--as", "alice", "-m", "TLS only")
    #expect(proposed.status == 0, "\(proposed.stderr)")
    let id = try #require(proposed.stdout.split(separator: "\n").first?.split(separator: " ").last)
    let approved = try fixture("review", "approve", String(id.prefix(12)), "--sign", "key", "-m", "ticket 12")
    #expect(approved.status == 0 && !approved.stderr.contains("Note"), "\(approved.stderr)")
    // The reading that shows the old state begins in a later second than the approval.
    let until = Date().addingTimeInterval(1.1)
    while Date() < until { _ = try fixture("register", "list") }
    _ = try fixture("snapshot", "--from", "a.yaml", "--cluster", "c")
    _ = try fixture("snapshot", "--from", "b.yaml", "--cluster", "c")
    #expect(try fixture("log", "-l", "1").stdout.contains("reviewed by bob (signed)"))
    let verified = try fixture("verify")
    #expect(verified.stdout.contains("1 version of registers, 2 records of reviews"), "\(verified.stdout)")
    #expect(try fixture("log", "--unreviewed").stdout == "")
  }
}
