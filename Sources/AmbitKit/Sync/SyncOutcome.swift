/// What came of a sync, reference by reference.
package struct SyncOutcome: Sendable {
  package struct Reference: Sendable {
    package enum Result: String, Sendable {
      case upToDate, pushed, fetched
      /// Both sides have commits that the other lacks: two writers of one line of history.
      case diverged
      /// The server did not take it.
      case rejected
      /// What the remote has cannot be taken.
      case refused
      /// Not pushed, because what it rests on was not.
      case heldBack
      /// Others moved it each time that it was looked at.
      case moved
    }

    package let name: String
    package internal(set) var result = Result.upToDate
    /// Commits that went to the remote, and that came from it.
    package internal(set) var pushed = 0
    package internal(set) var fetched = 0
    /// Where diverged: commits that only one side has, and the last one that both have.
    package internal(set) var here = 0
    package internal(set) var there = 0
    package internal(set) var base: String?
    /// Where the remote's side is kept for a look.
    package internal(set) var tracking: String?
    package internal(set) var reason: String?

    init(_ name: String) { self.name = name }
  }

  /// The remote, without a password.
  package let remote: String
  package let references: [Reference]
  /// How many references of the remote are none of Ambit's.
  package let ignored: Int
  /// What the server sent along when something was rejected.
  package let words: [String]

  /// Nil where both sides are the same now.
  package var failure: Failure? {
    if references.contains(where: { [.diverged, .rejected, .refused, .heldBack].contains($0.result) }) { return .findings }
    return references.contains { $0.result == .moved } ? .moved : nil
  }

  package enum Failure: Sendable { case findings, moved }
}
