/// Reads every document of a file, JSON or YAML, told apart by content.
public enum DocumentReader {
  public struct Document: Sendable {
    public let value: Value
    /// The line on which it starts, counted from 1; nil where it is all of a JSON file.
    public let line: Int?
  }

  /// A document that is broken costs no other, as far as it can be told where the next one starts.
  public static func documents(_ bytes: [UInt8]) -> (documents: [Document], problems: [ParseProblem]) {
    guard InputFormat.sniff(bytes) == .json else { return yaml(bytes[...], firstLine: 1, isRest: false) }
    return read(pieces(of: bytes))
  }

  private static func read(_ pieces: [Piece]) -> (documents: [Document], problems: [ParseProblem]) {
    var documents: [Document] = []
    var problems: [ParseProblem] = []
    for piece in pieces {
      guard piece.isJSON else {
        let rest = yaml(piece.bytes, firstLine: piece.line, isRest: true)
        documents += rest.documents
        problems += rest.problems
        continue
      }
      do {
        let value = try JSONReader.value(Array(piece.bytes))
        documents.append(Document(value: value, line: pieces.count == 1 ? nil : piece.line))
      } catch {
        problems.append(ParseProblem(line: piece.line + (error.line ?? 1) - 1, message: error.message))
      }
    }
    return (documents, problems)
  }

  private static func yaml(
    _ bytes: ArraySlice<UInt8>, firstLine: Int, isRest: Bool
  ) -> (documents: [Document], problems: [ParseProblem]) {
    let (found, problems) = YAMLReader.documents(Array(bytes))
    let documents = found.map { Document(value: $0.value, line: $0.line + firstLine - 1) }
    // Text behind JSON is what is left of a damaged document, not one of its own.
    let strays = documents.filter { isRest && $0.value.map == nil && $0.value.list == nil }
      .map { ParseProblem(line: $0.line ?? firstLine, message: "text that belongs to no document") }
    return (
      documents, problems.map { ParseProblem(line: $0.line + firstLine - 1, message: $0.message) } + strays
    )
  }

  // MARK: Cutting

  private struct Piece {
    let bytes: ArraySlice<UInt8>
    let line: Int
    let isJSON: Bool
  }

  /// JSON values that follow each other, as several commands print them into one stream; what follows them
  /// and is no JSON is one piece of YAML.
  private static func pieces(of bytes: [UInt8]) -> [Piece] {
    var pieces: [Piece] = []
    var line = 1
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        let end = endOfValue(in: bytes, from: position)
        let piece = bytes[position..<end]
        pieces.append(Piece(bytes: piece, line: line, isJSON: true))
        line += piece.count { $0 == newline }
        position = end
      } else if isSpace(byte) {
        if byte == newline { line += 1 }
        position += 1
      } else if isMarkerBeforeJSON(bytes, at: position) {
        position += 3
      } else {
        pieces.append(Piece(bytes: bytes[position...], line: line, isJSON: false))
        break
      }
    }
    return pieces
  }

  /// The offset behind the bracket that closes the one at `start`, or the end of the text.
  private static func endOfValue(in bytes: [UInt8], from start: Int) -> Int {
    var depth = 0
    var isInString = false
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\\") where isInString: position += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: depth += 1
      case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString:
        depth -= 1
        if depth == 0 { return position }
      default: break
      }
    }
    return bytes.count
  }

  /// YAML's document marker, where what follows it is JSON again.
  private static func isMarkerBeforeJSON(_ bytes: [UInt8], at position: Int) -> Bool {
    guard bytes[position...].starts(with: "---".utf8) else { return false }
    let next = bytes[(position + 3)...].first { !isSpace($0) }
    return next == nil || next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
  }

  private static let newline = UInt8(ascii: "\n")

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
