/// Base64 of RFC 4648 with padding, read strictly: one text for each sequence of bytes.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let pad = UInt8(ascii: "=")

  /// The value of each letter, 0xFF where it is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var (bits, count): (UInt32, Int) = (0, 0)
    for byte in bytes {
      bits = (bits << 8 | UInt32(byte)) & 0xFFFF
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[Int(bits >> UInt32(count)) & 63])
      }
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
    while text.count % 4 != 0 { text.append(pad) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that a text stands for, or nil where it holds anything but base64: no white space, all of the
  /// padding, and no bits left over.
  package static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let letters = text.prefix { $0 != pad }
    let padding = text.count - letters.count
    guard padding <= 2, text.suffix(padding).allSatisfy({ $0 == pad }) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count * 3 / 4)
    var (bits, count): (UInt32, Int) = (0, 0)
    for letter in letters {
      let value = values[Int(letter)]
      guard value != 0xFF else { return nil }
      bits = (bits << 6 | UInt32(value)) & 0x3FFF
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    let isWhole = bits & ((1 << UInt32(count)) - 1) == 0
    return isWhole ? bytes : nil
  }
}
