package import KubeModel

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

  /// Something that has to be done again and again, and be attested for a check.
  package struct Clock: Sendable, Hashable {
    /// One of the control's checks.
    package let check: String
    package let every: CalendarInterval
    /// How long before the end it is soon due.
    package let warn: CalendarInterval
    /// Whom it is for, what besides time starts it, or that its length was not confirmed.
    package let note: String?
  }

  /// How long history must be kept.
  package struct Retention: Sendable, Hashable {
    package let keep: CalendarInterval
    /// The part that must be at hand at once.
    package let atHand: CalendarInterval?
    package let note: String?
  }

  /// A named selection of the framework's controls, such as those for systems of moderate impact.
  package struct Baseline: Sendable, Hashable {
    package let id: String
    package let title: String
  }

  /// A requirement, or a section, that the file leaves out.
  package struct Uncovered: Sendable, Hashable {
    package let id: String
    package let title: String
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
    /// Other ids by which the framework, or one that repeats it, calls it.
    package var aliases: [String] = []
    /// The ids of the framework's baselines that hold it.
    package var baselines: [String] = []
    package var clocks: [Clock] = []
    package var retention: Retention?
  }

  package let id: String
  package let name: String
  package let version: String
  package let aliases: [String]
  package let source: String
  package let note: String?
  package private(set) var controls: [Control]
  /// The SHA-256 of the file.
  package let digest: String
  /// The id of the version before this one.
  package var supersedes: String?
  /// The minor versions of Kubernetes that it is written for: `1.34`, `1.32-1.34`.
  package var kubernetes: String?
  /// Which part of the framework the file speaks to.
  package var coverage: String?
  package var baselines: [Baseline] = []
  /// Requirements that a reader would ask about and that no control here answers.
  package var uncovered: [Uncovered] = []

  package init(
    id: String, name: String, version: String, aliases: [String], source: String, note: String?, controls: [Control],
    digest: String
  ) {
    self.id = id
    self.name = name
    self.version = version
    self.aliases = aliases
    self.source = source
    self.note = note
    self.controls = controls
    self.digest = digest
  }

  /// The control that a user means by its id or one of its aliases, in upper or lower case.
  package func control(_ name: String) -> Control? {
    let name = name.lowercased()
    return controls.first { control in ([control.id] + control.aliases).contains { $0.lowercased() == name } }
  }

  /// The same framework with the controls of one baseline.
  package func confined(to baseline: Baseline) -> Framework {
    var framework = self
    framework.controls.removeAll { !$0.baselines.contains(baseline.id) }
    return framework
  }
}
