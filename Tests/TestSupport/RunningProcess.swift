import Foundation

/// A process with an environment of its own, whose streams are kept until it ends.
package final class RunningProcess: Sendable {
  /// What a process left: both streams and its exit code.
  package struct Output: Sendable {
    package let stdout: String
    package let stderr: String
    /// As a shell tells it: 128 and the signal's number where a signal ended the process.
    package let status: Int32

    /// Both streams, so that a complaint shows.
    package var text: String { stdout + stderr }
  }

  private let process: Process
  private let streams: [FileHandle]

  /// - Parameter environment: besides `PATH`, all that the process gets.
  package init(
    _ executable: String, _ arguments: [String], in directory: String, input: String = "",
    environment: [String: String] = [:]
  ) throws {
    // Files, not pipes: they never fill up, and what a killed process wrote is there.
    streams = try (0..<2).map { _ in try RunningProcess.namelessFile() }
    process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: directory)
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""].merging(environment) { $1 }
    let stdin = Pipe()
    process.standardInput = stdin
    process.standardOutput = streams[0]
    process.standardError = streams[1]
    try process.run()
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
  }

  private static func namelessFile() throws -> FileHandle {
    let path = FileManager.default.temporaryDirectory.path + "/ambit-stream-\(UUID().uuidString)"
    try Data().write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try FileHandle(forUpdating: URL(filePath: path))
  }

  package var isRunning: Bool { process.isRunning }

  /// Whether a signal stopped it for a while, as SIGSTOP does.
  package var isStopped: Bool {
    let stat = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
    return stat?.split(separator: ")").last?.hasPrefix(" T") == true
  }

  /// What it wrote to stderr so far.
  package var errors: String {
    // The process writes at the place where this reads: it is put back by writing at the end.
    String(decoding: (try? Data(contentsOf: URL(filePath: "/proc/self/fd/\(streams[1].fileDescriptor)"))) ?? Data(), as: UTF8.self)
  }

  package func send(signal: Int32) { kill(process.processIdentifier, signal) }

  package func wait() throws -> Output {
    process.waitUntilExit()
    let texts = try streams.map { stream in
      try stream.seek(toOffset: 0)
      return String(decoding: try stream.readToEnd() ?? Data(), as: UTF8.self)
    }
    let isSignal = process.terminationReason == .uncaughtSignal
    return Output(
      stdout: texts[0], stderr: texts[1], status: (isSignal ? 128 : 0) + process.terminationStatus)
  }
}
