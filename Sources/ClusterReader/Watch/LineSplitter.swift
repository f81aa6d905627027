/// Puts lines together from chunks, which a server cuts anywhere.
struct LineSplitter {
  /// What came after the last line's end.
  private var rest: [UInt8] = []
  private let limit: Int

  /// - Parameter limit: the longest line, in bytes.
  init(limit: Int) { self.limit = limit }

  /// Adds a chunk and gives the lines that are whole now, without their ends; empty ones are left out.
  mutating func add(_ chunk: some Collection<UInt8>) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var chunk = chunk[...]
    while let end = chunk.firstIndex(of: 0x0A) {
      rest += chunk[..<end]
      if !rest.isEmpty { lines.append(rest) }
      rest = []
      chunk = chunk[chunk.index(after: end)...]
    }
    rest += chunk
    guard rest.count <= limit else { throw BodyTooLarge(limit: limit) }
    return lines
  }
}
