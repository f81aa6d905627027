/// Puts together what a container runtime took apart: it cuts lines at 16 KiB, and an event is often longer.
struct ContainerLines {
  /// One line as the runtime wrote it.
  struct Line {
    /// `stdout` or `stderr`, which take turns in one file.
    let stream: String
    /// Whether the rest follows in another line.
    let isPartial: Bool
    let content: UnsafeBufferPointer<UInt8>

    init(stream: String, isPartial: Bool, content: UnsafeBufferPointer<UInt8>) {
      self.stream = stream
      self.isPartial = isPartial
      self.content = content
    }

    /// Reads `TIME stdout F CONTENT`, as the runtimes of the CRI write it; nil where the line is another one.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
      let start = text.prefix(64)
      guard let time = start.firstIndex(of: 0x20) else { return nil }
      let rest = text[(time + 1)...]
      guard rest.starts(with: "stdout ".utf8) || rest.starts(with: "stderr ".utf8) else { return nil }
      let tag = rest.dropFirst("stdout ".utf8.count)
      guard let first = tag.first, first == UInt8(ascii: "P") || first == UInt8(ascii: "F"),
        AuditTime(String(decoding: text[..<time], as: UTF8.self)).microseconds != nil
      else { return nil }
      let end = tag.prefix(16).firstIndex(of: 0x20) ?? text.endIndex - 1
      self.init(
        stream: String(decoding: rest.prefix("stdout".utf8.count), as: UTF8.self), isPartial: first == UInt8(ascii: "P"),
        content: UnsafeBufferPointer(rebasing: text[(end + 1)...]))
    }
  }

  /// A line that is whole.
  struct Whole {
    fileprivate let content: [UInt8]
    fileprivate let raw: [UInt8]
    fileprivate let line: Int
    fileprivate let lastLine: Int

    func withBytes(_ body: (UnsafeBufferPointer<UInt8>, RecordPlace) throws -> Void) rethrows {
      try content.withUnsafeBufferPointer { content in
        try raw.withUnsafeBufferPointer { raw in
          try body(content, RecordPlace(line: line, lastLine: lastLine, item: nil, list: nil, bytes: raw))
        }
      }
    }
  }

  private struct Part {
    var content: [UInt8] = []
    /// The lines as they stand in the file.
    var raw: [UInt8] = []
    let line: Int
  }

  private var parts: [String: Part] = [:]

  /// Whether the rest of a line is to come.
  func isPending(_ stream: String) -> Bool { parts[stream] != nil }

  /// Takes a line and gives what is whole with it; nil where the rest is to come. What grows too long is given as it
  /// is, and will be no JSON.
  mutating func add(_ line: Line, _ place: RecordPlace) -> Whole? {
    var part = parts.removeValue(forKey: line.stream) ?? Part(line: place.line)
    if !part.raw.isEmpty { part.raw.append(0x0A) }
    part.raw += place.bytes
    part.content += line.content
    guard line.isPartial, part.content.count < RecordSplitter.longestRecord else {
      return Whole(content: part.content, raw: part.raw, line: part.line, lastLine: place.lastLine)
    }
    parts[line.stream] = part
    return nil
  }

  /// The lines whose rest never came.
  mutating func unfinished() -> [Int] {
    defer { parts = [:] }
    return parts.values.map(\.line).sorted()
  }
}
