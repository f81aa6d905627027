package import Controls
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
      framework, results: results, isEnforcementKnown: state.enforcement.basis != .unknown)
  }

  /// Whether all that the reading should have covered was read.
  package var isComplete: Bool { point.observation?.isComplete ?? false }
}

extension Framework {
  /// The built-in framework of this name, or the one in a file.
  package static func named(_ name: String) throws -> Framework {
    if let framework = FrameworkCatalog.framework(name) { return framework }
    throw AmbitError(
      .usage, "there is no framework '\(name)'" + NearMiss.suffix(name, among: FrameworkCatalog.names),
      hint: "see them with `ambit framework list`")
  }
}
