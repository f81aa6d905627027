/// The state of a log, as c2sp.org/tlog-checkpoint writes it: the text of a note.
package struct Checkpoint: Sendable, Hashable {
  /// Which log this is; unique in the world.
  package let origin: String
  /// How many leaves its tree has.
  package let size: Int
  package let root: MerkleHash
  /// Further lines, without their newlines.
  package let extensions: [String]

  /// - Throws: where the origin or an extension is empty or has more than one line.
  package init(origin: String, size: Int, root: MerkleHash, extensions: [String] = []) throws(IntegrityError) {
    for line in [origin] + extensions {
      guard !line.isEmpty, line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw IntegrityError(.malformed, "the origin or an extension of a checkpoint is empty, or no single line")
      }
    }
    guard size >= 0 else { throw IntegrityError(.malformed, "a checkpoint's size is negative") }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// Reads the text of a note.
  package init(text: String) throws(IntegrityError) {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count >= 4, lines.last == "", let size = Int(lines[1]), String(size) == lines[1],
      let root = Base64.bytes(lines[2].utf8).flatMap({ MerkleHash($0) })
    else {
      throw IntegrityError(.malformed, "this is no checkpoint; lines with an origin, a size and a root are asked for")
    }
    try self.init(origin: lines[0], size: size, root: root, extensions: Array(lines[3..<(lines.count - 1)]))
  }

  package var text: String {
    ([origin, String(size), Base64.text(root.bytes)] + extensions).map { "\($0)\n" }.joined()
  }
}
