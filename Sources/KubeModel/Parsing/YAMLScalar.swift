/// What a plain YAML scalar means to the Kubernetes tools, whose reader is go-yaml v2.
enum YAMLScalar {
  /// The value, or nil for a number that is out of range.
  static func value(of text: String) -> Value? {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return .bool(false)
    case ".nan", ".NaN", ".NAN": return .double(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
    default: break
    }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return .string(text) }
    let plain = text.filter { $0 != "_" }
    if let integer = integer(plain) { return integer }
    if isFloat(plain) {
      guard let double = Double(plain), double.isFinite else { return nil }
      // An integer that does not fit is no float to anyone who wrote it.
      return plain.contains { ".eE".contains($0) } ? .double(double) : nil
    }
    return .string(text)
  }

  private static func integer(_ text: String) -> Value? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let (body, radix): (Substring, Int) =
      if digits.hasPrefix("0x") { (digits.dropFirst(2), 16) }
      else if digits.hasPrefix("0b") { (digits.dropFirst(2), 2) }
      else if digits.hasPrefix("0o") { (digits.dropFirst(2), 8) }
      else if digits.hasPrefix("0") && digits.count > 1 { (digits.dropFirst(), 8) }
      else { (digits, 10) }
    guard let first = body.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+"),
      let value = Int64((isNegative ? "-" : "") + body, radix: radix)
    else { return nil }
    return .int(value)
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func isFloat(_ text: String) -> Bool {
    var rest = Substring(text)
    func digits() -> Int {
      let run = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(run.count)
      return run.count
    }
    if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
    let whole = digits()
    var fraction = 0
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = digits()
    }
    guard whole + fraction > 0 else { return false }
    if rest.first == "e" || rest.first == "E" {
      rest = rest.dropFirst()
      if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
