import AmbitKit
import ArgumentParser
import Foundation
import Integrity
import KubeModel

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify that nothing in the store, or in a pack, was changed, lost or hidden",
    discussion: """
      Reads and hashes every object again, follows commits by the parents that they name themselves, computes the \
      digest of every state, and compares both histories of each cluster with each other and with the index. Nothing \
      that git believes unseen is believed. Ends with 1 where there are findings.

      With a pack, an archive or the folder that it was unpacked to, that instead: its checksums and manifest, the history \
      in it as above, and whether this history gives each of its files again, byte for byte.

      Examples: ambit verify --allowed-signers signers --checkpoint kept-elsewhere.note, ambit verify pack.tar.gz
      """)

  @Argument(help: "A pack that `ambit pack` made; the store if left out") var pack: String?

  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Verify the history of this cluster only", valueName: "name"))
  var cluster: String?

  @OptionGroup var signers: SignerOptions

  @Option(
    name: .customLong("checkpoint"),
    help: ArgumentHelp(
      "A checkpoint that was kept: a file, - for standard input, or the line that `ambit checkpoint` told; may be repeated",
      valueName: "file"))
  var checkpoints: [String] = []

  @Option(
    name: .customLong("checkpoint-key"),
    help: ArgumentHelp("A key that signs checkpoints, NAME+HASH+KEY, beside the allowed signers; may be repeated", valueName: "key"))
  var checkpointKeys: [String] = []

  @Option(
    name: .customLong("timestamp-ca"),
    help: ArgumentHelp("Have openssl judge time stamps with these certificates in PEM", valueName: "file"))
  var timestampAuthority: String?

  @Flag(name: .long, help: "Every commit has to be signed, also those before the first that is")
  var requireSignatures = false

  func validate() throws {
    if output.output == .csv { throw ValidationError("findings are printed as table, json or yaml") }
    if pack != nil && (cluster != nil || !checkpoints.isEmpty || timestampAuthority != nil || requireSignatures) {
      throw ValidationError("of a pack, all is verified: leave out --cluster, --checkpoint, --timestamp-ca and --require-signatures")
    }
  }

  func run() async throws {
    if let pack { return try await verify(pack) }
    let ambit = try store.open()
    var options = StoreVerifier.Options()
    options.cluster = cluster
    options.allowedSigners = try signers.allowed()
    options.revokedKeys = try signers.revoked()
    options.requiresSignatures = requireSignatures
    options.checkpoints = try checkpoints.map(VerifyCommand.checkpoint)
    options.noteKeys = try checkpointKeys.map { try NoteKey(text: $0) }
    let progress = ProgressLine()
    var report = try StoreVerifier(ambit, options) { progress.show(HiddenText.escaped($0)) }.run()
    progress.clear()
    if let timestampAuthority {
      try await TimeStampCheck(authority: timestampAuthority, environment: ProcessInfo.processInfo.environment).run(&report)
    }
    ambit.tellNotes()
    for note in report.notes { Terminal.note("Note: \(note)") }
    VerifyOutput.output(report).print(output.output)
    guard report.isGood else {
      Terminal.note(VerifyOutput.summary(report))
      throw ExitCode(1)
    }
  }

  private func verify(_ pack: String) async throws {
    var options = PackVerifier.Options()
    options.allowedSigners = try signers.allowed()
    options.revokedKeys = try signers.revoked()
    options.variables = ProcessInfo.processInfo.environment
    let progress = ProgressLine()
    let report = try await PackVerifier(pack, options) { progress.show(HiddenText.escaped($0)) }.run()
    progress.clear()
    for note in report.notes { Terminal.note("Note: \(note)") }
    PackOutput.output(report).print(output.output)
    guard report.isGood else {
      Terminal.note(PackOutput.summary(report))
      throw ExitCode(1)
    }
  }

  /// Reads a checkpoint from where it was kept; a name of a file has no blanks, and a line has two.
  private static func checkpoint(_ text: String) throws -> KeptCheckpoint {
    if text.split(separator: " ").count == 3 { return try KeptCheckpoint(text, place: "--checkpoint \(text)") }
    if text == "-" {
      let data = FileHandle.standardInput.readDataToEndOfFile()
      return try KeptCheckpoint(String(decoding: data, as: UTF8.self), place: "standard input")
    }
    guard let data = FileManager.default.contents(atPath: text) else {
      throw AmbitError(.notFound, "'\(text)' cannot be read", hint: "name a file, - or the line of a checkpoint")
    }
    return try KeptCheckpoint(String(decoding: data, as: UTF8.self), place: text)
  }
}
