internal import Controls

/// Pieces of a Markdown file.
struct MarkdownFormat: ReportFormat {
  func text(_ text: String) -> String { SafeText.markdown(text) }
  func block(_ text: String) -> String { SafeText.markdownBlock(text) }

  func markup(_ phrase: Phrase) -> String {
    switch phrase {
    case .text(let text), .code(let text), .link(let text, _): SafeText.markdown(text)
    case .mark(let word, let status): "\(status.icon) \(SafeText.markdown(word))"
    case .mended(let words): "\(HTMLFormat.mendedIcon) \(SafeText.markdown(words))"
    case .joined(let phrases): phrases.map(markup).joined()
    case .lines(let phrases): phrases.map(markup).joined(separator: "<br>")
    }
  }

  func row(_ cells: [Phrase], id: String?) -> String {
    "| " + cells.map(markup).joined(separator: " | ") + " |\n"
  }

  func statusRow(_ header: String, _ cells: [Phrase]) -> String { row([.text(header)] + cells, id: nil) }
}
