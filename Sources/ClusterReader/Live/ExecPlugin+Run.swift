import Subprocess
import Synchronization

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

extension ExecPlugin {
  /// Longest wait for a plugin that asks nobody, and for one that has the terminal (a login in a browser).
  static let quietLimit: Duration = .seconds(60)
  static let interactiveLimit: Duration = .seconds(300)

  /// More is no ExecCredential.
  static let maximumOutput = 1 << 20

  /// Runs the plugin and reads what it prints; it is ended when it takes too long.
  func run(limit: Duration? = nil) async throws -> ExecCredential {
    let limit = limit ?? (isInteractive ? ExecPlugin.interactiveLimit : ExecPlugin.quietLimit)
    let name = "credential plugin '\(command.printable())' of \(origin)"
    let output: [UInt8]
    do {
      output = try await withTimeLimit(limit) { try await runProcess(name: name) }
    } catch let error as ClusterReaderError {
      throw error
    } catch let error as CancellationError {
      throw error
    } catch is TimeLimitPassed {
      throw ClusterReaderError(
        .credentialPlugin, "\(name) did not end within \(limit.components.seconds) s",
        hint: "run it by hand to see what it waits for")
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      throw ClusterReaderError(
        .credentialPlugin, "\(name) printed more than \(ExecPlugin.maximumOutput >> 20) MiB",
        hint: "run it by hand; an ExecCredential has a few kilobytes")
    } catch let error as SubprocessError where error.code == .executableNotFound {
      guard !command.contains("/") || !LocalFile.exists(command) else {
        throw ClusterReaderError(
          .credentialPlugin, "\(name) may not be executed", hint: "make it executable with `chmod +x`")
      }
      throw ClusterReaderError(
        .credentialPlugin, "\(name) is not installed",
        hint: installHint.map { $0.printable(limit: 1000) } ?? "install it, or correct exec of \(origin)")
    } catch {
      throw ClusterReaderError(
        .credentialPlugin, "\(name) cannot be run", hint: "check that the file may be executed",
        cause: error)
    }
    return try ExecCredential(output, of: self)
  }

  private func runProcess(name: String) async throws -> [UInt8] {
    var platform = PlatformOptions()
    if isInteractive {
      platform.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
    } else {
      // A group of its own, so that what a script started ends with it; with the terminal it must stay in ours.
      platform.processGroupID = 0
      platform.teardownSequence = [
        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
        .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1)),
      ]
    }
    let values = Dictionary(
      uniqueKeysWithValues: variables.compactMap { entry in
        Environment.Key(rawValue: entry.key).map { ($0, entry.value.revealed) }
      })
    let configuration = Configuration(
      executable: command.contains("/") ? .path(FilePath(command)) : .name(command),
      arguments: Arguments(arguments), environment: .custom(values), platformOptions: platform)
    if isInteractive {
      let result = try await Subprocess.run(
        configuration, input: .currentStandardInput, output: .bytes(limit: ExecPlugin.maximumOutput),
        error: .currentStandardError)
      try check(result.terminationStatus, complaint: nil, name: name)
      return result.standardOutput
    }
    let result = try await Subprocess.run(
      configuration, input: .none, output: .bytes(limit: ExecPlugin.maximumOutput), error: .bytes(limit: ExecPlugin.maximumOutput))
    try check(result.terminationStatus, complaint: result.standardError, name: name)
    return result.standardOutput
  }

  private func check(_ status: TerminationStatus, complaint: [UInt8]?, name: String) throws {
    guard !status.isSuccess else { return }
    let end =
      switch status {
      case .exited(let code): "status \(code)"
      case .signaled(let signal): "signal \(signal)"
      }
    throw ClusterReaderError(
      .credentialPlugin, "\(name) ended with \(end)", hint: "run it by hand, or log in again",
      cause: complaint.flatMap { self.complaint($0) })
  }
}
