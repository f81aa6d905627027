import AmbitKit
import ArgumentParser
import Foundation
import Integrity
import KubeModel

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Make a checkpoint of a cluster's history, to be kept elsewhere",
    discussion: """
      A checkpoint is the size and the root of the Merkle tree over all observations, as a signed note. Whoever keeps \
      one where the store's keepers cannot reach it can show with `ambit verify --checkpoint` that nothing up to then \
      was changed or taken back. The store's journal keeps each too. Notes are signed with ed25519 keys only.

      Example: ambit checkpoint --sign key --out prod.checkpoint
      """)

  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Write the note to this file too", valueName: "file"))
  var out: String?

  @Option(
    name: .customLong("timestamp-query"),
    help: ArgumentHelp("Write what to ask a time-stamp authority (RFC 3161) about it", valueName: "file"))
  var timestampQuery: String?

  @Option(
    name: .customLong("timestamp-answer"),
    help: ArgumentHelp("Keep an authority's answer about the last checkpoint, and make none", valueName: "file"))
  var timestampAnswer: String?

  func validate() throws {
    if timestampAnswer != nil && (out != nil || timestampQuery != nil) {
      throw ValidationError("--timestamp-answer makes no checkpoint: leave out --out and --timestamp-query")
    }
    if output.output == .csv { throw ValidationError("a checkpoint is printed as table, json or yaml") }
  }

  func run() throws {
    let ambit = try cluster.store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let name = try ambit.cluster(cluster.cluster)
    let maker = CheckpointMaker(ambit)
    if let timestampAnswer {
      guard let answer = FileManager.default.contents(atPath: timestampAnswer) else {
        throw AmbitError(.notFound, "'\(timestampAnswer)' cannot be read", hint: "name the file with the authority's answer")
      }
      let time = try maker.keep(stamp: Array(answer), of: name, by: .current, at: .now)
      return Terminal.note("Kept: the authority says that the checkpoint was there at \(time.text)")
    }
    let made = try maker.make(name, by: .current, at: .now)
    try write(Array(made.note.utf8), to: out)
    try write(CheckpointMaker.query(stamping: made.note).encoded(), to: timestampQuery)
    let checkpoint = made.checkpoint
    let root = checkpoint.text.split(separator: "\n")[2]
    let line = "\(checkpoint.origin) \(checkpoint.size) \(root)"
    Output(
      text: made.note.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { HiddenText.escaped(String($0)) }
        .joined(separator: "\n"),
      kind: "Checkpoint",
      value: .map(
        Mapping([
          ("cluster", .string(name)), ("origin", .string(checkpoint.origin)), ("size", .int(Int64(checkpoint.size))),
          ("root", .string(String(root))), ("extensions", .list(checkpoint.extensions.map(Value.string))),
          ("line", .string(line)), ("note", .string(made.note)), ("commit", .string(made.commit)),
        ]))
    ).print(output.output)
    Terminal.note("Keep the note, or this line, where the store's keepers cannot change it: \(line)")
    if let key = ambit.signingKey {
      Terminal.note("Verifiers know the key as \(try NoteKey(name: checkpoint.origin, key: key.publicKey).text)")
    }
  }

  private func write(_ bytes: @autoclosure () throws -> [UInt8], to file: String?) throws {
    guard let file else { return }
    let contents = Data(try bytes())
    do {
      try contents.write(to: URL(filePath: file), options: .atomic)
    } catch {
      throw AmbitError(
        .unwritable, "'\(file)' cannot be written", hint: "the checkpoint is in the store's journal; see `ambit log --journal`",
        cause: error)
    }
  }
}
