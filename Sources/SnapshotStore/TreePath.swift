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

  /// Whether a name can be checked out by any git and onto any file system, and stays where it is put.
  static func isSafe(_ component: String) -> Bool {
    // Nearly every component is a name such as `allow-web.yaml`, in which nothing can hide.
    if isPlain(component) { return true }
    let isShort = (1...255).contains(component.utf8.count)
    // Characters that HFS ignores, and endings that NTFS ignores, hide `.git` from a plain comparison.
    let folded = component.unicodeScalars.filter { $0.isASCII }
    let plain = String(String.UnicodeScalarView(folded)).lowercased()
    let trimmed = String(plain.reversed().drop { $0 == "." || $0 == " " }.reversed())
    return isShort && component != "." && component != ".." && trimmed != ".git"
      && !trimmed.hasPrefix("git~") && !component.utf8.contains { [0, UInt8(ascii: "/"), UInt8(ascii: "\\")].contains($0) }
  }

  /// Letters, digits and harmless signs, with no dot at either end and no `~`, which short names of NTFS have.
  private static func isPlain(_ component: String) -> Bool {
    let bytes = component.utf8
    guard (1...255).contains(bytes.count), bytes.first != UInt8(ascii: "."), bytes.last != UInt8(ascii: ".") else {
      return false
    }
    return bytes.allSatisfy { byte in
      switch byte {
      case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
      case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"): true
      default: false
      }
    }
  }
}
