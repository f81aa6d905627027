/// A framework's controls, mapped to checks. Data, read from a file.
package struct Framework: Sendable {
  /// How far a check speaks to a control.
  package enum Strength: String, Sendable, CaseIterable {
    /// With the other full checks and the attestations it covers all of the control.
    case full
    /// It covers a part; a person judges the rest.
    case partial
    /// It is worth knowing and decides nothing.
    case context
  }

  package struct Mapping: Sendable {
    package let check: String
    package let strength: Strength
  }

  package struct Control: Sendable {
    package let id: String
    package let title: String
    /// What is asked, in our own words.
    package let requirement: String
    /// The framework's own level, such as `L2`; nil where it has none.
    package let level: String?
    /// How the framework itself says that it is assessed, such as `Manual`.
    package let assessment: String?
    package let checks: [Mapping]
    /// What a person must bring besides the checks.
    package let attestations: [String]
    /// Checks whose verdicts stand beside the control's own, under their own name.
    package let effective: [String]
  }

  package let id: String
  package let name: String
  package let version: String
  package let aliases: [String]
  package let source: String
  package let note: String?
  package let controls: [Control]
  /// The SHA-256 of the file.
  package let digest: String
}
