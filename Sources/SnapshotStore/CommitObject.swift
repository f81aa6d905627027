internal import KubeModel

/// Who and when, as a commit says it.
package struct Signature: Sendable, Hashable {
  package let name: String
  package let email: String
  /// Seconds since 1970, UTC.
  package let time: Int64

  package init(name: String, email: String, time: Int64) {
    self.name = Signature.cleaned(name)
    self.email = Signature.cleaned(email)
    self.time = time
  }

  /// Names come from clusters and logs; these characters would end the field.
  private static func cleaned(_ text: String) -> String {
    let scalars = text.unicodeScalars.filter { !HiddenText.isHidden($0) && $0 != "<" && $0 != ">" }
    let clean = String(String.UnicodeScalarView(scalars.prefix(200)))[...].trimmingSpaces()
    return clean.isEmpty ? "unknown" : clean
  }

  var line: String { "\(name) <\(email)> \(time) +0000" }

  init?(line: Substring) {
    guard let open = line.firstIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close else { return nil }
    let rest = line[close...].dropFirst().split(separator: " ")
    guard rest.count == 2, let time = Int64(rest[0]), Signature.times.contains(time), rest[0].first != "+" else {
      return nil
    }
    name = line[..<open].trimmingSpaces()
    email = line[line.index(after: open)..<close].trimmingSpaces()
    self.time = time
  }

  /// From 1970, before which git knows no time, to the end of the year 9999, after which RFC 3339 does not.
  private static let times: ClosedRange<Int64> = 0...253_402_300_799
}

extension Substring {
  fileprivate func trimmingSpaces() -> String {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// What a new commit says.
package struct CommitText: Sendable {
  package var author: Signature
  package var committer: Signature
  package var subject: String
  package var body: [String]
  package var trailers: [(key: String, value: String)]

  package init(
    author: Signature, committer: Signature, subject: String, body: [String] = [],
    trailers: [(key: String, value: String)]
  ) {
    self.author = author
    self.committer = committer
    self.subject = subject
    self.body = body
    self.trailers = trailers
  }

  func bytes(tree: ObjectName, parents: [ObjectName]) -> [UInt8] {
    var text = "tree \(tree)\n"
    for parent in parents { text += "parent \(parent)\n" }
    text += "author \(author.line)\ncommitter \(committer.line)\n\n\(CommitText.oneLine(subject))\n"
    if !body.isEmpty { text += "\n" + body.map(CommitText.oneLine).joined(separator: "\n") + "\n" }
    if !trailers.isEmpty {
      text += "\n"
      for (key, value) in trailers { text += "\(key): \(CommitText.oneLine(value))\n" }
    }
    return Array(text.utf8)
  }

  /// Text from a cluster cannot add lines, and so no trailers, to a message; nor reach a terminal's controls.
  static func oneLine(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { HiddenText.isHidden($0) ? "?" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// A commit as it was read.
package struct CommitRecord: Sendable {
  package let name: ObjectName
  package let tree: ObjectName
  package let parents: [ObjectName]
  package let author: Signature
  package let committer: Signature
  package let subject: String
  package let trailers: [(key: String, value: String)]

  package func trailer(_ key: String) -> String? { trailers.first { $0.key == key }?.value }

  /// Reads the bytes of a commit, whose first lines stand in the one order that git takes.
  package init(name: ObjectName, bytes: [UInt8]) throws(StoreError) {
    func damaged(_ what: String) -> StoreError {
      .damaged("the commit \(name) \(what)", inspect: "git cat-file -p \(name)")
    }
    // git ends a message there, and would show another one than is read here.
    guard !bytes.contains(0) else { throw damaged("holds a zero byte") }
    var lines = CommitRecord.Lines(bytes)
    guard let tree = lines.take("tree ").flatMap({ ObjectName(hex: $0) }) else { throw damaged("names no tree") }
    var parents: [ObjectName] = []
    while let parent = lines.take("parent ") {
      guard let parent = ObjectName(hex: parent) else { throw damaged("names a parent that is none") }
      parents.append(parent)
    }
    guard let author = lines.take("author ").flatMap({ Signature(line: $0[...]) }),
      let committer = lines.take("committer ").flatMap({ Signature(line: $0[...]) })
    else { throw damaged("does not tell by whom, or at what time between 1970 and 9999, it was made") }
    while let line = lines.next(), !line.isEmpty {}
    self.name = name
    self.tree = tree
    self.parents = parents
    self.author = author
    self.committer = committer
    let message = lines.rest
    subject = String(decoding: message.prefix { $0 != 0x0A }, as: UTF8.self)
    trailers = CommitRecord.trailers(in: message)
  }

  /// The first parent that a commit's bytes name, found without reading the rest; nil where there is none.
  static func firstParent(_ bytes: [UInt8]) -> ObjectName? {
    var lines = Lines(bytes)
    while let line = lines.next(), !line.isEmpty {
      if line.starts(with: "parent ".utf8) { return ObjectName(hex: String(decoding: line.dropFirst(7), as: UTF8.self)) }
      // Parents stand between the tree and the author.
      if line.starts(with: "author ".utf8) { return nil }
    }
    return nil
  }

  /// Lines of bytes, without their newlines.
  private struct Lines {
    private(set) var rest: ArraySlice<UInt8>
    init(_ bytes: [UInt8]) { rest = bytes[...] }
    mutating func next() -> ArraySlice<UInt8>? {
      guard !rest.isEmpty else { return nil }
      let line = rest.prefix { $0 != 0x0A }
      rest = rest[line.endIndex...].dropFirst()
      return line
    }

    /// What follows a word at the start of the next line; nil, and nothing is taken, where the line is another.
    mutating func take(_ word: String) -> String? {
      guard rest.starts(with: word.utf8), let line = next() else { return nil }
      return String(decoding: line.dropFirst(word.utf8.count), as: UTF8.self)
    }
  }

  /// The last paragraph, where every line of it is a trailer.
  static func trailers(in message: ArraySlice<UInt8>) -> [(key: String, value: String)] {
    let lines = message.split(separator: 0x0A, omittingEmptySubsequences: false)
    let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    guard let start = lines[..<end].lastIndex(where: \.isEmpty) else { return [] }
    var result: [(key: String, value: String)] = []
    for line in lines[(start + 1)..<end] {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon + 1 < line.endIndex, line[colon + 1] == 0x20
      else { return [] }
      result.append(
        (String(decoding: line[..<colon], as: UTF8.self), String(decoding: line[(colon + 2)...], as: UTF8.self)))
    }
    return result
  }
}
