import Foundation
import TestSupport
import Testing

@Suite struct FrameworkCommandTests {
  @Test func `frameworks are listed, shown and compared`() throws {
    try Golden.expect(
      "frameworks",
      [
        "framework list", "framework list -o csv", "framework show dora", "framework show pci/1.2.7",
        "framework show PCI/10.5.1", "framework show stig-openshift/CNTR-OS-000100", "framework show np-hist-05",
        "framework show NP-RULE-09", "framework show nist-800-53 --baseline fedramp-low", "framework crosswalk pci/1.2.7 iso27001",
        "framework crosswalk nis2 cis-controls", "framework crosswalk nist-800-190 c5 -o csv",
      ], in: CommandFixture())
  }

  @Test func `a name that is no framework, control or baseline is told with what was meant`() throws {
    let fixture = try CommandFixture()
    try fixture.write(
      "ours/own.yaml",
      """
      id: own-1
      name: Own
      version: "1"
      source: us
      controls:
      - {id: "A/1", title: A, requirement: "\\e[31mB", attestations: [the list]}

      """)
    try Golden.expect(
      "framework-names",
      [
        "framework show ours/own.yaml", "framework show ours/own.yaml/A/1", "framework show ours/own.yaml/A/2",
        "framework show ours/own.yml", "framework show pcii/1.2.7", "framework show pci/1.2.77", "framework show pci/3",
        "framework show nist-800-53 --baseline fedramp-lov", "framework show pci --baseline low",
        "framework show np-rev-01 --baseline low", "framework show pci/1.2.7 --baseline low", "framework crosswalk pci iso2701", "framework crosswalk pci/9.9.9 iso27001",
        "framework export ours/own.yaml", "framework export pcii", "framework export", "framework export pci --schema",
      ], in: fixture)
  }

  @Test(arguments: [
    ("framework show nist-800-53 --baseline high", "Framework"), ("framework show pci/10.5.1", "FrameworkControl"),
    ("framework show NP-REV-01", "CheckMappings"), ("framework show NP-RULE-09", "CheckMappings"),
    ("framework crosswalk nis2/6.8 dora", "Crosswalk"), ("framework list", "FrameworkList"),
  ])
  func `each answer is a document as well`(_ given: (line: String, kind: String)) throws {
    let output = try CommandFixture().run(Golden.words(given.line) + ["-o", "json"])
    #expect(output.status == 0 && output.stderr == "")
    let document = try JSONSerialization.jsonObject(with: Data(output.stdout.utf8)) as? [String: Any]
    #expect(document?["kind"] as? String == given.kind)
  }

  @Test func `what is exported is the file to the byte, and is taken back`() throws {
    let fixture = try CommandFixture()
    for name in ["pci", "nist-800-53", "cis-1.8"] {
      let file = try fixture("framework", "export", name)
      #expect(file.status == 0)
      try fixture.write("ours.yaml", file.stdout)
      let lint = try fixture("framework", "lint", "ours.yaml")
      #expect(lint.status == 0 && lint.stdout.contains("no problems"))
      let digests = try [name, "ours.yaml"].map { given in
        let shown = try fixture("framework", "show", given, "-o", "json").stdout
        return (try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])?["sha256"] as? String
      }
      #expect(digests[0] != nil && digests[0] == digests[1])
    }
    let schema = try fixture("framework", "export", "--schema").stdout
    #expect(try JSONSerialization.jsonObject(with: Data(schema.utf8)) is [String: Any])
  }
}
