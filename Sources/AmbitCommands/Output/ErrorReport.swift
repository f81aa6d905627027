import ArgumentParser
import Foundation
import KubeModel

/// The one place where errors become text and exit codes.
enum ErrorReport {
  /// The command that a first word which is none was probably meant to be.
  private static func nearCommand(_ arguments: [String]) -> String? {
    let commands = AmbitCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word) else { return nil }
    return NearMiss.of(word, among: commands)
  }

  /// Whether arguments ask for JSON, also where they do not parse.
  private static func asksForJSON(_ arguments: [String]) -> Bool {
    zip(arguments, arguments.dropFirst() + [""]).contains { argument, next in
      ["-ojson", "-o=json", "--output=json"].contains(argument)
        || (["-o", "--output"].contains(argument) && next == "json")
    }
  }

  /// Prints an error as its kind asks for and gives the exit code.
  static func report(_ error: any Error, of arguments: [String]) -> Int32 {
    let asJSON = asksForJSON(arguments)
    guard let described = error as? any DescribedError else {
      if let exit = error as? ExitCode { return exit.rawValue }
      let code = AmbitCommand.exitCode(for: error)
      guard code != .success else {
        Terminal.print(AmbitCommand.fullMessage(for: error))
        return 0
      }
      if code == .validationFailure {
        if asJSON {
          printJSON(message: AmbitCommand.message(for: error), cause: nil, hint: nil, FailureKind.usage.rawValue)
        }
        Terminal.noteLines(AmbitCommand.fullMessage(for: error))
        if let hint = nearCommand(arguments) { Terminal.note("Hint: did you mean `ambit \(hint)`?") }
        return FailureKind.usage.rawValue
      }
      print(message: "\(type(of: error))", cause: "\(error)", hint: "this is a bug, please report it", asJSON, 70)
      return FailureKind.bug.rawValue
    }
    print(
      message: described.message, cause: cause(of: described), hint: described.hint, asJSON,
      described.failure.rawValue)
    return described.failure.rawValue
  }

  private static func cause(of error: any DescribedError) -> String? {
    guard let cause = error.cause else { return nil }
    if let file = cause as? CocoaError { return file.localizedDescription }
    return (cause as? any DescribedError)?.message ?? "\(cause)"
  }

  private static func print(
    message: String, cause: String?, hint: String?, _ asJSON: Bool, _ code: Int32
  ) {
    if asJSON { printJSON(message: message, cause: cause, hint: hint, code) }
    Terminal.note("Error: \(message)")
    if let cause { Terminal.note("Caused by: \(cause)") }
    if let hint { Terminal.note("Hint: \(hint)") }
  }
}

extension ErrorReport {
  private static func printJSON(message: String, cause: String?, hint: String?, _ code: Int32) {
    var map = Mapping([("message", .string(message)), ("exitCode", .int(Int64(code)))])
    map["cause"] = cause.map(Value.string)
    map["hint"] = hint.map(Value.string)
    Terminal.print(JSONWriter.string(of: ["schemaVersion": 1, "kind": "Error", "error": .map(map)]))
  }
}

extension Terminal {
  /// Several lines of our own making, such as a usage message.
  static func noteLines(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) { note(String(line)) }
  }
}
