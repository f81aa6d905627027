import Foundation
import Synchronization

/// Runs the built binary in a folder of its own, as a user would.
final class CommandFixture: Sendable {
  /// What a command left: both streams and its exit code.
  struct Output {
    let stdout: String
    let stderr: String
    let status: Int32
  }

  let directory: String
  private let binary: String

  /// - Parameter binary: another path of the binary; nil runs the one that was built with the tests.
  init(binary: String? = nil) throws {
    directory = FileManager.default.temporaryDirectory.path + "/ambit-command-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    self.binary = binary ?? CommandFixture.builtBinary
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  var store: String { "\(directory)/store.git" }

  /// The root of the package.
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The products stand beside the bundle of tests.
  static let builtBinary: String = {
    let executable = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    let candidates = [executable.path, "\(package)/.build/debug"] + Bundle.allBundles.map {
      $0.bundleURL.deletingLastPathComponent().path
    }
    return candidates.map { "\($0)/ambit" }.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "ambit"
  }()

  /// - Parameter program: the path of another program; nil runs ambit.
  func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], program: String? = nil
  ) throws -> Output {
    let process = Process()
    process.executableURL = URL(filePath: program ?? binary)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: directory)
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": directory, "AMBIT_STORE": "store.git",
      "COLUMNS": "100",
    ].merging(environment) { $1 }
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    // Both streams are read at once, so that neither fills up and stops the command.
    let errors = Mutex(Data())
    let done = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      let data = stderr.fileHandleForReading.readDataToEndOfFile()
      errors.withLock { $0 = data }
      done.signal()
    }
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    done.wait()
    return Output(
      stdout: String(decoding: output, as: UTF8.self), stderr: String(decoding: errors.withLock { $0 }, as: UTF8.self),
      status: process.terminationStatus)
  }

  func callAsFunction(_ arguments: String..., input: String = "") throws -> Output {
    try run(arguments, input: input)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = "\(directory)/\(name)"
    try FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// A store with the history of `examples/shop`.
  static func example() throws -> CommandFixture {
    let fixture = try CommandFixture()
    _ = try fixture("init")
    let folder = "\(package)/examples/shop"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let time = "\(name.prefix(13)):\(name.dropFirst(13).prefix(2)):\(name.dropFirst(15))"
      let output = try fixture("snapshot", "--from", "\(folder)/\(name)", "--cluster", "shop", "--at", time)
      guard output.status == 0 else { throw CocoaError(.fileReadCorruptFile) }
    }
    return fixture
  }
}
