package import Registers

/// A change that was made, as the history shows it.
package struct AppliedChange: Sendable {
  package let transition: Transition
  /// The accounts under which whoever made it acted; empty where that is not known.
  package let actor: [Account]
  /// Whom they acted as, where the server was asked to let them. Who then acted, the register of identities tells.
  package let impersonated: Account?
  /// Those whose work it is, where the history tells: authors of commits.
  package let authors: [Account]
  /// It was made after this moment, in milliseconds since 1970: the last reading that shows the state before.
  package let after: Int64
  /// And at or before this one.
  package let until: Int64

  /// - Parameters:
  ///   - after: the same as `until` where the moment is known.
  package init(_ transition: Transition, actor: [Account], as impersonated: Account? = nil, authors: [Account], after: Int64, until: Int64) {
    self.transition = transition
    self.actor = actor
    self.impersonated = impersonated
    self.authors = authors
    self.after = min(after, until)
    self.until = until
  }
}
