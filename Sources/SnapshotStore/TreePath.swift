/// Checks that a path is safe to put into a tree.
enum TreePath {
  /// The components of a path that any git and any file system can check out.
  static func components(_ path: String) throws(StoreError) -> [String] {
    let components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    for component in components {
      guard isSafe(component) else {
        throw StoreError(
          .badPath, "the path '\(path.prefix(200))' cannot stand in a tree",
          hint: "this is a fault of Ambit, please report it")
      }
    }
    return components
  }

  private static func isSafe(_ component: String) -> Bool {
    // Nearly every component is of letters and digits.
    let isPlain = component.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
    if isPlain && (1...255).contains(component.utf8.count) { return true }
    let isShort = (1...255).contains(component.utf8.count)
    // Characters that HFS ignores, and endings that NTFS ignores, hide `.git` from a plain comparison.
    let folded = component.unicodeScalars.filter { $0.isASCII }
    let plain = String(String.UnicodeScalarView(folded)).lowercased()
    let trimmed = String(plain.reversed().drop { $0 == "." || $0 == " " }.reversed())
    return isShort && component != "." && component != ".." && trimmed != ".git"
      && !trimmed.hasPrefix("git~") && !component.utf8.contains(0) && !component.contains("\\")
  }
}
