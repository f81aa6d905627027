internal import KubeModel
internal import Programs

/// Stock git, run on a store so that nothing which is configured elsewhere changes what it does to it.
///
/// Hooks do not run; replacements and the commit-graph have no say; messages are in English; what is written is
/// synced to disk.
struct StockGit {
  let store: String
  var environment: [String: String]
  /// Settings beside those that are always made, as `name=value`.
  var settings: [String] = []
  /// Whether everything else that the machine does goes first.
  var isPatient = false
  /// Whether git and ssh may ask for a password.
  var mayAsk = false

  /// A server with a hundred thousand references prints some 10 MB.
  private static let longestOutput = 64 << 20

  private static let settings = [
    "core.hooksPath=/dev/null", "core.alternateRefsCommand=true", "core.fsmonitor=false", "core.commitGraph=false",
    "gc.auto=0", "maintenance.auto=false",
  ]

  /// - Parameters:
  ///   - variables: the environment of the process.
  ///   - kept: which of git's own variables are passed on; others could point it at another repository.
  init(store: String, variables: [String: String], keeping kept: (String) -> Bool) {
    self.store = store
    environment = variables.filter { name, _ in !name.hasPrefix("GIT_") || kept(name) }
    environment["LANGUAGE"] = nil
    environment["LC_ALL"] = "C"
    environment["GIT_NO_REPLACE_OBJECTS"] = "1"
  }

  /// Leaves the user's configuration out, and brings to disk all that is written.
  mutating func isolate() {
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    environment["GIT_CONFIG_NOSYSTEM"] = "1"
    settings += ["core.fsync=all", "core.fsyncMethod=fsync", "pack.packSizeLimit=0", "pack.indexVersion=2"]
  }

  /// - Throws: `AmbitError` where there is no git; `ProgramError`.
  func run(
    _ arguments: [String], input: [UInt8]? = nil, limit: Duration
  ) async throws -> Program.Result {
    let all =
      ["--git-dir=\(store)", "--no-pager"] + (StockGit.settings + settings).flatMap { ["-c", $0] } + arguments
    var program = Program("git", all, environment: environment, timeLimit: limit)
    if isPatient {
      program.command = "nice"
      program.arguments = ["-n", "10", "git"] + all
    }
    if let input { program.input = .bytes(input) }
    program.mayAsk = mayAsk
    program.outputLimit = StockGit.longestOutput
    let missing = AmbitError(
      .badConfiguration, "'git' is not in the PATH",
      hint: "install git; `ambit sync` and `ambit maintain` need it, every other command does without")
    do {
      let result = try await program.run()
      // nice's way to say that there is no such program.
      if isPatient && result.end == .status(127) { throw missing }
      return result
    } catch let error as ProgramError where error.code == .notInstalled {
      throw missing
    }
  }
}

/// What git wrote before it gave up; hidden characters are escaped.
struct GitComplaint: Error, CustomStringConvertible {
  let description: String

  init(_ errors: [UInt8]) {
    let lines = GitCarrier.lines(errors).suffix(4).map { HiddenText.escaped(String($0.prefix(400))) }
    description = lines.joined(separator: "; ")
  }

  /// In English, as `LC_ALL=C` keeps it.
  var isAboutSpace: Bool {
    ["No space left on device", "Out of diskspace", "Disk quota exceeded", "File too large"].contains(where: description.contains)
  }
}
