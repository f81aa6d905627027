/// A waiver, as it stands at the end of an assessment.
package struct AssessedWaiver: Sendable {
  package enum Standing: String, Sendable {
    case inForce = "in force"
    case soonExpiring = "expires soon"
    case expired
    /// It covers no finding that is there.
    case unmatched
    /// It was recorded after the stretch that it speaks of.
    case retroactive
  }

  package let id: String
  package let owner: String
  package let approver: String
  package let reason: String
  package let check: String
  package let fingerprints: [String]
  /// When it was recorded, and until when it holds, in milliseconds since 1970.
  package let recorded: Int64
  package let expires: Int64
  package let standings: [Standing]

  package init(
    id: String, owner: String, approver: String, reason: String, check: String, fingerprints: [String], recorded: Int64,
    expires: Int64, standings: [Standing]
  ) {
    self.id = id
    self.owner = owner
    self.approver = approver
    self.reason = reason
    self.check = check
    self.fingerprints = fingerprints
    self.recorded = recorded
    self.expires = expires
    self.standings = standings
  }
}

/// Paper from outside, as it stands at the end of an assessment.
package struct AssessedAttestation: Sendable {
  package let id: String
  /// The check or control that it speaks for.
  package let subject: String
  package let statement: String
  package let by: String
  /// The file's name and SHA-256, where one was given.
  package let file: (name: String, digest: String)?
  package let recorded: Int64
  package let validUntil: Int64
  package let isExpired: Bool

  package init(
    id: String, subject: String, statement: String, by: String, file: (name: String, digest: String)?, recorded: Int64,
    validUntil: Int64, isExpired: Bool
  ) {
    self.id = id
    self.subject = subject
    self.statement = statement
    self.by = by
    self.file = file
    self.recorded = recorded
    self.validUntil = validUntil
    self.isExpired = isExpired
  }
}
