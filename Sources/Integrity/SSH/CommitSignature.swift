/// The signature in a raw git commit: the header `gpgsig`, put in and taken out as git does both.
package enum CommitSignature {
  /// A commit that was signed, in its two parts.
  package struct Parts: Sendable, Hashable {
    /// What was signed: the commit without its signature.
    package let payload: [UInt8]
    package let armor: String
  }

  private static let header = Array("gpgsig".utf8)
  private static let newline = UInt8(ascii: "\n")
  private static let space = UInt8(ascii: " ")

  /// The commit with a signature as its last header.
  ///
  /// - Parameter commit: raw bytes without a signature: headers, an empty line, the message.
  package static func inserting(_ armor: String, into commit: [UInt8]) throws(IntegrityError) -> [UInt8] {
    guard let end = endOfHeaders(commit) else {
      throw IntegrityError(.malformed, "a commit to be signed has no empty line after its headers")
    }
    var signed = Array(commit[..<end]) + header
    let lines = armor.hasSuffix("\n") ? armor.utf8.dropLast() : armor.utf8[...]
    for line in lines.split(separator: newline, omittingEmptySubsequences: false) {
      signed.append(space)
      signed += line
      signed.append(newline)
    }
    return signed + commit[end...]
  }

  /// Takes a commit apart, or returns nil where it has no signature.
  ///
  /// As in git, headers whose names begin with `gpgsig` are no part of what was signed, and one for SHA-256
  /// (`gpgsig-sha256`) is otherwise passed over. Unlike git, which joins them, two signatures are refused:
  /// it would not be plain which of them speaks.
  package static func split(_ commit: [UInt8]) throws(IntegrityError) -> Parts? {
    let end = endOfHeaders(commit) ?? commit.endIndex
    var payload: [UInt8] = []
    payload.reserveCapacity(commit.count)
    var armor: [UInt8]?
    var current = Place.payload
    var start = 0
    while start < end {
      let next = (commit[start..<end].firstIndex(of: newline) ?? end - 1) + 1
      let line = commit[start..<next]
      start = next
      let isContinuation = line.first == space
      if !isContinuation { current = place(line) }
      switch current {
      case .payload: payload += line
      case .other: continue
      case .signature:
        if isContinuation {
          armor?.append(contentsOf: line.dropFirst())
        } else if armor == nil {
          armor = Array(line.dropFirst(header.count + 1))
        } else {
          throw IntegrityError(.malformed, "the commit carries two signatures")
        }
      }
    }
    guard let armor else { return nil }
    guard let text = String(validating: armor, as: UTF8.self) else {
      throw IntegrityError(.malformed, "the commit's signature is no text")
    }
    return Parts(payload: payload + commit[end...], armor: text)
  }

  private enum Place { case payload, signature, other }

  /// Where a header's lines belong, seen from its first line.
  private static func place(_ line: ArraySlice<UInt8>) -> Place {
    guard line.starts(with: header) else { return .payload }
    return line.dropFirst(header.count).first == space ? .signature : .other
  }

  /// Where the empty line begins that ends the headers.
  private static func endOfHeaders(_ commit: [UInt8]) -> Int? {
    var start = 0
    while start < commit.count {
      if commit[start] == newline { return start }
      guard let next = commit[start...].firstIndex(of: newline) else { return nil }
      start = next + 1
    }
    return nil
  }
}
