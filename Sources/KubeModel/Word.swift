/// A text from a cluster as one word of a longer text, which still tells its words apart.
public enum Word {
  /// The text itself where it is of letters, digits and a few signs, and else in JSON's quotes.
  public static func of(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte | 0x20) || (0x2D...0x3A).contains(byte) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "*")
    }
    return isPlain ? text : JSONWriter.line(of: .string(text))
  }

  /// Words in the order of their bytes, each once: `a, b`.
  public static func list(_ texts: some Sequence<String>) -> String {
    Set(texts.map(of)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: ", ")
  }
}
