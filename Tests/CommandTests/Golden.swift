import Foundation
import Testing
import TestSupport

/// Transcripts of commands, kept as files beside the tests: what was typed, both streams and the exit code.
///
/// `RECORD_SNAPSHOTS=1 swift test` writes them anew; what it wrote is reviewed like code.
enum Golden {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  /// Runs commands, each a line as one would type it, and compares their transcript with the file.
  static func expect(
    _ name: String, _ lines: [String], in fixture: CommandFixture, input: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var transcript = ""
    for line in lines {
      let output = try fixture.run(words(line), input: input)
      transcript += "$ ambit \(line)\n\(output.stdout)"
      if !output.stderr.isEmpty { transcript += "--- stderr\n\(output.stderr)" }
      transcript += "--- exit \(output.status)\n\n"
    }
    transcript = normalised(transcript, fixture)
    let file = folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try Data(transcript.utf8).write(to: file)
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard transcript != expected else { return }
    let changes = transcript.split(separator: "\n", omittingEmptySubsequences: false)
      .difference(from: expected.split(separator: "\n", omittingEmptySubsequences: false))
    let shown = changes.prefix(40).map { change in
      switch change {
      case .insert(let offset, let line, _): "+\(offset + 1): \(line)"
      case .remove(let offset, let line, _): "-\(offset + 1): \(line)"
      }
    }
    Issue.record(
      "Golden/\(name).txt differs; RECORD_SNAPSHOTS=1 writes it anew\n\(shown.joined(separator: "\n"))",
      sourceLocation: sourceLocation)
  }

  /// Words of a line; quotes hold blanks together.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "'": isQuoted.toggle()
      case " " where !isQuoted:
        if !word.isEmpty { words.append(word) }
        word = ""
      default: word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// The names of commits depend on when they were made, and so on the run: each gets a number instead, in
  /// the order in which they appear. Paths of the run go as well.
  private static func normalised(_ text: String, _ fixture: CommandFixture) -> String {
    var numbers: [Substring: Int] = [:]
    let plain = text.replacing(fixture.directory, with: "DIR").replacing(CommandFixture.package, with: "PACKAGE")
    return plain.replacing(/\b([0-9a-f]{10})([0-9a-f]{30})?\b/.wordBoundaryKind(.simple)) { match in
      let number = numbers[match.1] ?? numbers.count + 1
      numbers[match.1] = number
      let digits = String(number)
      return "<" + String(repeating: "0", count: 8 - digits.count) + digits + ">"
        + (match.2 == nil ? "" : String(repeating: "-", count: 30))
    }
    .replacing(/(State recorded|recorded"?): "?[0-9T:.Z-]+/) { "\($0.1): TIME" }
  }
}
