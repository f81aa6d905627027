package import Registers

/// What is known of the approval of a change that was made.
package struct ReviewVerdict: Sendable, Hashable {
  /// The names stand in output and never change.
  package enum Status: String, Sendable, CaseIterable {
    /// Someone else approved this very change before it was made.
    case reviewed
    /// Someone else approved it, later than it was made.
    case approvedAfterwards = "approved-afterwards"
    /// Only the one whose work it is, or who made it, approved it.
    case selfApproved = "self-approved"
    /// There is an approval, and it cannot be told whether it came first, or whether someone else gave it.
    case undetermined
    case unreviewed
    /// There was nothing to review: what it says means the same, or it was there when the record began.
    case notNeeded = "not-needed"
  }

  package let status: Status
  /// The approver that the verdict rests on, by the name in the register.
  package let approver: String?
  /// How that approval came here. All but signed ones are claims, which the owner chose to accept.
  package let source: Identities.Source?
  /// The id of the proposal that was approved.
  package let proposal: String?
  /// How long after the change it was approved, in seconds.
  package let delay: Int64?
  /// Why, and what else is to be known: approvals that do not count among them.
  package let reasons: [String]

  package var isClaimed: Bool { source.map { $0 != .signed } ?? false }

  package init(
    _ status: Status, by approver: String? = nil, source: Identities.Source? = nil, of proposal: String? = nil,
    delay: Int64? = nil, reasons: [String]
  ) {
    self.status = status
    self.approver = approver
    self.source = source
    self.proposal = proposal
    self.delay = delay
    self.reasons = reasons
  }

  package static func notNeeded(_ reason: String) -> ReviewVerdict { ReviewVerdict(.notNeeded, reasons: [reason]) }
}
