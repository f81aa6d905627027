import KubeModel

extension String {
  /// What a server or a plugin said, with hidden characters as escapes and cut at `limit` characters.
  func printable(limit: Int = 400) -> String {
    let shown = HiddenText.escaped(String(unicodeScalars.prefix(limit)))
    return unicodeScalars.count > limit ? shown + "…" : shown
  }
}
