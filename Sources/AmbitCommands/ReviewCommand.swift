import AmbitKit
import ArgumentParser
import ClusterReader
import Foundation
import Integrity
import KubeModel
import Registers
import Reviews
import SnapshotStore

struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review", abstract: "Propose changes, approve them, and show what was approved",
    discussion: """
      A proposal holds, for each object, the step from what it says to what it is to say. An approval is of exactly \
      these steps. Whose approvals count, the register of identities tells: see `ambit register`.
      """,
    subcommands: [
      ReviewProposeCommand.self, ReviewApproveCommand.self, ReviewImportCommand.self, ReviewListCommand.self,
      ReviewShowCommand.self,
    ])
}

/// Under which name someone proposes or approves.
struct PersonOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Who: a name of the register of identities, or an account such as email:ann@example.com or github:ann; left out, the user of this machine",
      valueName: "person"))
  var person: String?

  func account() throws -> Account {
    guard let person else { return .login(Journal.Operator.current.text) }
    guard let account = Account(text: person) else {
      throw AmbitError(.usage, "'\(person)' names no one", hint: "write a name, or SYSTEM:NAME with one of \(Account.systems.joined(separator: ", "))")
    }
    return account
  }
}

struct ReviewProposeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "propose", abstract: "Record a change that is to be approved",
    discussion: """
      The change is what manifests say against a state of the cluster, or what a range of commits of a repository \
      changes. Its id follows from its content: the same change has the same id. Manifests delete nothing; deletions are \
      proposed by a range of commits.

      Example: ambit review propose -f change/ -m 'Let metrics in'
      """)

  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var person: PersonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: [.customShort("f"), .long], help: ArgumentHelp("Manifests: a file or a directory", valueName: "path"))
  var file: String?

  @Option(name: .long, help: ArgumentHelp("The state that they change, a moment or a revision; the present one if left out", valueName: "when"))
  var base: String?

  @Option(name: .long, help: ArgumentHelp("A repository of manifests, with --range and --path", valueName: "repository"))
  var repo: String?

  @Option(name: .long, help: ArgumentHelp("Its commits, such as main..feature", valueName: "a..b"))
  var range: String?

  @Option(name: .long, help: ArgumentHelp("The folder of the manifests in it", valueName: "folder"))
  var path: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("What it is for; left out, the subject of the last commit", valueName: "text"))
  var message: String?

  func validate() throws {
    if (file == nil) == (repo == nil) { throw ValidationError("say --file PATH, or --repo REPOSITORY with --range and --path") }
    if (repo == nil) != (range == nil) || (repo == nil) != (path == nil) { throw ValidationError("--repo, --range and --path go together") }
    if repo != nil && base != nil { throw ValidationError("--base is for --file; a range begins where it says") }
    if output.output == .csv { throw ValidationError("a proposal is printed as table, json or yaml") }
  }

  func run() async throws {
    let ambit = try cluster.store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let (made, origin) = try await made(ambit)
    for diagnostic in made.diagnostics { Terminal.note("Warning: \(diagnostic)") }
    guard !made.transitions.isEmpty else {
      Terminal.note("Nothing is changed: what is there says the same already")
      throw ExitCode(made.diagnostics.isEmpty ? 0 : 2)
    }
    let authors = made.authors.isEmpty || person.person != nil ? [try person.account()] + made.authors : made.authors
    let proposal = Proposal(
      made.transitions, title: message ?? made.title ?? "\(made.transitions.count) objects", authors: authors, origin: origin,
      time: Moment.now.seconds)
    let isNew = try ReviewBook(ambit).propose(proposal, by: .current)
    let review = try ReviewBook(ambit).review(proposal.id)
    ReviewOutput.review(review).print(output.output)
    Terminal.note(
      (isNew ? "Proposed" : "Proposed already") + "; approve it with `ambit review approve \(proposal.id.prefix(12))`")
    if !made.diagnostics.isEmpty { throw ExitCode(2) }
  }

  private func made(_ ambit: Ambit) async throws -> (ProposalMaker.Made, String) {
    if let file {
      let isRecorded = try !ambit.store.clusters().isEmpty
      let history = isRecorded || cluster.cluster != nil ? try ClusterHistory(ambit, cluster: cluster.cluster, now: .now) : nil
      let made = try ProposalMaker.made(of: InputFiles(path: file), onto: history, at: base)
      return (made, history.map { "manifests, against '\($0.cluster)'" } ?? "manifests")
    }
    let repository = try await SourceRepository(path: repo ?? "", variables: ProcessInfo.processInfo.environment)
    let made = try await ProposalMaker.made(repository, range: range ?? "", under: path ?? "")
    return (made, "commits \(range ?? "") of \(repository.name)")
  }
}

