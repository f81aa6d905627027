package import KubeModel
package import Registers

/// Someone's word that a change may be made, as it was recorded. Whether it counts, `ReviewLedger` tells.
package struct Approval: Sendable, Hashable {
  /// The id of the proposal.
  package let proposal: String
  package let approver: Account
  /// When it was given, in seconds since 1970.
  package let time: Int64
  package let comment: String?
  /// How it came here; an approval is `signed` where `key` is one of the approver's.
  package let source: Identities.Source
  /// The exact objects that were approved.
  package let transitions: [Transition]
  /// Those whose work it is, as the source tells.
  package let authors: [Account]
  /// Why it cannot count, as the source tells: it was dismissed, or is about another head than the one that was merged.
  package let objection: String?
  /// The fingerprint of the key that made a good signature over it.
  package var key: String?

  package init(
    of proposal: String, by approver: Account, at time: Int64, comment: String? = nil, source: Identities.Source,
    transitions: [Transition], authors: [Account], objection: String? = nil, key: String? = nil
  ) {
    self.proposal = proposal
    self.approver = approver
    self.time = time
    self.comment = comment
    self.source = source
    self.transitions = transitions
    self.authors = authors
    self.objection = objection
    self.key = key
  }
}

extension Approval {
  static let kind = "Approval"

  package var value: Value {
    var spec = Mapping([
      ("proposal", .string(proposal)), ("approver", .string(approver.text)), ("time", .int(time)),
      ("source", .string(source.rawValue)), ("authors", .list(authors.map { .string($0.text) })),
      ("transitions", .list(transitions.map(\.value))),
    ])
    spec["comment"] = comment.map(Value.string)
    spec["objection"] = objection.map(Value.string)
    return ["apiVersion": "ambit/v1", "kind": .string(Approval.kind), "spec": .map(spec)]
  }

  /// Reads what `value` wrote; nil where it is no approval.
  package init?(_ value: Value) {
    guard value["kind"]?.string == Approval.kind, let spec = value["spec"], let list = spec["transitions"]?.list,
      let proposal = spec["proposal"]?.string, let approver = spec["approver"]?.string.flatMap({ Account(text: $0) }),
      let time = spec["time"]?.int, let source = spec["source"]?.string.flatMap({ Identities.Source(rawValue: $0) }),
      // That it is signed, its signature says and not its text.
      source != .signed
    else { return nil }
    let transitions = list.compactMap { Transition($0) }
    guard transitions.count == list.count else { return nil }
    self.init(
      of: proposal, by: approver, at: time, comment: spec["comment"]?.string, source: source, transitions: transitions,
      authors: (spec["authors"]?.strings ?? []).compactMap { Account(text: $0) }, objection: spec["objection"]?.string)
  }
}
