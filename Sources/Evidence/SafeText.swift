internal import KubeModel

/// Text from a cluster, made safe for a report.
enum SafeText {
  /// Characters that hide, reorder or break text are shown as escapes; the template escapes markup.
  static func visible(_ text: String) -> String {
    // Most texts are of letters and signs of ASCII.
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) { return text }
    var result = String.UnicodeScalarView()
    for character in text {
      // Whoever escapes markup by characters does not see the `<` in one that a mark has joined.
      let isJoined = character.unicodeScalars.count > 1 && character.unicodeScalars.contains(where: isMarkup)
      for scalar in character.unicodeScalars {
        let isHidden = HiddenText.isHidden(scalar) && scalar != "\n" && scalar != "\t"
        if isHidden || isJoined && !scalar.isASCII {
          result.append(contentsOf: HiddenText.escape(scalar).unicodeScalars)
        } else {
          result.append(scalar)
        }
      }
    }
    return String(result)
  }

  private static func isMarkup(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && !scalar.properties.isAlphabetic
  }

  /// One line of Markdown without any markup of its own.
  static func markdown(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    func endsWith(_ ending: String) -> Bool {
      result.reversed().starts(with: ending.unicodeScalars.reversed())
    }
    for scalar in visible(text).unicodeScalars {
      switch scalar {
      case "\n", "\t": result.append(" ")
      // A bare address would become a link.
      case "/" where endsWith(":"), "/" where endsWith(":&#47;"), "." where endsWith("www"), "@",
        "\\", "`", "*", "_", "{", "}", "[", "]", "<", ">", "#", "|", "!", "~", "&":
        // A character reference means nothing to Markdown and reads as itself.
        result.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// A block of code in Markdown, whose fence is longer than any within.
  static func markdownBlock(_ text: String) -> String {
    let text = visible(text)
    var run = 0
    var longest = 2
    for scalar in text.unicodeScalars {
      run = scalar == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence)\n\(text.trimmingEnd())\n\(fence)"
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var text = self
    while text.last == "\n" { text.removeLast() }
    return text
  }
}
