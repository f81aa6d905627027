import Foundation
import Testing
import TestSupport

/// What users see when something is wrong: the thing, the place, what to do, and an exit code of its own.
@Suite struct ErrorTests {
  @Test func `errors before there is a store`() throws {
    let fixture = try CommandFixture()
    try fixture.write("file", "x")
    try Golden.expect(
      "errors-no-store",
      [
        "log", "log -o json", "init --store file", "init", "init", "init --if-missing", "log", "lst", "log --sinse x",
        "list --output=json --bogus", "snapshot --from nowhere", "snapshot --kubeconfig nowhere --cluster prod",
        "log --observations -o csv --until 2020-01-01", "snapshot --from file --context x",
      ], in: fixture)
  }

  @Test func `errors about input`() throws {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    try fixture.write("in/good.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
    try fixture.write("in/broken.yaml", "apiVersion: v1\nkind: [\n")
    try fixture.write("in/cut.json", "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\n\"items\":[{\"metadata\"")
    try fixture.write("in/twice.yaml", "kind: Namespace\napiVersion: v1\nmetadata: {name: a}\nkind: Pod\n")
    try fixture.write("in/values.yaml", "replicas: 3\n")
    try fixture.write("in/notes.txt", "no data\n")
    try fixture.write("empty/x.yaml", "replicas: 3\n")
    try Golden.expect(
      "errors-input",
      [
        "snapshot --from in --cluster c --at 2026-01-01", "list ns --cluster c --at 2026-02-01", "snapshot --from empty --cluster c",
        "snapshot --from in --cluster c --at yesteryear", "snapshot --from in --cluster c --at 2025-01-01",
        "snapshot --from in --cluster ../x", "list pods --cluster nope", "show netpol/x", "list netpool", "show netpol",
        "blame ns/shopp", "log --at 2020-01-01", "check NP-COV-99", "check --framework ciss", "report -f cis -o in/notes.txt",
        "framework lint in/values.yaml", "diff 2020-01-01",
      ], in: fixture)
  }

  @Test func `nothing already recorded is lost to a bad reading`() throws {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: s}\nspec: {podSelector: {}}\n"
    #expect(try fixture("snapshot", "--from", "-", "--cluster", "c", input: policy).status == 0)
    for bad in ["", "{", "a: &a [*a]", String(repeating: "[", count: 100_000), "\u{0}", "kind: NetworkPolicy\napiVersion: v1\n"] {
      #expect(try fixture("snapshot", "--from", "-", "--cluster", "c", input: bad).status == 65, "\(bad.prefix(20))")
    }
    #expect(try fixture("show", "netpol/a", "-n", "s").status == 0)
  }

  @Test func `a closed pipe ends quietly`() throws {
    let fixture = try CommandFixture()
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "set -o pipefail; '\(CommandFixture.builtBinary)' framework show pci -o json | head -n 1"]
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
    process.waitUntilExit()
    _ = fixture
  }
}
