/// What Kubernetes takes as the key and the value of a label.
enum LabelSyntax {
  /// Why a text is no value, or nil where it is one.
  static func fault(value: String) -> String? {
    guard !value.isEmpty else { return nil }
    guard value.utf8.count <= 63 else { return "has a label's value of over 63 characters" }
    return isName(value) ? nil : "has a label's value that is no letters, digits, '-', '_' and '.'"
  }

  /// Why a text is no key, or nil where it is one.
  static func fault(key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.last.map(String.init) ?? ""
    guard parts.count <= 2, !name.isEmpty, name.utf8.count <= 63, isName(name) else {
      return "has a label's key that is none"
    }
    guard parts.count == 2 else { return nil }
    let prefix = parts[0]
    let labels = prefix.split(separator: ".", omittingEmptySubsequences: false)
    let isDomain = prefix.utf8.count <= 253 && labels.allSatisfy { label in
      !label.isEmpty && label.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
        && label.first != "-" && label.last != "-"
    }
    return isDomain ? nil : "has a label's key whose prefix is no DNS name"
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last)
    else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || [0x2D, 0x5F, 0x2E].contains($0) }
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (0x41...0x5A).contains(byte)
  }
}
