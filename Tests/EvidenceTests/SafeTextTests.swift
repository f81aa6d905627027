@testable import Evidence
import Testing

@Suite struct SafeTextTests {
  static let hidden: [Unicode.Scalar] = [
    "\0", "\u{7}", "\u{1B}", "\r", "\u{7F}", "\u{85}", "\u{9F}", "\u{AD}", "\u{61C}", "\u{180E}", "\u{200B}", "\u{200D}",
    "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2060}", "\u{2066}", "\u{2069}", "\u{FEFF}",
    "\u{E0041}",
  ]

  @Test(arguments: hidden) func `a character that hides or reorders text is shown as an escape`(_ scalar: Unicode.Scalar) {
    let escape = "\\u{\(String(scalar.value, radix: 16))}"
    #expect(SafeText.visible("a\(scalar)b") == "a\(escape)b")
    #expect(SafeText.visible(String(Character(scalar))) == escape)
    #expect(!SafeText.markdown("a\(scalar)b").unicodeScalars.contains(scalar))
    #expect(!SafeText.markdownBlock("a\(scalar)b").unicodeScalars.contains(scalar))
  }

  @Test(arguments: ["plain", "line\nline\ttab", "naïve", "e\u{301}", "日本語", "العربية", "🦊", "a-b_c.d/e", ""])
  func `ordinary text stays as it is`(_ text: String) {
    #expect(Array(SafeText.visible(text).utf8) == Array(text.utf8))
  }

  @Test func `a mark that joins markup is shown, so that escaping by characters sees the markup`() {
    for text in ["\u{600}<b", "<\u{301}b", "\u{600}\u{600}<\u{301}b"] {
      #expect(SafeText.visible(text).contains { $0 == "<" }, "\(text.unicodeScalars.map(\.value))")
      #expect(!SafeText.visible(text).unicodeScalars.contains { !$0.isASCII })
    }
  }
}
