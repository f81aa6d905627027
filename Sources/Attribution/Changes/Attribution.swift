/// What the audit log says of one version of an object: who made it, or who may have.
package struct Attribution: Sendable, Hashable {
  package enum Certainty: String, Sendable, CaseIterable {
    /// The log has the very state that was read, or the very deletion.
    case exact
    /// The log keeps no state; of the writes in the time between the readings, one user's alone can have made it.
    case sole
    /// Writes of several users can have made it; the steps are these.
    case candidates
    /// The log keeps states, and none of them is the one that was read: the steps are what it does have.
    case unexplained
  }

  /// A request that led to the version, or may have.
  package struct Step: Sendable, Hashable {
    package let record: ChangeRecord
    /// Why a part of Kubernetes did this: the deletion of the namespace or the owner, or what asked for a deletion that
    /// finalizers held.
    package let because: ChangeRecord?
    /// The change-cause, where this very request set it.
    package let cause: String?

    package init(record: ChangeRecord, because: ChangeRecord?, cause: String?) {
      self.record = record
      self.because = because
      self.cause = cause
    }

    /// The record of the person: of who asked, where Kubernetes only carried it out.
    package var deciding: ChangeRecord { because ?? record }
  }

  package let certainty: Certainty
  /// The oldest first; the last one took effect last.
  package let steps: [Step]

  package init(certainty: Certainty, steps: [Step]) {
    self.certainty = certainty
    self.steps = steps
  }
}