struct ReviewApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Record that a proposed change may be made",
    discussion: """
      With --sign, whose key it is in the register of identities is who approved. Without, the approval is a claim, and \
      counts only where the register accepts such.

      Example: ambit review approve 3f9a2c --as bob -m 'checked against ticket 12' --sign ~/.ssh/id_ed25519
      """)

  @Argument(help: ArgumentHelp("The proposal's id, or the beginning of it", valueName: "id")) var id: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var person: PersonOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("A comment", valueName: "text")) var message: String?

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let book = ReviewBook(ambit)
    let proposal = try book.review(id).proposal
    let now = Moment.now
    let approver = try person.account()
    try book.approve(
      Approval(
        of: proposal.id, by: approver, at: now.seconds, comment: message, source: .ambit, transitions: proposal.transitions,
        authors: proposal.authors), by: .current, at: now)
    Terminal.print(HiddenText.escaped("review/\(proposal.id.prefix(12)) approved by \(approver.text): \(proposal.title)"))
    for note in try ReviewOutput.notes(on: approver, key: ambit.signingKey?.publicKey.fingerprint, RegisterBook(ambit).identities().content(at: now.milliseconds)) {
      Terminal.note("Note: \(note)")
    }
  }
}

struct ReviewImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take over approvals from commits, GitHub or GitLab",
    discussion: """
      Without an export, the trailers Reviewed-by, Approved-by, Acked-by and Signed-off-by of the branch's commits are \
      read. Exports are JSON: of GitHub as `gh pr list --json` or `gh api` print it, with \
      url,number,title,author,mergedAt,mergeCommit,headRefOid,reviews,commits; of GitLab merge requests, their approvals \
      and their versions. What was changed is read from the repository. All of it is a claim.

      Example: ambit review import --repo ~/deploy --path clusters/prod --export pulls.json
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("A working copy or a bare repository", valueName: "repository")) var repo: String
  @OptionGroup var manifests: RepositoryOptions
  @Option(name: .customLong("export"), help: ArgumentHelp("A file with an export, or - for standard input; may be repeated", valueName: "file"))
  var exports: [String] = []

  func validate() throws {
    if output.output == .csv { throw ValidationError("what was imported is told as table, json or yaml") }
  }

  func run() async throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    var values: [Value] = []
    var isWhole = true
    for name in exports {
      let data = name == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: name)
      guard let data else { throw AmbitError(.notFound, "'\(name)' cannot be read", hint: "name a file of JSON") }
      let (documents, problems) = DocumentReader.documents(Array(data))
      values += documents.map(\.value)
      for problem in problems { Terminal.note("Warning: \(name):\(problem.line): \(problem.message)") }
      isWhole = isWhole && problems.isEmpty
    }
    let repository = try await SourceRepository(path: repo, variables: ProcessInfo.processInfo.environment)
    let outcome = try await ReviewImporter(ambit, from: repository, under: manifests.path, branch: manifests.branch)
      .run(exports.isEmpty ? nil : values, by: .current, at: .now)
    ReviewOutput.imported(outcome, from: repository.name).print(output.output)
    for note in ReviewOutput.notes(on: outcome) { Terminal.note("Note: \(note)") }
    // Each record is a pack of its own until maintenance puts them together.
    if let note = await Maintainer(ambit, variables: ProcessInfo.processInfo.environment).runIfDue() { Terminal.note("Note: \(note)") }
    if !isWhole { throw ExitCode(2) }
  }
}

struct ReviewListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List proposals and their approvals, newest first",
    discussion: "Example: ambit review list -o json")

  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    ReviewOutput.list(try ReviewBook(ambit).reviews().values.map(\.self)).print(output.output)
  }
}

struct ReviewShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a proposal, its objects by hash, and what was said of it",
    discussion: "Example: ambit review show 3f9a2c")

  @Argument(help: ArgumentHelp("The proposal's id, or the beginning of it", valueName: "id")) var id: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if output.output == .csv { throw ValidationError("a proposal is printed as table, json or yaml") }
  }

  func run() throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    ReviewOutput.review(try ReviewBook(ambit).review(id)).print(output.output)
  }
}
