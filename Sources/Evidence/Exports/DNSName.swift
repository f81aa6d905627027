internal import Integrity

/// Names that an API server takes for objects (RFC 1123).
enum DNSName {
  private static let longest = 253

  /// A name for an object, such as a report.
  ///
  /// The text itself where it is one; else what is left of it, with a hash that tells it from others.
  static func fitted(_ text: String) -> String {
    if text.utf8.count <= longest, text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel) { return text }
    let kept = text.lowercased().unicodeScalars.map { isFree($0) ? $0 : "-" }.drop { $0 == "-" }.prefix(100)
    let digest = SHA256Digest.hex(Array(text.utf8)).prefix(12)
    return kept.isEmpty ? "x-\(digest)" : "\(String(String.UnicodeScalarView(kept)))-\(digest)"
  }

  /// Whether a text can be the name of a namespace.
  static func isLabel(_ text: some StringProtocol) -> Bool {
    let scalars = text.unicodeScalars
    guard let first = scalars.first, let last = scalars.last, scalars.count <= 63 else { return false }
    return isFree(first) && isFree(last) && scalars.allSatisfy { isFree($0) || $0 == "-" }
  }

  private static func isFree(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
  }
}
