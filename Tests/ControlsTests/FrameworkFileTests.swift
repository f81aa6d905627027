import Controls
import KubeModel
import Testing

@Suite struct FrameworkFileTests {
  func problems(_ text: String) -> [String] { FrameworkFile.read(Array(text.utf8)).problems.map(\.description) }

  let sound = """
    id: own-1
    name: Own rules
    version: "1"
    aliases: [own]
    source: "us"
    controls:
    - id: "1.1"
      title: "Closed"
      requirement: "Namespaces are closed."
      level: "L1"
      checks:
      - {id: NP-COV-02, strength: full}
      - {id: NP-REV-01, strength: context}
      attestations: ["a review"]
      effective: [NP-COV-03]

    """

  @Test func `a sound file is read in full`() throws {
    let (read, problems) = FrameworkFile.read(Array(sound.utf8))
    let framework = try #require(read, "\(problems)")
    #expect(problems.isEmpty)
    #expect((framework.id, framework.name, framework.version) == ("own-1", "Own rules", "1"))
    #expect(framework.aliases == ["own"])
    #expect(framework.note == nil)
    let control = try #require(framework.controls.first)
    #expect(control.checks.map(\.check) == ["NP-COV-02", "NP-REV-01"])
    #expect(control.checks.map(\.strength) == [.full, .context])
    #expect(control.attestations == ["a review"])
    #expect(control.effective == ["NP-COV-03"])
    #expect(control.level == "L1")
    #expect(control.assessment == nil)
  }

  @Test func `the digest is that of the file`() throws {
    let one = try #require(FrameworkFile.read(Array(sound.utf8)).framework)
    let other = try #require(FrameworkFile.read(Array((sound + "# more\n").utf8)).framework)
    #expect(one.digest.count == 64)
    #expect(one.digest != other.digest)
  }

  @Test func `every error is told at once, with its line`() {
    let text = """
      id: own 1
      nam: Own
      version: 1.12
      source: "us"
      note: [x]
      controls:
      - id: "1.1"
        title: "A"
        requirement: "B"
        cheks:
        - {id: NP-COV-02, strength: full}
      - id: "1.1"
        title: ""
        checks:
        - {id: NP-COV-20, strength: ful}
        - {id: NP-COV-01, strength: full}
        - {id: NP-COV-01, strength: context}
        - {strength: full}
        - {strength: full}
        - NP-COV-01
        effective: [NP-COV-02, 3, NP-COV-O3]
      - text

      """
    #expect(
      problems(text) == [
        "1: 'own 1' may hold letters, digits, '.', '-' and '_' only",
        "1: the key 'name' is missing",
        "2: unknown key 'nam'; did you mean 'name'?",
        "3: 'version' must be text; put a number in quotes",
        "5: 'note' must be text; put a number in quotes",
        "10: unknown key 'cheks'; did you mean 'checks'?",
        "12: control '1.1' is defined already on line 7",
        "12: the key 'requirement' is missing",
        "13: 'title' must be text; put a number in quotes",
        "15: 'ful' is no strength; it is one of full, partial and context",
        "15: there is no check 'NP-COV-20'; did you mean 'NP-COV-01'?",
        "17: check 'NP-COV-01' is mapped twice",
        "18: the key 'id' is missing",
        "19: the key 'id' is missing",
        "20: a mapping is expected here",
        "21: 'effective' holds something that is not text",
        "21: there is no check 'NP-COV-O3'; did you mean 'NP-COV-03'?",
        "22: a mapping is expected here",
      ])
  }

  @Test func `a problem leaves no framework`() {
    #expect(FrameworkFile.read(Array(sound.replacing("strength: full", with: "strength: some").utf8)).framework == nil)
  }

  @Test(arguments: [
    ("controls: []", ["'controls' is empty"]), ("controls: {}", ["'controls' must be a list"]),
    ("controls: 3", ["'controls' must be a list"]),
  ])
  func `a file without controls is told once`(_ given: (controls: String, messages: [String])) {
    let head = sound.prefix { $0 != "\n" } + "\nname: Own\nversion: '1'\nsource: s\n"
    #expect(problems(head + given.controls + "\n") == given.messages.map { "5: \($0)" })
  }

  @Test func `what is no one YAML document is told`() {
    #expect(problems("") == ["1: a framework file holds exactly one YAML document"])
    #expect(problems(sound + "---\na: 1\n").count == 1)
    #expect(problems("a: [\n").first?.contains("not valid YAML") == true)
    #expect(problems("- a\n") == ["1: a mapping is expected here"])
  }

  @Test func `problems come in the order of their lines`() {
    let lines = FrameworkFile.read(Array("z: 1\nid: 'a b'\nb: 1\n".utf8)).problems.map(\.line)
    #expect(lines == lines.sorted())
    #expect(lines.count == 7)
  }
}
