/// How checks are called in files that people write.
package enum CheckName {
  /// The checks that Ambit defines, in the order of their ids.
  package static let all: [String] = [
    ("CHG", 6), ("COV", 8), ("HIST", 5), ("LOG", 4), ("POP", 1), ("RBAC", 3), ("REV", 3), ("RULE", 10), ("ZONE", 3),
  ].flatMap { family, count in (1...count).map { "NP-\(family)-\($0 < 10 ? "0" : "")\($0)" } }

  /// How ids of an owner's own checks begin, which Ambit never uses for its own.
  package static let ownPrefix = "OWN-"

  /// Whether a text can be the id of an owner's own check: `OWN-` and then letters, digits and dashes.
  package static func isOwn(_ text: String) -> Bool {
    text.hasPrefix(ownPrefix) && text.utf8.count > ownPrefix.utf8.count && text.utf8.count <= 64
      && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
