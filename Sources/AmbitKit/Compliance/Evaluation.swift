package import Controls
internal import FoundationEssentials
internal import HistoryIndex
package import KubeModel

/// The checks, and a framework's controls, at a point in a cluster's history.
package struct Evaluation: Sendable {
  package let point: ClusterHistory.Point
  package let state: ClusterState
  package let results: [CheckResult]

  package init(_ history: ClusterHistory, at point: ClusterHistory.Point) throws {
    self.point = point
    state = try history.state(at: point)
    let context = CheckContext(state)
    results = CheckCatalog.all.map { $0.result(context) }
  }

  package func controls(of framework: Framework) -> [ControlResult] {
    FrameworkEvaluator.evaluate(
      framework, results: results, enforcement: state.enforcement)
  }

  /// Whether all that the reading should have covered was read.
  package var isComplete: Bool { point.observation?.isComplete ?? false }
}

extension Framework {
  /// The built-in framework of this name, or the one in a file.
  package static func named(_ name: String) throws -> Framework {
    if let framework = FrameworkCatalog.framework(name) { return framework }
    if let data = FileManager.default.contents(atPath: name) {
      let (framework, problems) = FrameworkFile.read(Array(data))
      if let framework, problems.isEmpty { return framework }
      let first = problems.first.map { "\(name):\($0.line): \($0.message)" } ?? name
      throw AmbitError(
        .badInput, "\(first)\(problems.count > 1 ? ", and \(problems.count - 1) more problems" : "")",
        hint: "see all with `ambit framework lint \(name)`")
    }
    throw AmbitError(
      .usage, "there is no framework '\(name)'" + NearMiss.suffix(name, among: FrameworkCatalog.names),
      hint: "see them with `ambit framework list`, or name a file of your own")
  }
}
