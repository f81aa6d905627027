/// Files in one archive, in the format of POSIX (ustar): the same files give the same bytes. Every file has the mode 0644,
/// the owner 0 and the time 0, so that nothing of the machine that made it is in it.
enum TarArchive {
  /// What an archive cannot be.
  struct Fault: Error, Hashable {
    /// Such as `is cut short`.
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  static let block = 512
  /// Records of twenty blocks, as tar writes them by itself.
  private static let record = 20 * block
  private static let longestName = 100

  // MARK: Writing

  /// The 512 bytes before a file; its bytes follow, filled up to whole blocks.
  ///
  /// - Parameter path: at most 255 bytes, with a slash in a place that divides it into 155 and 100.
  static func header(path: String, size: Int) throws(Fault) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: block)
    func put(_ text: some StringProtocol, at place: Int) { header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8) }
    let (prefix, name) = try split(path)
    put(name, at: 0)
    put("0000644\0", at: 100)
    put("0000000\0", at: 108)
    put("0000000\0", at: 116)
    put(octal(size, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar\0" + "00", at: 257)
    put("0000000\0", at: 329)
    put("0000000\0", at: 337)
    put(prefix, at: 345)
    put(octal(checksum(header), digits: 6) + "\0 ", at: 148)
    return header
  }

  /// What fills a file up to whole blocks.
  static func padding(after size: Int) -> [UInt8] { [UInt8](repeating: 0, count: (block - size % block) % block) }

  /// What ends an archive of so many bytes.
  static func end(after size: Int) -> [UInt8] {
    let least = 2 * block
    return [UInt8](repeating: 0, count: least + (record - (size + least) % record) % record)
  }

  private static func split(_ path: String) throws(Fault) -> (prefix: Substring, name: Substring) {
    if path.utf8.count <= longestName { return ("", path[...]) }
    let slash = path.indices.first { path[$0] == "/" && path[path.index(after: $0)...].utf8.count <= longestName }
    guard let slash, path[..<slash].utf8.count <= 155 else { throw Fault("has the path '\(path)', which is too long") }
    return (path[..<slash], path[path.index(after: slash)...])
  }

  /// Digits, and where there is room a zero byte.
  private static func octal(_ number: Int, digits: Int) -> String {
    let text = String(number, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func checksum(_ header: [UInt8]) -> Int {
    header.enumerated().reduce(0) { $0 + Int((148..<156).contains($1.offset) ? 0x20 : $1.element) }
  }

  // MARK: Reading

  /// Reads an archive; folders are passed over, and what is neither a file nor a folder is refused.
  static func files(in bytes: [UInt8]) throws(Fault) -> [(path: String, bytes: ArraySlice<UInt8>)] {
    var files: [(path: String, bytes: ArraySlice<UInt8>)] = []
    var place = 0
    while true {
      guard place + block <= bytes.count else { throw Fault("is cut short") }
      let header = Array(bytes[place..<place + block])
      place += block
      guard header.contains(where: { $0 != 0 }) else { break }
      guard number(header[148..<156]) == checksum(header), let size = number(header[124..<136]) else {
        throw Fault("is damaged: the header at byte \(place - block) is none of tar's")
      }
      let name = text(header[0..<100])
      let prefix = header[257..<262].elementsEqual("ustar".utf8) ? text(header[345..<500]) : ""
      let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
      switch header[156] {
      case UInt8(ascii: "0"), 0:
        guard size <= bytes.count - place else { throw Fault("is cut short in '\(path)'") }
        files.append((path, bytes[place..<place + size]))
        place += size + padding(after: size).count
      case UInt8(ascii: "5"): break
      default: throw Fault("has '\(path)', which is neither a file nor a folder")
      }
    }
    guard bytes[min(place, bytes.count)...].allSatisfy({ $0 == 0 }) else { throw Fault("goes on after its end") }
    return files
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    let digits = bytes.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }
}
