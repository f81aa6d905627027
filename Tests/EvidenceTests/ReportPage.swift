/// A page as its tags and the text between them, read as a browser finds them.
struct ReportPage {
  struct Tag: Equatable {
    let name: String
    let attributes: [String: String]
    let isEnd: Bool
    /// What stands between it and the next tag.
    let text: String

    subscript(_ name: String) -> String? { attributes[name] }
  }

  let tags: [Tag]

  init(_ page: String) {
    var tags: [Tag] = []
    let bytes = Array(page.utf8)
    var index = 0
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
      // A `>` within quotes does not end a tag.
      var (close, quote) = (open + 1, UInt8?.none)
      while close < bytes.count, quote != nil || bytes[close] != UInt8(ascii: ">") {
        if let current = quote {
          if bytes[close] == current { quote = nil }
        } else if bytes[close] == UInt8(ascii: "\"") {
          quote = bytes[close]
        }
        close += 1
      }
      guard close < bytes.count else { break }
      let inside = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
      let isEnd = inside.hasPrefix("/")
      let name = String(inside.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "!" })
      // What a style sheet or a script holds is no markup.
      var end = bytes[close...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      if !isEnd, name == "style" || name == "script" {
        let closing = Array("</\(name)>".utf8)
        end = close
        while end + closing.count <= bytes.count, !bytes[end..<end + closing.count].elementsEqual(closing) { end += 1 }
      }
      tags.append(
        Tag(
          name: name, attributes: isEnd ? [:] : ReportPage.attributes(inside.dropFirst(name.count)), isEnd: isEnd,
          text: String(decoding: bytes[(close + 1)..<max(end, close + 1)], as: UTF8.self)))
      index = max(end, close + 1)
    }
    self.tags = tags
  }

  private static func attributes(_ text: Substring) -> [String: String] {
    var attributes: [String: String] = [:]
    for match in text.matches(of: /([A-Za-z-]+)(?:=(?:"([^"]*)"|([^\s">]+)))?/) {
      attributes[String(match.1)] = String(match.2 ?? match.3 ?? "")
    }
    return attributes
  }

  func all(_ name: String) -> [Tag] { tags.filter { $0.name == name && !$0.isEnd } }

  /// The tags of each element of a name, from its start to its end; elements of that name do not nest.
  func elements(_ name: String) -> [ArraySlice<Tag>] {
    tags.indices.filter { tags[$0].name == name && !tags[$0].isEnd }.map { start in
      let end = tags[start...].firstIndex { $0.name == name && $0.isEnd } ?? tags.count - 1
      return tags[start...end]
    }
  }

  /// The text of a style sheet or script.
  func contents(of name: String) -> [String] { all(name).map(\.text) }
}
