internal import KubeModel

/// Why an object cannot be given as what was asked for.
enum ObjectFault: Error {
  case missing(GitFailure)
  case otherKind(String)
  /// With the size that it is said to have, in bytes.
  case tooLarge(Int)

  func error(_ name: ObjectName, expected kind: GitObject.Kind, limit: Int, in store: String) -> StoreError {
    switch self {
    case .missing(let cause):
      // What is in a pack that does not read looks as if it were not there.
      let pack = PackFault.first(in: store)
      return StoreError.damaged(
        "the \(kind.word) \(name) is missing in '\(store)'\(pack.map { "; \($0.message)" } ?? "")",
        inspect: "git fsck", cause, mend: pack?.mend ?? PackFault.fetch)
    case .otherKind(let found):
      return StoreError.damaged(
        "a \(kind.word) was expected, and \(name) in '\(store)' is a \(found)", inspect: "git cat-file -p \(name)")
    case .tooLarge(let size):
      return StoreError.damaged(
        "the \(kind.word) \(name) in '\(store)' has \(size) bytes; Ambit writes none over \(limit)",
        inspect: "git cat-file -s \(name)")
    }
  }
}

// What Ambit writes is far below each of these; what lies beyond is damage, or was made to do harm.
extension SnapshotStore {
  /// Bytes of a file of a state. An API server takes objects of some 3 MB.
  package static let largestFile = 32 << 20
  /// Bytes of a tree: some 300,000 entries. Folders of a state are divided once they have a thousand.
  static let largestTree = 16 << 20
  /// Bytes of a file that tells of all objects of a namespace at once.
  package static let largestEvidence = 512 << 20
  /// Bytes of a commit, whose message names no more than some fifty objects.
  static let largestCommit = 1 << 20
  /// Folders within folders. A state has six at most.
  static let deepestTree = 16
  /// Files that a walk over trees may meet.
  static let mostFiles = 1_000_000

  /// Whether a walk over trees may go on into a folder.
  static func check(depth: Int, count: Int, at prefix: String, of tree: ObjectName) throws(StoreError) {
    let fault: String? =
      depth > deepestTree
      ? "lies more than \(deepestTree) folders deep" : count > mostFiles ? "comes after \(mostFiles) files" : nil
    guard let fault else { return }
    throw StoreError.damaged(
      "the tree \(tree), '\(HiddenText.escaped(String(prefix.prefix(100))))', \(fault), as none that Ambit writes",
      inspect: "git ls-tree \(tree)")
  }
}

extension StoreError {
  /// The error for what is in the store and cannot be what Ambit wrote.
  ///
  /// - Parameters:
  ///   - inspect: the command of stock git that shows it.
  ///   - mend: what may bring it back.
  package static func damaged(
    _ message: String, inspect: String, _ cause: (any Error)? = nil, mend: String? = nil
  ) -> StoreError {
    StoreError(
      .damaged, message,
      hint: "look at it with `\(inspect)` in the store, and how far the damage goes with `ambit verify`"
        + (mend.map { "; \($0)" } ?? ""), cause: cause)
  }

  /// The same damage, with what it is to a reader: a path in a snapshot.
  package func met(at place: String) -> StoreError {
    guard code == .damaged else { return self }
    return StoreError(.damaged, "\(message); it is \(place)", hint: hint, cause: cause)
  }
}
