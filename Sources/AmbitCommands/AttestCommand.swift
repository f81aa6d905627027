import AmbitKit
import ArgumentParser
import Attribution
import Controls
import Foundation
import Integrity
import KubeModel
import Registers

struct AttestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attest", abstract: "Record what people, and other tools, answer for",
    subcommands: [AttestRecordCommand.self, AttestListCommand.self, AttestShowCommand.self, AttestRemoveCommand.self],
    defaultSubcommand: AttestRecordCommand.self)
}

struct AttestRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Record an attestation for a check or a control, which is what `attest` alone does",
    discussion: """
      The file is kept in the store with its SHA-256. It counts from when it is recorded until --valid-until, and then it \
      is stale. With --results, the outcome is what another tool found: the output of `opa eval -f json`, SARIF, a \
      PolicyReport, or {"status": "pass", "findings": []}. An audit policy that is given for NP-LOG-01 is judged.

      Examples: ambit attest --for NP-REV-01 --file minutes.pdf --statement 'rules reviewed' --valid-until 2026-12-31, \
      ambit attest --for pci/1.2.3 --statement 'diagram confirmed' --valid-until 2026-12-31
      """)

  @Option(name: .customLong("for"), help: ArgumentHelp("The check, or FRAMEWORK/CONTROL", valueName: "what")) var subject: String
  @Option(name: .long, help: ArgumentHelp("A file to keep with it", valueName: "file")) var file: String?
  @Option(name: .long, help: ArgumentHelp("What another tool found, to keep and to count", valueName: "file")) var results: String?
  @Option(name: .long, help: "What is attested, in a sentence") var statement: String?
  @Option(name: .long, help: "Who attests it; whoever runs this if left out") var by: String?
  @Option(name: .long, help: ArgumentHelp("The tool, where the file does not tell it", valueName: "name")) var tool: String?
  @Option(name: .long, help: ArgumentHelp("Until when it counts: a date, whose day is the last, or RFC 3339", valueName: "when"))
  var validUntil: String
  @Option(name: .long, help: ArgumentHelp("When what it tells was done; now if left out", valueName: "when")) var performed: String?
  @Flag(name: .long, help: "Attest that it is not met") var failing = false
  @Option(name: .long, help: "What it is called by; made from what it says if left out") var id: String?
  @Option(name: .long, help: ArgumentHelp("Only for this cluster; may be repeated", valueName: "name")) var cluster: [String] = []
  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("Why, for the history", valueName: "text")) var message: String?

  func validate() throws {
    if file != nil && results != nil { throw ValidationError("--file and --results exclude each other") }
    if statement == nil && file == nil && results == nil { throw ValidationError("say what is attested with --statement, --file or --results") }
    if failing && results != nil { throw ValidationError("--results tell the outcome; leave out --failing") }
  }

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let now = Moment.now
    let subject = try known(subject)
    let until = try PaperOptions.moment(validUntil, "--valid-until", now)
    guard until > now else { throw AmbitError(.usage, "'\(validUntil)' is over", hint: "an attestation counts until later than now") }
    let done = try performed.map { try PaperOptions.moment($0, "--performed", now) }
    if let done, done > now { throw AmbitError(.usage, "'\(performed ?? "")' is yet to come", hint: "say when it was done") }
    let bytes = try (file ?? results).map(AttestRecordCommand.contents)
    let found = try results.flatMap { name in try bytes.map { try ExternalResults($0, named: name) } }
    let review = subject == Check.auditPolicyRecords.id ? try bytes.map { try AttestRecordCommand.review($0, file ?? "") } : nil
    let digest = bytes.map(SHA256Digest.hex)
    let name = (file ?? results).map { URL(fileURLWithPath: $0).lastPathComponent }
    let outcome = found?.outcome ?? review?.outcome ?? (failing ? .fail : .pass)
    let who = by ?? Journal.Operator.current.text
    let said = AttestRecordCommand.statement(statement, found, review?.statement, name)
    let attestation = Attestations.Attestation(
      id: id ?? "A-\(Attestations.id(subject, said, digest, now.milliseconds))", subject: subject, clusters: cluster, statement: said, by: who,
      outcome: outcome, tool: tool ?? found?.tool ?? review.map { _ in "ambit audit-policy check" },
      file: digest.flatMap { digest in name.map { .init(name: $0, digest: digest) } }, performed: done?.milliseconds,
      validUntil: until.milliseconds)
    try PaperOptions.telling {
      try PaperBook(ambit).add(attestation, file: bytes, message: message, by: .current, at: now)
    }
    Terminal.print(HiddenText.escaped("attestation/\(attestation.id) \(outcome.rawValue), for \(subject), until \(until.text)"))
    if outcome == .fail { throw ExitCode(1) }
  }

  /// The check or control that is meant, by the name that stands in the register.
  private func known(_ text: String) throws -> String {
    if CheckCatalog.check(text.uppercased()) != nil { return text.uppercased() }
    if text.hasPrefix("OWN-") { return text }
    guard text.contains("/") else {
      throw AmbitError(
        .usage, "there is no check '\(text)'" + NearMiss.suffix(text, among: CheckCatalog.all.map(\.id)),
        hint: "name a check, or FRAMEWORK/CONTROL such as pci/1.2.3")
    }
    let reference = try FrameworkReference(text)
    guard let control = reference.control else { throw AmbitError(.usage, "'\(text)' names no control", hint: "write FRAMEWORK/CONTROL") }
    return "\(reference.framework.id)/\(control.id)"
  }

  /// Larger files are evidence that belongs somewhere else.
  private static let largest = 64 << 20

  private static func contents(_ name: String) throws -> [UInt8] {
    let bytes = try InputFile.bytes(name)
    guard bytes.count <= largest else {
      throw AmbitError(.badInput, "'\(name)' is larger than 64 MiB", hint: "attest where it is kept, and its SHA-256")
    }
    return bytes
  }

  private static func review(_ bytes: [UInt8], _ name: String) throws -> (outcome: Attestations.Attestation.Outcome, statement: String) {
    let (policy, faults) = AuditPolicy.read(bytes)
    guard let policy else {
      throw AmbitError(
        .badInput, "'\(name)' is no audit policy:\n" + faults.map { "  \($0)" }.joined(separator: "\n"),
        hint: "NP-LOG-01 takes the API server's audit policy file")
    }
    let gaps = AuditPolicyReview.gaps(of: policy)
    return (gaps.isEmpty ? .pass : .fail, gaps.isEmpty ? "it logs all that attribution needs" : gaps.map(\.consequence).joined(separator: "; "))
  }

  private static func statement(_ given: String?, _ found: ExternalResults?, _ review: String?, _ name: String?) -> String {
    let counted = found.map { found in
      found.findings.isEmpty
        ? "\(found.tool ?? "a tool") found nothing wrong"
        : "\(found.tool ?? "a tool") found \(found.findings.count): \(found.findings.prefix(3).joined(separator: "; "))"
    }
    return [given, counted, review].compactMap(\.self).joined(separator: "; ").nonEmpty ?? name ?? "attested"
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}

