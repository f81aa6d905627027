import Foundation
import Testing
import TestSupport

@Suite struct InstallTests {
  @Test func `the binary works wherever it is moved, without the files it was built from`() throws {
    let place = try CommandFixture()
    let moved = "\(place.directory)/bin/elsewhere"
    try FileManager.default.createDirectory(atPath: "\(place.directory)/bin", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: CommandFixture.builtBinary, toPath: moved)
    let output = try CommandFixture(binary: moved)("framework", "list")
    #expect(output.status == 0)
    #expect(output.stdout.contains("cis-kubernetes-1.12.0"))
  }

  @Test func `kubectl finds it as a plugin`() throws {
    let place = try CommandFixture()
    let plugin = "\(place.directory)/kubectl-ambit"
    try FileManager.default.createSymbolicLink(atPath: plugin, withDestinationPath: CommandFixture.builtBinary)
    let output = try CommandFixture(binary: plugin)("list", "--help")
    #expect(output.status == 0)
    #expect(output.stdout.contains("Example: ambit list"))
  }

  @Test func `the command reference is what --help prints`() throws {
    let fixture = try CommandFixture()
    let page = try String(contentsOfFile: "\(CommandFixture.package)/docs/commands.md", encoding: .utf8)
    let head = page.components(separatedBy: "\n## ambit\n")[0]
    let expected = head + "\n" + (try section([], fixture).joined(separator: "\n"))
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try Data(expected.utf8).write(to: URL(filePath: "\(CommandFixture.package)/docs/commands.md"))
    } else {
      #expect(page == expected, "docs/commands.md is stale; RECORD_SNAPSHOTS=1 swift test writes it anew")
    }
  }

  /// The help of a command, and of those below it.
  private func section(_ command: [String], _ fixture: CommandFixture) throws -> [String] {
    let help = try fixture.run(command + ["--help"], environment: ["COLUMNS": "80"]).stdout
    var lines = ["## " + (["ambit"] + command).joined(separator: " "), "", "```text"]
    var text = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while text.last == "" { text.removeLast() }
    lines += text + ["```", ""]
    guard let start = text.firstIndex(of: "SUBCOMMANDS:") else { return lines }
    for line in text[(start + 1)...] {
      guard let name = line.prefixMatch(of: /\ \ ([a-z][a-z-]*)\s/)?.1 else { continue }
      lines += try section(command + [String(name)], fixture)
    }
    return lines
  }
}
