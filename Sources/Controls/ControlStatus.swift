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

extension ControlStatus {
  /// What outweighs what when statuses are added up, the heaviest first. What does not apply weighs nothing.
  package static let byWeight: [ControlStatus] = [
    .error, .notEvaluated, .fail, .waived, .stale, .manual, .attested, .pass,
  ]
}

/// How many of each status there are.
package struct StatusTally: Sendable, Hashable {
  private var counts: [ControlStatus: Int] = [:]

  package init() {}
  package init(_ statuses: some Sequence<ControlStatus>) { for status in statuses { add(status) } }

  package mutating func add(_ status: ControlStatus, _ number: Int = 1) { counts[status, default: 0] += number }

  package subscript(_ status: ControlStatus) -> Int { counts[status] ?? 0 }
  /// Those that count: what does not apply is not in a denominator.
  package var counted: Int { counts.reduce(0) { $0 + ($1.key == .notApplicable ? 0 : $1.value) } }
  /// The heaviest that there is; nil where nothing counts.
  package var rollUp: ControlStatus? { ControlStatus.byWeight.first { self[$0] > 0 } }
  package var isEmpty: Bool { counted == 0 }

  /// `2 of 9 namespaces fail, 1 not evaluated`
  package func text(of population: String) -> String {
    let words: [(ControlStatus, String)] = [
      (.error, "could not run"), (.fail, "fail"), (.notEvaluated, "not evaluated"), (.waived, "waived"), (.stale, "stale"),
      (.manual, "for a person"), (.attested, "attested"), (.pass, "pass"),
    ]
    let present = words.filter { self[$0.0] > 0 }
    return present.enumerated().map { index, entry in
      index == 0 ? "\(self[entry.0]) of \(counted) \(population) \(entry.1)" : "\(self[entry.0]) \(entry.1)"
    }.joined(separator: ", ")
  }
}
