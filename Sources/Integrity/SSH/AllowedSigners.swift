/// Whose signatures count, for what, and when: a file in the format of ssh-keygen(1), "ALLOWED SIGNERS".
package struct AllowedSigners: Sendable {
  /// One line: a key, and what it may sign.
  package struct Entry: Sendable, Hashable {
    package let line: Int
    /// The names of the signer as the file has them; patterns, and never empty.
    package let principals: [String]
    package let key: SSHPublicKey
    /// Patterns of the namespaces that the key may sign for; nil where it may for all.
    package let namespaces: String?
    /// The first and the last second, since 1970, at which a signature counts; nil where there is no bound.
    package let validAfter: Int64?
    package let validBefore: Int64?
  }

  /// A line that says nothing, and why.
  package struct Problem: Sendable, Hashable {
    package let line: Int
    package let message: String
  }

  /// Whether a key may sign.
  package enum Answer: Sendable, Hashable {
    case allowed(Entry)
    case refused(Refusal)
  }

  /// Why a key may not sign.
  package enum Refusal: Sendable, Hashable {
    /// No line names the key.
    case unknownKey
    /// The line that names the key leaves out this namespace.
    case otherNamespace(line: Int)
    /// Signatures count from this second on.
    case notYetValid(line: Int, from: Int64)
    /// The last second at which a signature counted.
    case expired(line: Int, last: Int64)
  }

  package let entries: [Entry]
  /// The lines that could not be read. Each may have been meant to allow a key, so whoever uses the file
  /// tells of them; none allows anything.
  package let problems: [Problem]

  /// Reads the text of a file.
  ///
  /// - Parameter offset: how many seconds local time is ahead of UTC, for times without a `Z`. ssh-keygen
  ///   reads those in the zone of the machine that verifies; the default, UTC, gives the same verdict on
  ///   every machine.
  package init(text: String, localTimeOffset offset: Int64 = 0) {
    var (entries, problems): ([Entry], [Problem]) = ([], [])
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() {
      let content = line.drop { $0 == " " || $0 == "\t" }
      guard let first = content.first, first != "#" else { continue }
      do {
        entries.append(try Entry(text: content, line: index + 1, localTimeOffset: offset))
      } catch {
        problems.append(Problem(line: index + 1, message: error.message))
      }
    }
    self.entries = entries
    self.problems = problems
  }

  /// Whether a key may sign for a namespace at a time, in seconds since 1970.
  ///
  /// Of several lines for one key the first that allows is taken; where none does, the reason that is given
  /// is the one that came nearest to allowing.
  package func answer(for key: SSHPublicKey, namespace: String, at time: Int64) -> Answer {
    var nearest: Refusal = .unknownKey
    for entry in entries where entry.key == key {
      guard let refusal = entry.refusal(namespace: namespace, at: time) else { return .allowed(entry) }
      if refusal.nearness > nearest.nearness { nearest = refusal }
    }
    return .refused(nearest)
  }
}

extension AllowedSigners.Entry {
  fileprivate func refusal(namespace: String, at time: Int64) -> AllowedSigners.Refusal? {
    if let namespaces, !PatternList.matches(namespaces, namespace) { return .otherNamespace(line: line) }
    if let validAfter, time < validAfter { return .notYetValid(line: line, from: validAfter) }
    if let validBefore, time > validBefore { return .expired(line: line, last: validBefore) }
    return nil
  }
}

extension AllowedSigners.Refusal {
  fileprivate var nearness: Int {
    switch self {
    case .unknownKey: 0
    case .otherNamespace: 1
    case .notYetValid, .expired: 2
    }
  }
}

/// Patterns of ssh_config(5): separated by commas, with `*` and `?`, and with `!` before what is left out.
enum PatternList {
  static func matches(_ list: String, _ text: String) -> Bool {
    var isMatched = false
    for pattern in list.utf8.split(separator: UInt8(ascii: ",")) {
      let isNegated = pattern.first == UInt8(ascii: "!")
      guard matches(Array(isNegated ? pattern.dropFirst() : pattern), Array(text.utf8)) else { continue }
      if isNegated { return false }
      isMatched = true
    }
    return isMatched
  }

  /// Goes back to the last `*` only, so that the cost is at most pattern times text.
  private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    var (at, position) = (0, 0)
    var star: (at: Int, position: Int)?
    while position < text.count {
      if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
        star = (at, position)
        at += 1
      } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == text[position] {
        at += 1
        position += 1
      } else if let last = star {
        star = (last.at, last.position + 1)
        at = last.at + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
