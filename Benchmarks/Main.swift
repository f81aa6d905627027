import Foundation

/// Measures Ambit beside the tools that it is compared with, on the same data in the same run.
///
/// `swift run -c release Benchmarks [CASE…]`; without a case, all of them. Figures are kept in
/// docs/benchmarks.md.
@main
struct Benchmarks {
  static let cases: [(name: String, run: @Sendable () throws -> Void)] = [
    ("first", StoreBenchmark.first), ("backfill", StoreBenchmark.backfill), ("live", StoreBenchmark.live),
    ("recording", RecordingBenchmark.run), ("history", HistoryBenchmark.run),
    ("blame-connection", ConnectionBlameBenchmark.run),
    ("fleet", FleetBenchmark.run), ("maintain", MaintenanceBenchmark.run), ("reachability", ReachabilityBenchmark.run),
    ("audit", AuditBenchmark.run), ("checks", CheckBenchmark.run), ("period", PeriodBenchmark.run),
  ]

  /// Work whose instructions `scripts/instructions` counts; run only where it is asked for.
  static let counted: [(name: String, run: @Sendable () throws -> Void)] = [
    ("engine-rows", EngineWork.rows), ("engine-diff", EngineWork.diff), ("engine-answers", EngineWork.answers),
  ]

  static func main() throws {
    let asked = CommandLine.arguments.dropFirst()
    for name in asked where !(cases + counted).contains(where: { $0.name == name }) {
      print("there is no case '\(name)'; there are \((cases + counted).map(\.name).joined(separator: ", "))")
      exit(64)
    }
    for (name, run) in cases + counted where asked.contains(name) || (asked.isEmpty && cases.contains { $0.name == name }) {
      print("\(name)")
      try run()
    }
  }
}
