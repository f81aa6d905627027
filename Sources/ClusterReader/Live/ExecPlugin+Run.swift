import Programs

extension ExecPlugin {
  /// Longest wait for a plugin that asks nobody, and for one that has the terminal (a login in a browser).
  static let quietLimit: Duration = .seconds(60)
  static let interactiveLimit: Duration = .seconds(300)

  /// Runs the plugin and reads what it prints; it is ended when it takes too long.
  func run(limit: Duration? = nil) async throws -> ExecCredential {
    let name = "credential plugin '\(command.printable())' of \(origin)"
    var program = Program(
      command, arguments, environment: variables.mapValues(\.revealed),
      timeLimit: limit ?? (isInteractive ? ExecPlugin.interactiveLimit : ExecPlugin.quietLimit))
    program.input = isInteractive ? .ours : .none
    program.mayAsk = isInteractive
    program.showsErrors = isInteractive
    let result: Program.Result
    do {
      result = try await program.run()
    } catch let error as ProgramError {
      throw failure(error, of: program, name: name)
    }
    guard result.isSuccess else {
      throw ClusterReaderError(
        .credentialPlugin, "\(name) ended with \(result.end)", hint: "run it by hand, or log in again",
        cause: complaint(result.errors))
    }
    return try ExecCredential(result.output, of: self)
  }

  private func failure(_ error: ProgramError, of program: Program, name: String) -> ClusterReaderError {
    switch error.code {
    case .tookTooLong:
      ClusterReaderError(
        .credentialPlugin, "\(name) did not end within \(program.timeLimit.components.seconds) s", hint: error.hint)
    case .printedTooMuch:
      ClusterReaderError(
        .credentialPlugin, "\(name) printed more than \(program.outputLimit >> 20) MiB",
        hint: "run it by hand; an ExecCredential has a few kilobytes")
    case .notExecutable:
      ClusterReaderError(.credentialPlugin, "\(name) may not be executed", hint: error.hint)
    case .notInstalled:
      ClusterReaderError(
        .credentialPlugin, "\(name) is not installed",
        hint: installHint.map { $0.printable(limit: 1000) } ?? "install it, or correct exec of \(origin)")
    case .cannotRun:
      ClusterReaderError(.credentialPlugin, "\(name) cannot be run", hint: error.hint, cause: error.cause)
    }
  }
}
