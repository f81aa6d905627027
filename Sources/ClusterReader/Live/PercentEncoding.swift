/// Which characters stay as they are in a percent-encoded text.
enum KeptCharacters {
  /// One segment of a path, or a query's value.
  case segment
  /// The rest of a header's name. `%` itself is encoded.
  case headerName
}

extension String {
  /// The UTF-8 of this text with every byte outside the kept ones written as `%XX`.
  func percentEncoded(keeping kept: KeptCharacters = .segment) -> String {
    var result = ""
    for byte in utf8 {
      if KeptCharacters.isKept(byte, kept) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let hex = String(byte, radix: 16, uppercase: true)
        result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return result
  }

  /// This text with every `%XX` turned back into its byte; a `%` that starts none stays.
  var percentDecoded: String {
    var result: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(decoded)
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

extension KeptCharacters {
  /// Whether a URL's scheme may hold the byte: never one that ends a login.
  static func isScheme(_ byte: UInt8) -> Bool {
    isKept(byte, .segment) && byte != UInt8(ascii: "_") && byte != UInt8(ascii: "~") || byte == UInt8(ascii: "+")
  }

  static func isKept(_ byte: UInt8, _ kept: KeptCharacters) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    case UInt8(ascii: "~"): true
    case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"):
      kept == .headerName
    default: false
    }
  }
}