struct AttestListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List attestations, and which are expired",
    discussion: "Exit code 1 where one is expired. Example: ambit attest list -o json")

  @OptionGroup var store: StoreOptions
  @OptionGroup var when: RegisterMomentOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    let moment = try when.moment()
    let all = try PaperBook(ambit).attestations(at: moment).all
    func isExpired(_ attestation: Attestations.Attestation) -> Bool { attestation.validUntil <= moment.milliseconds }
    var table = Table(["ID", "FOR", "OUTCOME", "BY", "VALID UNTIL (UTC)", "STANDING", "FILE", "STATEMENT"])
    table.rows = all.map { attestation in
      [
        attestation.id, attestation.subject, attestation.outcome.rawValue, attestation.by,
        Moment(milliseconds: attestation.validUntil).tableText, isExpired(attestation) ? "expired" : "in force",
        attestation.file?.name ?? "-", attestation.statement,
      ]
    }
    Output(
      table: table, kind: "AttestationList",
      value: [
        "attestations": .list(
          all.map { attestation in
            var map = Mapping([
              ("id", .string(attestation.id)), ("for", .string(attestation.subject)), ("outcome", .string(attestation.outcome.rawValue)),
              ("by", .string(attestation.by)), ("statement", .string(attestation.statement)),
              ("validUntil", .string(Moment(milliseconds: attestation.validUntil).text)), ("expired", .bool(isExpired(attestation))),
              ("clusters", .list(attestation.clusters.map(Value.string))),
            ])
            map["tool"] = attestation.tool.map(Value.string)
            map["file"] = attestation.file.map { ["name": .string($0.name), "sha256": .string($0.digest)] }
            return .map(map)
          })
      ], empty: "No attestation is in force"
    ).print(output.output)
    if all.contains(where: isExpired) { throw ExitCode(1) }
  }
}

struct AttestShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Write out the file that an attestation brought",
    discussion: "Example: ambit attest show A-1f2e3d4c > minutes.pdf")

  @Argument(help: "The attestation's id") var id: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var when: RegisterMomentOptions

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    guard let bytes = try PaperBook(ambit).file(of: id, at: when.moment()) else {
      throw AmbitError(.notFound, "attestation '\(id)' brought no file", hint: "see its statement with `ambit attest list`")
    }
    FileHandle.standardOutput.write(Data(bytes))
  }
}

struct AttestRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take an attestation out of force from now on",
    discussion: "It counted until now, and its file stays in the history. Example: ambit attest remove A-1f2e3d4c")

  @Argument(help: "The attestation's id") var id: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions
  @Option(name: .shortAndLong, help: ArgumentHelp("Why, for the history", valueName: "text")) var message: String?

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    try PaperBook(ambit).removeAttestation(id, message: message, by: .current, at: .now)
    Terminal.print(HiddenText.escaped("attestation/\(id) removed"))
  }
}
