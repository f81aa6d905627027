import Foundation
import Programs
import Testing

@Suite struct ProgramTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The limit is long, since tests beside these ones may keep every thread busy for minutes.
  private func program(_ command: String, _ arguments: [String], limit: Duration = .seconds(600)) -> Program {
    Program(command, arguments, environment: ["PATH": "/usr/bin:/bin", "GIVEN": "yes"], timeLimit: limit)
  }

  @Test func `arguments reach the program as they are, without a shell`() async throws {
    let result = try await program("printf", ["%s|", "$HOME", "a b", "`id`", "; exit 3", "*"]).run()
    #expect(result.isSuccess)
    #expect(text(result.output) == "$HOME|a b|`id`|; exit 3|*|")
  }

  @Test func `the environment is the one that was given`() async throws {
    let result = try await program("env", []).run()
    #expect(Set(text(result.output).split(separator: "\n")) == ["PATH=/usr/bin:/bin", "GIVEN=yes"])
  }

  @Test func `input is empty or what was given`() async throws {
    var cat = program("cat", [])
    #expect(try await cat.run().output.isEmpty)
    let long = Array(repeating: UInt8(ascii: "x"), count: 300_000)
    cat.input = .bytes(long)
    #expect(try await cat.run().output == long)
  }

  @Test func `how it ended is told, with what it wrote to both streams`() async throws {
    let result = try await program("sh", ["-c", "echo out; echo err >&2; exit 7"]).run()
    #expect(result.end == .status(7))
    #expect(text(result.output) == "out\n")
    #expect(text(result.errors) == "err\n")
    #expect(try await program("sh", ["-c", "kill -9 $$"]).run().end == .signal(9))
  }

  @Test func `a program that prints without end is ended`() async throws {
    let error = await #expect(throws: ProgramError.self) { _ = try await program("yes", []).run() }
    #expect(error?.code == .printedTooMuch)
    let errors = await #expect(throws: ProgramError.self) { _ = try await program("sh", ["-c", "yes >&2"]).run() }
    #expect(errors?.code == .printedTooMuch)
  }

  @Test func `a program that hangs is ended with all that it started`() async throws {
    let file = FileManager.default.temporaryDirectory.path + "/ambit-program-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let error = await #expect(throws: ProgramError.self) {
      _ = try await program("sh", ["-c", "sleep 300 & echo $! > '\(file)'; wait"], limit: .seconds(2)).run()
    }
    #expect(error?.code == .tookTooLong)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    for _ in 0..<100 where isRunning(child) { try await Task.sleep(for: .milliseconds(50)) }
    #expect(!isRunning(child))
  }

  /// Whether the process is there and no mere entry of one that has ended.
  private func isRunning(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 else { return false }
    let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return status.map { !$0.contains(") Z ") } ?? false
  }

  @Test func `a task that is cancelled ends its program`() async throws {
    let task = Task { try await program("sleep", ["300"]).run() }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    await #expect(throws: (any Error).self) { _ = try await task.value }
  }

  @Test func `a program that may not ask has no terminal`() async throws {
    let result = try await program("sh", ["-c", "exec 3< /dev/tty"]).run()
    #expect(!result.isSuccess)
  }

  @Test func `what cannot be run is told`() async throws {
    #expect(await #expect(throws: ProgramError.self) { _ = try await program("no-such-program", []).run() }?.code == .notInstalled)
    #expect(await #expect(throws: ProgramError.self) { _ = try await program("/no/such", []).run() }?.code == .notInstalled)
    #expect(await #expect(throws: ProgramError.self) { _ = try await program("/etc/passwd", []).run() }?.code == .notExecutable)
  }
}
