/// Characters that a reader does not see, or that make other characters look like something else: what
/// comes from a cluster, a file or a log is shown with them as escapes.
public enum HiddenText {
  /// Controls (newline and tab among them), marks that turn the direction of writing, separators of lines,
  /// and characters without any width.
  public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{AD}", "\u{61C}", "\u{180E}", "\u{200B}"..."\u{200F}",
      "\u{2028}"..."\u{202E}", "\u{2060}"..."\u{206F}", "\u{FEFF}", "\u{FFF9}"..."\u{FFFB}", "\u{FFFE}",
      "\u{FFFF}", "\u{E0000}"..."\u{E007F}":
      true
    default: false
    }
  }

  /// The text with hidden characters written as `\u{…}`.
  public static func escaped(_ text: String) -> String {
    // Most texts are of letters and signs of ASCII.
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isHidden(scalar) { result.append(contentsOf: escape(scalar).unicodeScalars) } else { result.append(scalar) }
    }
    return String(result)
  }

  /// `\u{1b}`
  public static func escape(_ scalar: Unicode.Scalar) -> String { "\\u{\(String(scalar.value, radix: 16))}" }
}
