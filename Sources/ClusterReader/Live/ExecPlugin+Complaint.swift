extension ExecPlugin {
  /// What a plugin wrote to stderr, kept apart as the cause of the error; secrets that are known are hidden.
  struct Complaint: Error, CustomStringConvertible {
    let description: String
  }

  /// The plugin's words, or nil where it wrote none.
  func complaint(_ bytes: [UInt8]) -> Complaint? {
    var text = String(decoding: bytes, as: UTF8.self).trimmingBlanks
    guard !text.isEmpty else { return nil }
    for secret in secrets.sorted(by: { $0.count > $1.count }) { text = text.replacing(secret, with: "(hidden)") }
    return Complaint(description: ExecPlugin.withoutTokens(text).printable())
  }

  /// The values that the plugin was given and that it should not repeat: those of its own variables, and of
  /// those of the environment that are named like credentials. Short values are words such as `dev`.
  private var secrets: [String] {
    variables.filter { name, _ in
      ownVariables.contains(name)
        || ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "CREDENTIAL", "_KEY"].contains { name.uppercased().contains($0) }
    }.map(\.value.revealed).filter { $0.utf8.count >= 6 }
  }

  /// The text with every JSON Web Token in it hidden.
  private static func withoutTokens(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let first = rest.first {
      let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
      if word.isEmpty {
        result.append(first)
        rest = rest.dropFirst()
      } else {
        result += word.hasPrefix("eyJ") && word.count >= 16 ? "(hidden)" : word
        rest = rest[word.endIndex...]
      }
    }
    return result
  }
}
