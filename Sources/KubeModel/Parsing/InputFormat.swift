/// JSON or YAML, told apart by content.
public enum InputFormat: Sendable {
  case json
  case yaml

  /// A document that begins with `{` or `[` and is no YAML flow collection with bare words is JSON.
  ///
  /// YAML allows `{a: b}` too; JSON's next character after the brace is a quote, a brace or a bracket.
  public static func sniff(_ bytes: [UInt8]) -> InputFormat {
    var significant: [UInt8] = []
    for byte in bytes where !(byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D) {
      if significant.isEmpty && (byte == 0xEF || byte == 0xBB || byte == 0xBF) { continue }
      significant.append(byte)
      if significant.count == 2 { break }
    }
    guard let first = significant.first else { return .yaml }
    switch first {
    case UInt8(ascii: "{"):
      guard significant.count > 1 else { return .json }
      return significant[1] == UInt8(ascii: "\"") || significant[1] == UInt8(ascii: "}") ? .json : .yaml
    case UInt8(ascii: "["):
      return .json
    default:
      return .yaml
    }
  }
}
