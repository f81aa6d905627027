import AmbitKit
import ArgumentParser
import Foundation
import KubeModel
import Registers
import SnapshotStore

struct RegisterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register", abstract: "Record and show what the owner decided, such as who is who",
    discussion: """
      A register is a YAML file in the store that verdicts depend on. Each change is one commit with its author and \
      time, and each moment is judged by the version that was in force then.
      """,
    subcommands: [
      RegisterPutCommand.self, RegisterShowCommand.self, RegisterListCommand.self, RegisterLogCommand.self,
    ])
}

struct RegisterPutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Put registers in force from now on",
    discussion: """
      What a file is, its `kind` says. Every mistake in it is told with its line, and nothing is recorded then. All \
      files become one version.

      Example: ambit register put identities.yaml -m 'Bob joined'
      """)

  @Argument(help: ArgumentHelp("Files, or - for standard input", valueName: "file")) var files: [String]
  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Why, for the history", valueName: "text"))
  var message: String?

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let files = try files.map { (name: $0, bytes: try InputFile.bytes($0, kind: "a YAML file")) }
    do {
      for put in try RegisterBook(ambit).put(files, message: message, by: .current, at: .now) {
        let outcome = put.commit.map { "in force from now on, version \($0.short)" } ?? "in force already, unchanged"
        Terminal.print("register/\(put.name) \(outcome)")
      }
    } catch let problems as RegisterProblems {
      for problem in problems.problems { Terminal.note(problem.text) }
      throw problems
    }
  }
}

struct RegisterShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a register as it was recorded",
    discussion: """
      Without a name, all that are in force.

      Example: ambit register show identities --at 2026-11-01
      """)

  @Argument(help: "The register's name") var name: String?
  @OptionGroup var store: StoreOptions
  @OptionGroup var when: RegisterMomentOptions

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let book = RegisterBook(ambit)
    let moment = try when.moment()
    let registers = try book.inForce(at: moment)
    let names = try name.map { [try RegisterShowCommand.known($0, registers.keys.sorted(), moment)] } ?? registers.keys.sorted()
    if names.isEmpty { return Terminal.note("No register is in force; put one with `ambit register put`") }
    let texts = try names.compactMap { try registers[$0].map { String(decoding: try book.text($0.blob), as: UTF8.self) } }
    for (number, text) in texts.enumerated() {
      if number > 0 { Terminal.print("---") }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { HiddenText.escaped(String($0)) }
      Terminal.print((lines.last == "" ? Array(lines.dropLast()) : lines).joined(separator: "\n"))
    }
  }

  private static func known(_ name: String, _ inForce: [String], _ moment: Moment) throws -> String {
    if inForce.contains(name) { return name }
    let all = Set(inForce + KnownRegister.all.map(\.name)).sorted()
    throw AmbitError(
      .notFound,
      all.contains(name)
        ? "no register '\(name)' was in force at \(moment.text)"
        : "there is no register '\(name)'" + NearMiss.suffix(name, among: all),
      hint: "put one with `ambit register put FILE`, or see `ambit register list`")
  }
}

struct RegisterListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the registers, and the version of each that is in force",
    discussion: "Example: ambit register list -o json")

  @OptionGroup var store: StoreOptions
  @OptionGroup var when: RegisterMomentOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let inForce = try RegisterBook(ambit).inForce(at: when.moment())
    let names = Set(inForce.keys).union(KnownRegister.all.map(\.name)).sorted()
    var table = Table(["NAME", "VERSION", "IN FORCE SINCE (UTC)", "BY", "WHAT"])
    var values: [Value] = []
    for name in names {
      let version = inForce[name]?.version
      let time = version.map { Moment(milliseconds: $0.time * 1000) }
      let what = KnownRegister.named(name)?.summary ?? "not known to this version of Ambit"
      table.rows.append([name, version?.commit.short ?? "-", time?.tableText ?? "-", version?.author ?? "-", what])
      var map = Mapping([("name", .string(name)), ("summary", .string(what)), ("inForce", .bool(version != nil))])
      map["commit"] = (version?.commit.description).map(Value.string)
      map["since"] = (time?.text).map(Value.string)
      map["author"] = (version?.author).map(Value.string)
      map["sha256"] = try inForce[name].map { .string(try RegisterBook(ambit).digest($0.blob)) }
      values.append(.map(map))
    }
    Output(table: table, kind: "RegisterList", value: ["registers": .list(values)]).print(output.output)
  }
}

struct RegisterLogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Show when registers changed, by whom and why, newest first",
    discussion: "Example: ambit register log identities")

  @Argument(help: "The register's name; all if left out") var name: String?
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let versions = try RegisterBook(ambit).versions(of: name).reversed()
    var table = Table(["IN FORCE FROM (UTC)", "VERSION", "BY", "REGISTERS", "SIGNED", "MESSAGE"])
    table.rows = versions.map { version in
      [
        Moment(milliseconds: version.time * 1000).tableText, version.commit.short, version.author,
        version.registers.joined(separator: ","), version.signingKey == nil ? "no" : "yes", version.message ?? "-",
      ]
    }
    let values = versions.map { version in
      var map = Mapping([
        ("commit", .string(version.commit.description)), ("time", .string(Moment(milliseconds: version.time * 1000).text)),
        ("author", .string(version.author)), ("registers", .list(version.registers.map(Value.string))),
      ])
      map["message"] = version.message.map(Value.string)
      map["signingKey"] = version.signingKey.map(Value.string)
      return Value.map(map)
    }
    Output(
      table: table, kind: "RegisterVersionList", value: ["versions": .list(values)],
      empty: "No register was ever recorded; put one with `ambit register put`"
    ).print(output.output)
  }
}

/// The moment whose registers are asked for.
struct RegisterMomentOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The moment: RFC 3339, a date, or '2h ago'; now if left out", valueName: "when"))
  var at: String?

  func moment() throws -> Moment {
    guard let at else { return .now }
    guard let moment = Moment(at, now: .now, day: .end) else {
      throw AmbitError(.usage, "'\(at)' is no time", hint: Moment.forms)
    }
    return moment
  }
}
