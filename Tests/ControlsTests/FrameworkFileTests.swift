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
    supersedes: own-0
    kubernetes: "1.32-1.34"
    source: "us"
    coverage: "The first part."
    uncovered:
    - {id: "2", title: "The second part"}
    baselines:
    - {id: low, title: "For the careless"}
    - {id: high, title: "For the careful"}
    controls:
    - id: "1.1"
      aliases: ["ONE-1"]
      title: "Closed"
      requirement: "Namespaces are closed."
      level: "L1"
      baselines: [high]
      checks:
      - {id: NP-COV-02, strength: full}
      - {id: NP-REV-01, strength: context}
      attestations: ["a review"]
      effective: [NP-COV-03]
      clocks:
      - {check: NP-REV-01, every: 6 months, warn: 30 days, note: "and on change"}
      - {check: NP-COV-02, every: 1 week, warn: 1 day}
      retention: {keep: 12 months, atHand: 3 months}

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
    #expect((framework.supersedes, framework.kubernetes) == ("own-0", "1.32-1.34"))
    #expect(framework.coverage == "The first part.")
    #expect(framework.uncovered.map { "\($0.id) \($0.title)" } == ["2 The second part"])
    #expect(framework.baselines.map(\.id) == ["low", "high"])
    #expect(control.aliases == ["ONE-1"])
    #expect(control.baselines == ["high"])
    #expect(control.clocks.map(\.check) == ["NP-REV-01", "NP-COV-02"])
    #expect(control.clocks.map(\.every) == [CalendarInterval(6, .months), CalendarInterval(1, .weeks)])
    #expect(control.clocks.map(\.warn) == [CalendarInterval(30, .days), CalendarInterval(1, .days)])
    #expect(control.clocks.map(\.note) == ["and on change", nil])
    let retention = try #require(control.retention)
    #expect((retention.keep, retention.atHand) == (CalendarInterval(12, .months), CalendarInterval(3, .months)))
  }

  @Test func `a baseline confines the controls, and a control is found by any of its ids`() throws {
    let framework = try #require(FrameworkFile.read(Array(sound.utf8)).framework)
    #expect(framework.confined(to: framework.baselines[0]).controls.isEmpty)
    #expect(framework.confined(to: framework.baselines[1]).controls.map(\.id) == ["1.1"])
    #expect(framework.confined(to: framework.baselines[1]).digest == framework.digest)
    #expect(framework.control("one-1")?.id == "1.1")
    #expect(framework.control("1.1")?.id == "1.1")
    #expect(framework.control("2") == nil)
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

  @Test func `errors in what surrounds the checks are told with their lines as well`() {
    let text = """
      id: own-1
      name: Own
      version: "1"
      supersedes: own 0
      kubernetes: "1.34-1.32"
      source: "us"
      coverage: 3
      uncovered:
      - {id: "1.1", title: "A"}
      - {id: "9"}
      - {id: "9", title: "B"}
      baselines:
      - {id: low, title: "Low"}
      - {id: low, titel: "Low"}
      controls:
      - id: "1.1"
        aliases: ["A-1", 2]
        title: "A"
        requirement: "B"
        baselines: [lov]
        checks:
        - {id: NP-REV-01, strength: full}
        clocks:
        - {check: NP-REV-01, every: 6, warn: 30 days}
        - {check: NP-REV-02, every: half a year, warn: 30 days}
        - {check: NP-REV-1, every: 1 month, warn: 2 months}
        - {check: NP-REV-01, evry: 6 months}
        - 6 months
        retention: {keep: 3 months, atHand: 12 months}
      - id: "A-1"
        title: "A"
        requirement: "B"
        clocks: 6 months
        retention: 12 months

      """
    let forms = "write a number and days, weeks, months or years, such as '6 months'; at most 100 years"
    #expect(
      problems(text) == [
        "4: 'own 0' may hold letters, digits, '.', '-' and '_' only",
        "5: '1.34-1.32' names no versions of Kubernetes; write one such as '1.34', or the first and the last: '1.32-1.34'",
        "7: 'coverage' must be text; put a number in quotes",
        "9: '1.1' is a control of this file",
        "10: the key 'title' is missing",
        "11: requirement '9' is defined already on line 10",
        "14: baseline 'low' is defined already on line 13",
        "14: the key 'title' is missing",
        "14: unknown key 'titel'",
        "17: 'aliases' holds something that is not text",
        "20: there is no baseline 'lov' in this file; did you mean 'low'?",
        "24: 'every' must be text; put a number in quotes",
        "25: 'half a year' is no length of time; \(forms)",
        "25: the control is not mapped to check 'NP-REV-02'",
        "26: 'warn' must be shorter than 'every', which is 1 month",
        "26: there is no check 'NP-REV-1'; did you mean 'NP-REV-01'?",
        "27: the key 'every' is missing",
        "27: the key 'warn' is missing",
        "27: unknown key 'evry'; did you mean 'every'?",
        "28: a mapping is expected here",
        "29: 'atHand' must not be longer than 'keep', which is 3 months",
        "30: control 'A-1' is defined already on line 17",
        "33: 'clocks' must be a list",
        "34: a mapping is expected here",
      ])
  }

  @Test(arguments: ["1.34", "1.32-1.34", "1.9-1.10", "1.34-2.0"])
  func `versions of Kubernetes are one, or the first and the last`(_ text: String) {
    #expect(FrameworkFile.read(Array(sound.replacing("1.32-1.34", with: text).utf8)).framework?.kubernetes == text)
  }

  @Test(arguments: ["v1.34", "1", "1.34.1", "1.34-1.34", "1.34-1.33", "1.34 - 1.35", "1.34-", "-1.34", "1.x", "1.+3", "1.32-1.33-1.34"])
  func `what names no versions of Kubernetes is told`(_ text: String) {
    #expect(problems(sound.replacing("1.32-1.34", with: text)).count == 1)
  }

  @Test func `checks of the owner's own may be mapped`() throws {
    let text = sound.replacing("NP-COV-02", with: "OWN-DB-01")
    #expect(try #require(FrameworkFile.read(Array(text.utf8)).framework).controls[0].checks.map(\.check) == ["OWN-DB-01", "NP-REV-01"])
    #expect(problems(sound.replacing("id: NP-COV-02", with: "id: OWN-db")).count == 2)
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
