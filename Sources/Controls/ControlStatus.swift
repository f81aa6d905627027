/// What came of a check or a control. Never mixed up, never hidden.
package enum ControlStatus: String, Sendable, CaseIterable {
  case pass
  case fail
  case waived
  case attested
  /// A person has to look: no check decides it.
  case manual
  case notApplicable = "not-applicable"
  /// Something that the answer needs was not read or is not known.
  case notEvaluated = "not-evaluated"
  /// The evidence is older than it may be.
  case stale
  case error
}
