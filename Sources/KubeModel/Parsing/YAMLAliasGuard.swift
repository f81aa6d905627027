/// Refuses YAML whose aliases could multiply within a key.
///
/// The YAML library compares keys before anything of ours can count what they expand to. Keys of Kubernetes
/// objects are plain texts; where aliases and keys of other kinds stand in one document, it is refused. This
/// scan knows no quotes and no comments: it may refuse what is harmless, never let through what is not.
enum YAMLAliasGuard {
  /// So few aliases cannot multiply into anything large.
  private static let harmlessCount = 8

  /// The line of a key that is refused, counted from the start of the text; nil where there is none.
  static func refusedLine(in bytes: some Collection<UInt8>) -> Int? {
    // Nearly no document has any: one look is enough.
    guard bytes.reduce(0, { $0 + ($1 == UInt8(ascii: "*") ? 1 : 0) }) > harmlessCount else { return nil }
    var aliases = 0
    var line = 1
    var refused: Int?
    var previous = UInt8(ascii: "\n")
    var lastSolid = UInt8(ascii: "\n")
    var isAlias = false
    for byte in bytes {
      let isBreak = isSpace(previous) || "[{,-?:".utf8.contains(previous)
      if byte == UInt8(ascii: "*") && isBreak {
        aliases += 1
        isAlias = true
      } else if isSpace(byte) && previous == UInt8(ascii: "?") && lastSolid == UInt8(ascii: "?") {
        refused = refused ?? line
      } else if byte == UInt8(ascii: ":"), "]}".utf8.contains(lastSolid) || isAlias {
        refused = refused ?? line
      }
      // An alias goes on over blanks, up to what may end it.
      if "]},".utf8.contains(byte) || byte == UInt8(ascii: "\n") { isAlias = false }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if !isSpace(byte) { lastSolid = byte }
      previous = byte
    }
    return aliases > harmlessCount ? refused : nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
