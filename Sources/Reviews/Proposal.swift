internal import Integrity
package import KubeModel
package import Registers

/// A change that is proposed: the transitions of its objects, and whose it is.
package struct Proposal: Sendable, Hashable {
  /// The SHA-256 of the transitions, in hexadecimal: the same change has the same id, wherever and by whom it is proposed.
  package let id: String
  /// Sorted by object.
  package let transitions: [Transition]
  package let title: String
  /// Those whose work it is.
  package let authors: [Account]
  /// Where it comes from, such as commits of a repository.
  package let origin: String
  /// When it was recorded, in seconds since 1970.
  package let time: Int64

  package init(_ transitions: [Transition], title: String, authors: [Account], origin: String, time: Int64) {
    let sorted = Set(transitions).sorted { Proposal.text($0).lexicographicallyPrecedes(Proposal.text($1)) }
    self.transitions = sorted
    self.title = title
    self.authors = authors
    self.origin = origin
    self.time = time
    id = SHA256Digest.hex(Array(sorted.flatMap { Proposal.text($0) + [0x0A] }))
  }

  private static func text(_ transition: Transition) -> [UInt8] { CanonicalYAML.bytes(of: transition.value) }
}

extension Proposal {
  static let kind = "Proposal"

  package var value: Value {
    [
      "apiVersion": "ambit/v1", "kind": .string(Proposal.kind),
      "spec": [
        "title": .string(title), "authors": .list(authors.map { .string($0.text) }), "origin": .string(origin),
        "transitions": .list(transitions.map(\.value)),
      ],
    ]
  }

  /// Reads what `value` wrote; nil where it is no proposal.
  ///
  /// - Parameter time: when it was recorded, as its commit says.
  package init?(_ value: Value, time: Int64) {
    guard value["kind"]?.string == Proposal.kind, let spec = value["spec"], let list = spec["transitions"]?.list else { return nil }
    let transitions = list.compactMap { Transition($0) }
    guard transitions.count == list.count, !list.isEmpty else { return nil }
    self.init(
      transitions, title: spec["title"]?.string ?? "", authors: (spec["authors"]?.strings ?? []).compactMap { Account(text: $0) },
      origin: spec["origin"]?.string ?? "", time: time)
  }
}
