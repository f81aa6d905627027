import Foundation

/// A Swift file of the package, with the code that is left when comments and string literals are blanked.
struct SourceFile {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every Swift file of a folder of the package.
  static func all(in folder: String) throws -> [SourceFile] {
    let directory = root.appending(path: folder)
    let paths = FileManager.default.enumerator(atPath: directory.path)?.compactMap { $0 as? String } ?? []
    return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      SourceFile(
        path: "\(folder)/\(path)",
        text: try String(contentsOf: directory.appending(path: path), encoding: .utf8))
    }
  }

  let path: String
  let lines: [String]
  /// The lines with comments and the text of string literals replaced by spaces; what is interpolated stays.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code = SourceFile.code(in: text).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// The folder below `Sources/`, which is the module.
  var module: String { String(path.split(separator: "/").dropFirst().first ?? "") }

  var imports: [(line: Int, module: String)] {
    code.enumerated().compactMap { index, line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), words.count > place + 1,
        words[..<place].allSatisfy({
          ["package", "public", "internal", "private", "fileprivate", "@testable", "@preconcurrency", "@_exported"]
            .contains($0)
        })
      else { return nil }
      // `import struct Foundation.Data` names the module second.
      let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "typealias", "let", "var"]
      let name = kinds.contains(words[place + 1]) ? words.last : words[place + 1]
      return name.map { (index + 1, String($0.prefix { $0 != "." })) }
    }
  }

  // MARK: Blanking

  private enum Context: Equatable {
    case code
    case lineComment
    case blockComment
    /// With the number of `#` around it.
    case string(hashes: Int, isMultiline: Bool)
    /// Code within `\(…)` of a string, with its open parentheses.
    case interpolation(parentheses: Int)
  }

  private static func code(in text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var contexts: [Context] = [.code]
    var index = 0
    func starts(_ word: String, at place: Int) -> Bool { bytes[min(place, bytes.count)...].starts(with: word.utf8) }
    func hashes(at place: Int) -> Int { bytes[min(place, bytes.count)...].prefix { $0 == UInt8(ascii: "#") }.count }
    /// Steps over bytes, keeping them or leaving blanks; line breaks always stay.
    func step(_ count: Int, keep: Bool) {
      for byte in bytes[index..<min(index + count, bytes.count)] {
        result.append(keep || byte == 0x0A ? byte : 0x20)
      }
      index += count
    }
    while index < bytes.count {
      let byte = bytes[index]
      switch contexts[contexts.count - 1] {
      case .lineComment:
        if byte == 0x0A { contexts.removeLast() }
        step(1, keep: false)
      case .blockComment:
        if starts("*/", at: index) { contexts.removeLast(); step(2, keep: false) }
        else if starts("/*", at: index) { contexts.append(.blockComment); step(2, keep: false) }
        else { step(1, keep: false) }
      case .string(let count, let isMultiline):
        let marks = String(repeating: "#", count: count)
        let quotes = isMultiline ? "\"\"\"" : "\""
        if starts(quotes + marks, at: index) {
          contexts.removeLast()
          step(quotes.utf8.count + count, keep: false)
        } else if starts("\\\(marks)(", at: index) {
          contexts.append(.interpolation(parentheses: 1))
          step(2 + count, keep: false)
        } else if byte == UInt8(ascii: "\\"), hashes(at: index + 1) >= count {
          step(2 + count, keep: false)
        } else {
          step(1, keep: false)
        }
      case .code, .interpolation:
        let count = hashes(at: index)
        if starts("//", at: index) { contexts.append(.lineComment); step(2, keep: false) }
        else if starts("/*", at: index) { contexts.append(.blockComment); step(2, keep: false) }
        else if starts("\"\"\"", at: index + count) {
          contexts.append(.string(hashes: count, isMultiline: true))
          step(count + 3, keep: false)
        } else if starts("\"", at: index + count) {
          contexts.append(.string(hashes: count, isMultiline: false))
          step(count + 1, keep: false)
        } else if case .interpolation(let open) = contexts[contexts.count - 1], "()".utf8.contains(byte) {
          let now = byte == UInt8(ascii: "(") ? open + 1 : open - 1
          contexts[contexts.count - 1] = .interpolation(parentheses: now)
          if now == 0 { contexts.removeLast() }
          step(1, keep: now > 0)
        } else {
          step(1, keep: true)
        }
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
