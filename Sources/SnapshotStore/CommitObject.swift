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
    let clean = String(String.UnicodeScalarView(scalars.prefix(200)))
    return clean.isEmpty ? "unknown" : clean
  }

  var line: String { "\(name) <\(email)> \(time) +0000" }

  init?(line: Substring) {
    guard let open = line.firstIndex(of: "<"), let close = line.lastIndex(of: ">") else { return nil }
    let rest = line[close...].dropFirst().split(separator: " ")
    guard let time = rest.first.flatMap({ Int64($0) }) else { return nil }
    name = line[..<open].trimmingSuffix(" ")
    email = String(line[line.index(after: open)..<close])
    self.time = time
  }
}

extension Substring {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
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

  init(name: ObjectName, bytes: [UInt8]) throws(StoreError) {
    let damaged = StoreError(.damaged, "commit \(name) in the store is damaged")
    let text = String(decoding: bytes, as: UTF8.self)
    guard let gap = text.range(of: "\n\n") else { throw damaged }
    var tree: ObjectName?
    var parents: [ObjectName] = []
    var author: Signature?
    var committer: Signature?
    for line in text[..<gap.lowerBound].split(separator: "\n") {
      guard let space = line.firstIndex(of: " ") else { continue }
      let rest = line[line.index(after: space)...]
      switch line[..<space] {
      case "tree": tree = ObjectName(hex: String(rest))
      case "parent":
        guard let parent = ObjectName(hex: String(rest)) else { throw damaged }
        parents.append(parent)
      case "author": author = Signature(line: rest)
      case "committer": committer = Signature(line: rest)
      default: break
      }
    }
    guard let tree, let author, let committer else { throw damaged }
    self.name = name
    self.tree = tree
    self.parents = parents
    self.author = author
    self.committer = committer
    let message = text[gap.upperBound...]
    subject = String(message.prefix { $0 != "\n" })
    trailers = CommitRecord.trailers(in: message)
  }

  /// The last paragraph, where every line of it is a trailer.
  private static func trailers(in message: Substring) -> [(key: String, value: String)] {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    var end = lines.count
    while end > 0, lines[end - 1].isEmpty { end -= 1 }
    guard let start = lines[..<end].lastIndex(where: \.isEmpty) else { return [] }
    var result: [(key: String, value: String)] = []
    for line in lines[(start + 1)..<end] {
      guard let colon = line.range(of: ": ") else { return [] }
      result.append((String(line[..<colon.lowerBound]), String(line[colon.upperBound...])))
    }
    return result
  }
}

extension StringProtocol {
  /// The first place of a text, by plain comparison of characters.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
