import Foundation
import Integrity
import SigningKeys

/// A folder of keys made by ssh-keygen, in which the stock tools are run; removed with the last use.
final class StockTools: Sendable {
  let directory = FileManager.default.temporaryDirectory.path + "/ambit-keys-\(UUID().uuidString.prefix(8))"

  struct Output {
    let status: Int32
    let stdout: String
    let stderr: String
  }

  /// The kinds of keys that are tried, by the name of their file.
  static let kinds = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048", "rsa-3072"]

  init() throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
    return path(name)
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// Makes a key of a kind such as `ecdsa-384`, in files of that name.
  @discardableResult
  func makeKey(_ kind: String, name: String? = nil, passphrase: String = "", extra: [String] = []) throws -> String {
    let words = kind.split(separator: "-").map(String.init)
    let file = name ?? kind
    let bits = words.count > 1 ? ["-b", words[1]] : []
    let made = try run(
      ["ssh-keygen", "-q", "-t", words[0]] + bits + ["-N", passphrase, "-C", "a test", "-f", file] + extra)
    guard made.status == 0 else { throw CocoaError(.executableLoad) }
    return path(file)
  }

  func key(_ name: String) throws -> any SigningKey {
    try SigningKeyFile.load(path: path(name), agentSocket: nil)
  }

  func publicKey(_ name: String) throws -> SSHPublicKey { try SSHPublicKey(line: try read("\(name).pub").dropLast()) }

  /// An allowed_signers file with one line for a key.
  func allowed(_ name: String, options: String = "") throws -> String { "a@b.test \(options)\(try read("\(name).pub"))" }

  @discardableResult
  func run(_ words: [String], input: String = "", environment: [String: String] = [:]) throws -> Output {
    let name = "run-\(UUID())"
    try write("\(name).in", input)
    let process = try start(words, name: name, environment: environment)
    return Output(status: process.end(), stdout: try read("\(name).out"), stderr: try read("\(name).err"))
  }

  /// Starts a program whose streams are files of this folder.
  ///
  /// Not through Foundation, whose children inherit what is open in this process and hold it open: an agent
  /// that lives for a while would keep other tests waiting for the end of their programs.
  func start(_ words: [String], name: String, environment: [String: String] = [:]) throws -> RunningTool {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, path("\(name).in"), O_RDONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 1, path("\(name).out"), O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, path("\(name).err"), O_WRONLY | O_CREAT, 0o600)
    let variables = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": directory, "GIT_CONFIG_NOSYSTEM": "1", "TZ": "UTC",
    ].merging(environment) { $1 }
    let script = """
      for open in /proc/$$/fd/*; do open=${open##*/}; [ "$open" -le 2 ] || eval "exec $open>&-"; done
      cd "$0" && exec "$@"
      """
    let arguments = (["bash", "-c", script, directory] + words).map { strdup($0) } + [nil]
    let settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var process = pid_t()
    let failure = posix_spawn(&process, "/bin/bash", &actions, nil, arguments, settings)
    guard failure == 0 else { throw CocoaError(.executableLoad) }
    return RunningTool(process: process)
  }
}

/// A program that was started.
struct RunningTool {
  let process: pid_t

  /// Waits for its end and returns its exit code.
  func end() -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }

  /// Ends it by force: a child of a thread that blocks SIGTERM blocks it too.
  func stop() {
    kill(process, SIGKILL)
    _ = end()
  }
}
