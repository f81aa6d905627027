internal import SnapshotStore

/// A reference that stores share: it is pushed and fetched, and only ever moves forward.
package struct SharedReference: Sendable, Hashable {
  /// In the order in which they move: what a later one names is there when it moves.
  enum Part: Int, CaseIterable {
    case snapshots, changes, observations, registers, reviews, journal, notes

    /// What follows this in a reference's name is a cluster, or one store's line; without a slash it is the whole name.
    var prefix: String {
      switch self {
      case .snapshots: "refs/heads/"
      case .changes: "refs/ambit/changes/"
      case .observations: "refs/ambit/observations/"
      case .registers: StoreLine.registers.reference
      case .reviews: StoreLine.reviews.reference
      case .journal: StoreLine.journal.reference
      case .notes: "refs/notes/ambit"
      }
    }
  }

  package let name: String
  let part: Part
  /// The cluster that it belongs to; nil where it is the whole store's.
  package let cluster: String?

  /// Nil where the name is none that Ambit uses.
  init?(_ name: String) {
    guard let part = Part.allCases.first(where: { name.hasPrefix($0.prefix) }) else { return nil }
    let rest = String(name.dropFirst(part.prefix.count))
    if part.prefix.hasSuffix("/") {
      guard (try? ClusterName.validated(rest)) != nil else { return nil }
      // Such a line is a store's, and is named after its first entry.
      cluster = [.reviews, .journal].contains(part) ? nil : rest
    } else {
      guard rest.isEmpty else { return nil }
      cluster = nil
    }
    self.name = name
    self.part = part
  }

  /// Where a remote's reference is fetched to first.
  func tracking(_ remote: String) -> String {
    "refs/ambit/remotes/\(remote)/\(name.dropFirst("refs/".count))"
  }

  /// Whether a commit of a kind may stand in it; nil where its commits carry no trailers.
  var isOfKind: ((String) -> Bool)? {
    switch part {
    case .notes: nil
    case .observations: { $0 == "observation" }
    case .snapshots: { $0 != "observation" }
    case .registers: { $0 == StoreLine.registers.kind }
    case .reviews: { $0 == StoreLine.reviews.kind }
    case .changes, .journal: { _ in true }
    }
  }
}

extension SharedReference: Comparable {
  package static func < (left: SharedReference, right: SharedReference) -> Bool {
    (left.part.rawValue, left.name) < (right.part.rawValue, right.name)
  }
}
