extension AllowedSigners.Entry {
  /// Reads `principals [options] type base64 [comment]`.
  init(text: Substring, line: Int, localTimeOffset: Int64) throws(IntegrityError) {
    var rest = text
    let principals = try AllowedSigners.Entry.principals(&rest)
    var options = Options()
    let looksLikeKey = SSHPublicKey.Algorithm.allCases.contains { rest.hasPrefix($0.rawValue) }
    if !looksLikeKey, let word = try AllowedSigners.Entry.options(&rest) {
      options = try Options(text: word, localTimeOffset: localTimeOffset)
    }
    self.line = line
    self.principals = principals
    key = try SSHPublicKey(line: rest)
    namespaces = options.namespaces
    validAfter = options.validAfter
    validBefore = options.validBefore
  }

  /// The first word, which may stand in quotes and may be a list.
  private static func principals(_ rest: inout Substring) throws(IntegrityError) -> [String] {
    var word: Substring
    if rest.first == "\"" {
      let quoted = rest.dropFirst()
      guard let end = quoted.firstIndex(of: "\"") else {
        throw IntegrityError(.malformed, "the quotes around the principals do not end")
      }
      word = quoted[..<end]
      rest = quoted[end...].dropFirst()
    } else {
      word = rest.prefix { !isBlank($0) }
      rest = rest.dropFirst(word.count)
    }
    rest = rest.drop(while: isBlank)
    let names = word.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw IntegrityError(.malformed, "the line names no principal") }
    return names
  }

  /// Takes the word of options, in which quotes may hold blanks; nil where the line ends with it.
  private static func options(_ rest: inout Substring) throws(IntegrityError) -> Substring? {
    var isQuoted = false
    var end = rest.startIndex
    while end < rest.endIndex, isQuoted || !isBlank(rest[end]) {
      let next = rest.index(after: end)
      if rest[end] == "\\", next < rest.endIndex, rest[next] == "\"" {
        end = rest.index(after: next)
        continue
      }
      if rest[end] == "\"" { isQuoted.toggle() }
      end = next
    }
    guard !isQuoted else { throw IntegrityError(.malformed, "the quotes in the options do not end") }
    guard end < rest.endIndex else { return nil }
    defer { rest = rest[end...].drop(while: isBlank) }
    return rest[..<end]
  }

  private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}

/// The options of one line.
private struct Options {
  var namespaces: String?
  var validAfter: Int64?
  var validBefore: Int64?

  init() {}

  init(text: Substring, localTimeOffset offset: Int64) throws(IntegrityError) {
    var rest = text
    while !rest.isEmpty {
      let name = rest.prefix { $0 != "=" && $0 != "," }
      rest = rest.dropFirst(name.count)
      switch name.lowercased() {
      case "cert-authority":
        throw IntegrityError(
          .unsupported, "cert-authority is not supported; name each key that signs on a line of its own")
      case "namespaces": try Options.set(&namespaces, name, to: try Options.value(&rest, of: name))
      case "valid-after":
        try Options.set(&validAfter, name, to: try Options.time(try Options.value(&rest, of: name), offset))
      case "valid-before":
        try Options.set(&validBefore, name, to: try Options.time(try Options.value(&rest, of: name), offset))
      default:
        throw IntegrityError(.malformed, "'\(name.prefix(64))' is neither an option nor a type of key that is known")
      }
      guard rest.isEmpty || rest.first == "," && rest.count > 1 else {
        throw IntegrityError(.malformed, "after the option \(name) no comma and option follow")
      }
      rest = rest.dropFirst()
    }
    if let validAfter, let validBefore, validBefore <= validAfter {
      throw IntegrityError(.malformed, "valid-before is not after valid-after")
    }
  }

  private static func set<Value>(
    _ option: inout Value?, _ name: Substring, to value: Value
  ) throws(IntegrityError) {
    guard option == nil else { throw IntegrityError(.malformed, "the option \(name) stands there twice") }
    option = value
  }

  /// The value in quotes behind `=`, in which `\"` is a quote.
  private static func value(_ rest: inout Substring, of name: Substring) throws(IntegrityError) -> String {
    guard rest.hasPrefix("=\"") else {
      throw IntegrityError(.malformed, "the option \(name) needs a value in double quotes")
    }
    rest = rest.dropFirst(2)
    var value = ""
    while let character = rest.popFirst() {
      if character == "\"" { return value }
      value.append(character == "\\" && rest.first == "\"" ? rest.removeFirst() : character)
    }
    throw IntegrityError(.malformed, "the quotes around the value of \(name) do not end")
  }

  /// Seconds since 1970 of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`; in UTC with `Z` or `UTC` behind it,
  /// in local time without.
  private static func time(_ text: String, _ offset: Int64) throws(IntegrityError) -> Int64 {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }.map { Int($0) - 0x30 }
    func number(_ range: Range<Int>) -> Int {
      range.upperBound <= digits.count ? digits[range].reduce(0) { $0 * 10 + $1 } : 0
    }
    let zone = text.dropFirst(digits.count).lowercased()
    let seconds = CivilTime.seconds(
      year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10), minute: number(10..<12),
      second: number(12..<14))
    guard [8, 12, 14].contains(digits.count), ["", "z", "utc"].contains(zone), let seconds else {
      throw IntegrityError(
        .malformed, "'\(text.prefix(64))' is no time; YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS is asked for, with Z for UTC")
    }
    return zone.isEmpty ? seconds - offset : seconds
  }
}
