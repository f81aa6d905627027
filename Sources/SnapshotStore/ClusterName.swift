internal import CGit2

/// A cluster's name, which is the name of its branch.
package enum ClusterName {
  /// Returns the name where it can be a branch.
  package static func validated(_ name: String) throws(StoreError) -> String {
    if isLetters(name) { return name }
    _ = GitRepository.isPrepared  // Until then libgit2 has nowhere to put an error, and crashes.
    var isValid: Int32 = 0
    git_reference_name_is_valid(&isValid, "refs/heads/\(name)")
    let isPlain = !name.contains("/") && !name.hasPrefix("-") && !name.hasPrefix(".") && name != "HEAD"
    guard isValid == 1, isPlain, !name.utf8.contains(0), name.utf8.count <= 200 else {
      throw StoreError(
        .badClusterName, "'\(name)' cannot name a cluster: it must be a branch name without slashes",
        hint: "try --cluster \(cleaned(name))")
    }
    return name
  }

  /// Whether a name is of small letters, digits and inner dashes, as most are; it can be a branch then.
  private static func isLetters(_ name: String) -> Bool {
    (1...200).contains(name.utf8.count) && !name.hasPrefix("-")
      && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
  }

  /// A name that can be a branch, made from any text such as a kubeconfig context.
  package static func cleaned(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": Character(scalar)
      case ".": "."
      default: "-"
      }
    }
    var name = String(scalars.prefix(100))
    while name.hasPrefix("-") || name.hasPrefix(".") { name.removeFirst() }
    while name.hasSuffix(".") || name.hasSuffix(".lock") { name.removeLast() }
    name = name.split(separator: ".").joined(separator: ".")
    return name.isEmpty || name == "HEAD" ? "cluster" : name
  }
}
