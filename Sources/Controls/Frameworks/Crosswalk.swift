/// The controls of one framework beside those of another that rest on the same checks.
///
/// Two controls are related where a check decides both. What they ask is not compared, only what answers it: a relation
/// says how the evidence for one serves the other, and is no statement of either framework.
package struct Crosswalk: Sendable {
  /// How the evidence for one control lies to that for another.
  package enum Relation: String, Sendable, CaseIterable {
    /// The same checks cover all of both.
    case equal
    /// The checks cover all of the first, and each takes part in deciding the second.
    case subset
    /// The checks cover all of the second, and each takes part in deciding the first.
    case superset
    /// They share checks that decide, and no more can be said.
    case intersects
  }

  /// A check to which both controls are mapped.
  package struct Shared: Sendable, Hashable {
    package let check: String
    /// Its strength in the first control.
    package let first: Framework.Strength
    /// Its strength in the second.
    package let second: Framework.Strength

    /// Whether it decides both.
    package var decides: Bool { first != .context && second != .context }
  }

  package struct Counterpart: Sendable {
    package let control: Framework.Control
    /// Nil where nothing decides both: what they share is context for at least one of them, and relates nothing.
    package let relation: Relation?
    package let shared: [Shared]
  }

  package struct Row: Sendable {
    package let control: Framework.Control
    /// In the order of the second framework; empty where it has no control with any of the checks.
    package let counterparts: [Counterpart]
  }

  /// A row for each control of the first framework.
  package let rows: [Row]

  /// Compares these controls with those of a framework; costs the product of their numbers.
  package init(_ controls: [Framework.Control], with other: Framework) {
    rows = controls.map { control in
      Row(control: control, counterparts: other.controls.compactMap { Crosswalk.counterpart($0, of: control) })
    }
  }

  private static func counterpart(
    _ second: Framework.Control, of first: Framework.Control
  ) -> Counterpart? {
    let shared = first.checks.compactMap { mapping in
      second.checks.first { $0.check == mapping.check }
        .map { Shared(check: mapping.check, first: mapping.strength, second: $0.strength) }
    }
    guard !shared.isEmpty else { return nil }
    return Counterpart(
      control: second, relation: shared.contains(where: \.decides) ? relation(first, second) : nil, shared: shared)
  }

  private static func relation(_ first: Framework.Control, _ second: Framework.Control) -> Relation {
    let isWithin = first.isCoveredByChecks && first.deciding.isSubset(of: second.deciding)
    let holds = second.isCoveredByChecks && second.deciding.isSubset(of: first.deciding)
    return isWithin && holds ? .equal : isWithin ? .subset : holds ? .superset : .intersects
  }
}

extension Framework.Control {
  fileprivate var deciding: Set<String> { Set(checks.filter { $0.strength != .context }.map(\.check)) }

  /// Whether checks alone cover all that it asks.
  fileprivate var isCoveredByChecks: Bool {
    attestations.isEmpty && checks.allSatisfy { $0.strength != .partial }
  }
}
