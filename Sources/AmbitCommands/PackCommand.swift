import AmbitKit
import ArgumentParser
import Controls
import Foundation
import KubeModel

struct PackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Make a pack of evidence that an auditor verifies without Ambit",
    discussion: """
      A pack holds reports, results for other programs, the objects behind findings as they were, the population of all \
      changes with its count by three ways, registers and framework files as used, and the history itself as a git bundle, \
      with checksums and a VERIFY.md that says how to check all of it with git, sha256sum and ssh-keygen. Everything is of \
      one moment of the store. The same history and arguments give the same bytes; who made it and when, and signatures, \
      are files beside it.

      To draw a sample, make a pack without one, give the auditor the population's SHA-256 that is printed, and make it \
      again with the seed that they answer: --sample 25 --seed 4711 --population SHA256.

      Verify one with `ambit verify pack.tar.gz`.

      Example: ambit pack --framework pci --period 2026-Q1 -o pack.tar.gz --sign key
      """)

  @OptionGroup var assessed: AssessmentOptions

  @Option(name: [.short, .long], help: ArgumentHelp("The framework (can be repeated)", valueName: "name"))
  var framework: [String]

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The archive to write, which ends in .tar.gz, or a new folder", valueName: "path"))
  var output: String

  @Option(name: .long, help: ArgumentHelp("Tell this many changes of the period closely", valueName: "number"))
  var sample: Int?

  @Option(name: .long, help: ArgumentHelp("What the auditor gave to draw the sample by", valueName: "text"))
  var seed: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The population's SHA-256 that the auditor was given; another one by now is refused", valueName: "sha256"))
  var population: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Tell in results/comparison.json and comparison.md what changed since this pack", valueName: "pack"))
  var sinceReport: String?

  @Flag(name: .long, help: "Compare also where scope or coverage differ, and say so")
  var allowIncomparable = false

  @Flag(name: .long, help: "Replace names by pseudonyms, and leave out the history and the originals")
  var redact = false

  @Option(
    name: .long,
    help: ArgumentHelp("The key of the pseudonyms: 32 random bytes or more, which you keep", valueName: "file"))
  var redactKey: String?

  @OptionGroup var signing: SigningOptions

  func validate() throws {
    if (sample == nil) != (seed == nil) { throw ValidationError("--sample and --seed go together") }
    if sample != nil && assessed.period == nil { throw ValidationError("--sample draws from the changes of a --period") }
    if let sample, sample < 1 { throw ValidationError("--sample is a number of changes, from 1 on") }
    if redact != (redactKey != nil) {
      throw ValidationError("--redact and --redact-key go together; make a key with `head -c 32 /dev/urandom > key`")
    }
    if allowIncomparable && sinceReport == nil { throw ValidationError("--allow-incomparable goes with --since-report") }
    if population != nil && sample == nil { throw ValidationError("--population goes with --sample") }
    if let seed, let objection = PackRequest.Sample.objection(toSeed: seed) { throw ValidationError(objection) }
  }

  func run() async throws {
    let frameworks = try framework.map(PackCommand.source)
    let ambit = try assessed.store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    var request = try assessed.packRequest(frameworks, of: ambit)
    request.sample = sample.flatMap { size in seed.map { PackRequest.Sample(size: size, seed: $0) } }
    request.former = try sinceReport.map { path in
      PackRequest.Former(try PackStorage.formerResults(path), allowsIncomparable: allowIncomparable)
    }
    request.redaction = try redactKey.map(PackCommand.redaction)
    if redact, let own = frameworks.first(where: { FrameworkCatalog.file(of: $0.framework).map { Array($0.utf8) } != $0.bytes }) {
      throw AmbitError(
        .usage, "framework '\(own.framework.id)' is your own, and may hold names", hint: "redact with frameworks that are built in")
    }
    let progress = ProgressLine()
    let (pack, assessments) = try await PackMaker.pack(
      request, of: ambit, variables: ProcessInfo.processInfo.environment
    ) { progress.show(HiddenText.escaped($0)) }
    progress.clear()
    if let population, let found = pack.populationDigest, found != population.lowercased() {
      throw AmbitError(
        .badInput, "the population is no longer the one that the auditor was given: its SHA-256 is \(found)",
        hint: "give them this one, and have them name another seed")
    }
    let written = try PackStorage.write(pack, to: output)
    let sidecars = try PackSidecars(
      of: pack, assessments, archive: written, by: .current, at: .now, key: ambit.signingKey)
    let paths = [output] + (try sidecars.write(beside: output))
    Terminal.print(paths.map(HiddenText.escaped).joined(separator: "\n"))
    for note in PackOutput.notes(pack, assessments, request) { Terminal.note(note) }
    do {
      try Journal(ambit).add(.packed, PackOutput.summary(pack, request), by: .current, at: .now)
    } catch {
      let reason = (error as? any DescribedError)?.message ?? "\(error)"
      Terminal.note("Warning: the store's journal does not tell of this pack: \(reason)")
    }
  }

  private static func redaction(_ path: String) throws -> Redaction {
    guard let secret = FileManager.default.contents(atPath: path) else {
      throw AmbitError(.notFound, "'\(path)' cannot be read", hint: "make a key with `head -c 32 /dev/urandom > \(path)`, and keep it")
    }
    return try Redaction(secret: Array(secret))
  }

  /// A framework with the file that it stands in.
  private static func source(_ name: String) throws -> PackRequest.Source {
    let framework = try Framework.named(name)
    let bytes = FrameworkCatalog.framework(name).flatMap(FrameworkCatalog.file).map { Array($0.utf8) }
      ?? FileManager.default.contents(atPath: name).map(Array.init)
    return try PackRequest.Source(framework, bytes ?? [])
  }
}

extension AssessmentOptions {
  /// The same question, with everything in it that the clock decides settled.
  func packRequest(_ frameworks: [PackRequest.Source], of ambit: Ambit) throws -> PackRequest {
    let now = Moment.now
    let clusters = try names(ambit, now).map { try $0 ?? ambit.find(nil) }
    let when: PackRequest.When
    if let span = period.flatMap({ Period($0, now: now, offset: offset ?? 0) }) {
      when = .period(span.range)
    } else {
      // Without a moment, that of the last reading, so that the clock is not in the pack.
      let text = at ?? "HEAD"
      when = .moment(Moment(text, now: now, day: .end)?.text ?? text)
    }
    return PackRequest(clusters: clusters, when: when, frameworks: frameworks)
  }
}
