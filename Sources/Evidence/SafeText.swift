/// Text from a cluster, made safe for a report.
enum SafeText {
  /// Characters that hide, reorder or break text are shown as escapes; the template escapes markup.
  static func visible(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}",
        "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{FEFF}":
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// One line of Markdown without any markup of its own.
  static func markdown(_ text: String) -> String {
    var result = ""
    for character in visible(text) {
      switch character {
      case "\n", "\t": result += " "
      case "\\", "`", "*", "_", "{", "}", "[", "]", "<", ">", "#", "|", "!", "~", "&":
        // A character reference means nothing to Markdown and reads as itself.
        result += "&#\(character.unicodeScalars.first?.value ?? 63);"
      default: result.append(character)
      }
    }
    // A bare address would become a link.
    return result.replacing("://", with: ":&#47;&#47;").replacing("www.", with: "www&#46;")
  }

  /// A block of code in Markdown, whose fence is longer than any within.
  static func markdownBlock(_ text: String) -> String {
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    return "\(fence)\n\(visible(text).trimmingEnd())\n\(fence)"
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
