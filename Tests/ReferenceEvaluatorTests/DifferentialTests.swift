import EngineCourt
import Foundation
import ReferenceEvaluator
import Testing

/// The engine against the reference evaluator, on random clusters of every mix of policy kinds.
///
/// `AMBIT_CLUSTERS` says how many to try, `AMBIT_SEED` where to begin; `scripts/differential` tries many.
@Suite struct DifferentialTests {
  @Test(arguments: Reference.Semantics.allCases)
  func `the engine agrees with the reference evaluator`(_ semantics: Reference.Semantics) {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["AMBIT_CLUSTERS"].flatMap(Int.init) ?? 40
    let first = environment["AMBIT_SEED"].flatMap(UInt64.init) ?? 1
    for seed in first..<(first + UInt64(count)) {
      if case .differs(let text) = DifferentialCase(seed: seed, semantics).run() {
        Issue.record("\(text)")
        return
      }
    }
  }
}
