internal import KubeModel
package import Registers

/// What the record itself tells of a stretch of time, for checks about changes, history, reviews and logs.
///
/// Times are milliseconds since 1970.
package struct RecordFacts: Sendable {
  /// One way of counting changes, against another.
  package struct Difference: Sendable, Hashable {
    package enum Class: String, Sendable, CaseIterable {
      /// It came and went between two readings, and only a log tells of it.
      case flapped
      /// It changed the text and not the meaning, or nothing that is recorded.
      case noOp = "no-op"
      case dryRun = "dry-run"
      case refused
      /// No log that was read covers its time.
      case outsideLogs = "outside the logs' coverage"
      /// Of several requests between two readings, one change is left.
      case merged
      /// It was there when the record began.
      case beginning
      /// A fact that Ambit puts together, which no single request changes.
      case derived
      case unexplained
    }

    package let id: String
    package let `class`: Class
    package let detail: String
    package init(id: String, _ class: Class, detail: String) {
      self.id = id
      self.class = `class`
      self.detail = detail
    }
  }

  /// The changes, counted three ways.
  package struct Population: Sendable {
    /// Steps of objects between commits of the branch, as the index tells them.
    package let commits: Int
    /// Paths that differ between one state and the next, as git tells them; nil where they were not counted.
    package let differences: Int?
    /// Requests that changed something recorded, as audit logs tell them.
    package let events: Int
    /// What one way counts and another does not, sorted.
    package let unmatched: [Difference]

    package init(commits: Int, differences: Int?, events: Int, unmatched: [Difference]) {
      self.commits = commits
      self.differences = differences
      self.events = events
      self.unmatched = unmatched
    }
  }

  /// What verifying the store found.
  package struct Integrity: Sendable {
    /// Empty where everything held.
    package let problems: [String]
    /// What outside of the operator's hands holds the history: remotes, timestamps, witnesses.
    package let anchors: [String]
    package init(problems: [String], anchors: [String]) {
      self.problems = problems
      self.anchors = anchors
    }
  }

  /// What is applied, against what is intended.
  package struct Drift: Sendable {
    package let intended: String
    /// Objects that differ, with what differs; sorted.
    package let differences: [(object: CheckResult.Subject, what: String)]
    package init(intended: String, differences: [(object: CheckResult.Subject, what: String)]) {
      self.intended = intended
      self.differences = differences
    }
  }

  package let cluster: String
  package let span: Range<Int64>
  package let observed: Assessment.Observed
  package let changes: [RecordedChange]
  package let population: Population
  /// When audit logs that were read tell anything, in the order of time.
  package let logs: [Range<Int64>]
  /// Nil where the store was not verified.
  package let integrity: Integrity?
  /// When the record begins; nil where it is empty.
  package let begins: Int64?
  /// Nil where no intended state is declared.
  package let drift: Drift?
  /// What the owner takes out of checks.
  package let exclusions: Exclusions
  /// Users and programs that may change policies, as the owner declared; empty where nothing is.
  package let approvedActors: Set<String>
  package let waivers: [AssessedWaiver]
  /// How long history is to be kept, in milliseconds.
  package let retention: Int64
  /// Readings whose clock and the server's differed, by how many milliseconds; nil where no reading tells.
  package let clockSkew: Int64?

  package init(
    cluster: String, span: Range<Int64>, observed: Assessment.Observed, changes: [RecordedChange], population: Population,
    logs: [Range<Int64>], integrity: Integrity?, begins: Int64?, drift: Drift?, exclusions: Exclusions,
    approvedActors: Set<String>,
    waivers: [AssessedWaiver], retention: Int64, clockSkew: Int64?
  ) {
    self.cluster = cluster
    self.span = span
    self.observed = observed
    self.changes = changes
    self.population = population
    self.logs = logs
    self.integrity = integrity
    self.begins = begins
    self.drift = drift
    self.exclusions = exclusions
    self.approvedActors = approvedActors
    self.waivers = waivers
    self.retention = retention
    self.clockSkew = clockSkew
  }

  var subject: CheckResult.Subject { .cluster(cluster) }

  /// Whether a log that was read covers all of a stretch.
  func isLogged(_ range: ClosedRange<Int64>) -> Bool {
    logs.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
  }

  /// The changes that someone made: not what was there when the record began.
  var made: [RecordedChange] { changes.filter { !$0.isBeginning } }

  static func subject(_ change: RecordedChange) -> CheckResult.Subject { change.object }

  static func text(_ time: Int64) -> String { Moment(milliseconds: time).text }
}
