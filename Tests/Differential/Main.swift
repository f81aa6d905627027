import EngineCourt
import Foundation
import ReferenceEvaluator

/// Tries many random clusters: `Differential FIRST-SEED COUNT`, each under every semantics.
///
/// Prints each case on which the two differ, and at the end how many were tried. Exits with 1 where there is
/// one.
@main struct Main {
  static func main() {
    let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
    guard numbers.count == 2, numbers[1] < UInt64.max - numbers[0] else {
      print("usage: Differential FIRST-SEED COUNT")
      exit(64)
    }
    var (tried, skipped, packets, different) = (0, 0, 0, 0)
    for seed in numbers[0]..<(numbers[0] + numbers[1]) {
      for semantics in Reference.Semantics.allCases {
        tried += 1
        switch DifferentialCase(seed: seed, semantics).run() {
        case .agrees(let count): packets += count
        case .skipped: skipped += 1
        case .differs(let text):
          different += 1
          print(text)
        }
      }
    }
    print(
      "seeds \(numbers[0]) to \(numbers[0] + numbers[1] - 1): \(tried) clusters, of which nothing decides \(skipped); \(packets) packets; \(different) differ")
    exit(different == 0 ? 0 : 1)
  }
}
