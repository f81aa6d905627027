package import Integrity

/// One statement of a policy in its normal form: two that mean the same are equal, however they were written.
///
/// Order of lists, defaults and spellings of selectors say nothing. What the reader does not know is kept as it was
/// written, so that statements of different meaning always differ. The text is the form: it is unambiguous, and plain.
package struct RuleForm: Sendable, Hashable {
  package enum Role: String, Sendable {
    /// Whom the policy applies to.
    case subject
    /// When it is asked: its tier, its priority or order.
    case rank
    /// That it closes a direction, where nothing opens it.
    case isolation
    case rule
    /// What stands in the place of statements and is none.
    case unreadable
  }

  package let role: Role
  /// Nil for a subject and a rank, which speak of both.
  package let direction: Direction?
  /// `allow`, `deny`, `pass`, or the word of another action.
  package let action: String?
  /// Whom it is about, in words; nil where the role has none.
  package let peers: String?
  /// The traffic that a rule is about, in words; nil for all traffic.
  package let traffic: String?
  /// What has to hold besides, in words.
  package let conditions: [String]

  init(
    _ role: Role, _ direction: Direction? = nil, action: String? = nil, peers: String? = nil, traffic: String? = nil,
    conditions: [String] = []
  ) {
    self.role = role
    self.direction = direction
    self.action = action
    self.peers = peers
    self.traffic = traffic
    self.conditions = conditions
  }

  /// The statement in a sentence without its end.
  package var text: String {
    let rest = conditions.joined(separator: " and ")
    switch role {
    case .subject: return "applies to \(peers ?? "")"
    case .rank: return "is asked at \(rest)"
    case .isolation: return "denies \(direction?.rawValue ?? "traffic") that no rule allows" + (rest.isEmpty ? "" : " for \(rest)")
    case .unreadable: return "says what no server takes: \(rest)"
    case .rule:
      let side = direction == .egress ? "to" : "from"
      return "\(action ?? "") \(direction?.rawValue ?? "") \(side) \(peers ?? "")"
        + (traffic.map { " on \($0)" } ?? "") + (rest.isEmpty ? "" : ", where \(rest)")
    }
  }

  /// The SHA-256 of the text.
  package var digest: SHA256Value { SHA256Value(of: Array(text.utf8)) }
}
