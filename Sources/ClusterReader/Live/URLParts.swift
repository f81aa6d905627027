/// The parts of a URL that a server or proxy address can have.
struct URLParts {
  var scheme: String
  /// `user` or `user:password`, still percent-encoded.
  var user: String?
  /// Without brackets.
  var host: String
  var port: Int?
  /// Empty or starting with `/`.
  var path: String

  /// Returns nil where `text` has a query, a fragment, an odd scheme, a blank or a control character, an empty host
  /// or a port that is none.
  init?(_ text: String, defaultScheme: String) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else { return nil }
    guard !text.contains("?"), !text.contains("#") else { return nil }
    var rest = Substring(text)
    scheme = defaultScheme
    if let colon = rest.firstRange(of: "://") {
      scheme = rest[..<colon.lowerBound].lowercased()
      guard scheme.utf8.allSatisfy({ KeptCharacters.isScheme($0) }) else { return nil }
      rest = rest[colon.upperBound...]
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    path = String(rest[slash...])
    rest = rest[..<slash]
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    var portText: Substring?
    if rest.first == "[" {
      guard let close = rest.firstIndex(of: "]") else { return nil }
      host = String(rest[rest.index(after: rest.startIndex)..<close])
      let after = rest[rest.index(after: close)...]
      guard after.isEmpty || after.first == ":" else { return nil }
      portText = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = rest.firstIndex(of: ":") {
      host = String(rest[..<colon])
      portText = rest[rest.index(after: colon)...]
    } else {
      host = String(rest)
    }
    guard !host.isEmpty, !host.contains("["), !host.contains("%") else { return nil }
    if let portText, !portText.isEmpty {
      guard let number = Int(portText), (1...65535).contains(number) else { return nil }
      port = number
    }
  }
}
