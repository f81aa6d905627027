import FoundationEssentials
import KubeModel
import Subprocess

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Another program, run directly: no shell reads its arguments, and its environment is the one given.
package struct Program: Sendable {
  package enum Input: Sendable {
    case none
    case bytes([UInt8])
    /// Our own standard input.
    case ours
  }

  /// A name that is looked up in `PATH`, or a path.
  package var command: String
  package var arguments: [String]
  package var environment: [String: String]
  package var input = Input.none
  /// Whether the program may ask its user: it stays in our session, where the terminal is. Else it has a
  /// session of its own, has no terminal, and ends with all that it started.
  package var mayAsk = false
  /// Whether what it writes to standard error goes to ours and is not kept.
  package var showsErrors = false
  /// The longest output of each kind, in bytes; a program that prints more is ended.
  package var outputLimit = 1 << 20
  /// After which it is ended.
  package var timeLimit: Duration

  package init(
    _ command: String, _ arguments: [String], environment: [String: String], timeLimit: Duration
  ) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.timeLimit = timeLimit
  }

  /// What a program left.
  package struct Result: Sendable {
    package enum End: Sendable, Hashable, CustomStringConvertible {
      case status(Int32)
      case signal(Int32)

      package var description: String {
        switch self {
        case .status(let status): "status \(status)"
        case .signal(let signal): "signal \(signal)"
        }
      }
    }

    package let end: End
    package let output: [UInt8]
    /// Empty where they were shown.
    package let errors: [UInt8]

    package var isSuccess: Bool { end == .status(0) }
  }

  /// Runs the program to its end, whatever its status.
  ///
  /// - Throws: `ProgramError`; `CancellationError` where the task was cancelled, and the program with it.
  package func run() async throws -> Result {
    let name = "'\(HiddenText.escaped(String(command.prefix(400))))'"
    do {
      return try await withTimeLimit(timeLimit) { try await runProcess() }
    } catch is TimeLimitPassed {
      throw ProgramError(
        .tookTooLong, "\(name) did not end within \(timeLimit.components.seconds) s",
        hint: "run it by hand to see what it waits for")
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      throw ProgramError(
        .printedTooMuch, "\(name) printed more than \(outputLimit >> 20) MiB", hint: "run it by hand")
    } catch let error as SubprocessError where error.code == .executableNotFound {
      guard !command.contains("/") || !FileManager.default.fileExists(atPath: command) else {
        throw ProgramError(.notExecutable, "\(name) may not be executed", hint: "make it executable with `chmod +x`")
      }
      throw ProgramError(.notInstalled, "\(name) is not installed", hint: "install it")
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ProgramError(
        .cannotRun, "\(name) cannot be run", hint: "check that the file may be executed", cause: error)
    }
  }

  private var configuration: Configuration {
    var platform = PlatformOptions()
    if mayAsk {
      platform.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
    } else {
      platform.createSession = true
      platform.teardownSequence = [
        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
        .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
      ]
    }
    let variables = Dictionary(
      uniqueKeysWithValues: environment.compactMap { entry in
        Environment.Key(rawValue: entry.key).map { ($0, entry.value) }
      })
    return Configuration(
      executable: command.contains("/") ? .path(FilePath(command)) : .name(command),
      arguments: Arguments(arguments), environment: .custom(variables), platformOptions: platform)
  }

  private func runProcess() async throws -> Result {
    switch input {
    case .none: try await runProcess(NoInput.none)
    case .bytes(let bytes): try await runProcess(ArrayInput.array(bytes))
    case .ours: try await runProcess(FileDescriptorInput.currentStandardInput)
    }
  }

  private func runProcess(_ input: some InputProtocol) async throws -> Result {
    if showsErrors {
      let result = try await Subprocess.run(
        configuration, input: input, output: .bytes(limit: outputLimit), error: .currentStandardError)
      return Result(end: Program.end(result.terminationStatus), output: result.standardOutput, errors: [])
    }
    let result = try await Subprocess.run(
      configuration, input: input, output: .bytes(limit: outputLimit), error: .bytes(limit: outputLimit))
    return Result(
      end: Program.end(result.terminationStatus), output: result.standardOutput, errors: result.standardError)
  }

  private static func end(_ status: TerminationStatus) -> Result.End {
    switch status {
    case .exited(let code): .status(code)
    case .signaled(let signal): .signal(signal)
    }
  }
}
