internal import ClusterReader
internal import KubeModel
package import Reachability

/// What the linter found, with the lines in files where the policies came from files.
package struct LintReport {
  package struct Entry {
    package let finding: LintFinding
    package let file: String?
    /// Counted from 1; nil where the file does not tell it.
    package let line: Int?

    /// `policies.yaml:12`, or the path in the store.
    package var place: String {
      guard let file else { return finding.policy.path }
      return line.map { "\(file):\($0)" } ?? file
    }
  }

  /// Findings that were asked for.
  package let entries: [Entry]
  /// How many weigh less than what was asked for.
  package let lighterCount: Int
  /// Why what depends on the cluster's pods was not looked for, or nil.
  package let unknownPods: String?

  /// - Parameters:
  ///   - places: the file and line of each object, by its path in the state.
  ///   - namespace: only policies of it, where it is given.
  ///   - severity: what a finding must weigh at least.
  ///   - ignored: codes that are left out.
  package init(
    _ analysis: ReachabilityAnalysis, places: [String: (file: String, line: Int?)] = [:],
    namespace: String? = nil, severity: LintSeverity = .info, ignored: Set<LintCode> = []
  ) {
    let linter = Linter(analysis.engine, analysis.set, analysis.state)
    let inScope = linter.findings.filter { finding in
      !ignored.contains(finding.code) && (namespace == nil || finding.policy.namespace == namespace)
    }
    let wanted = inScope.filter { $0.severity >= severity }
    var lines = ManifestLines()
    entries = wanted.map { finding in
      guard let place = places[finding.policy.path] else { return Entry(finding: finding, file: nil, line: nil) }
      return Entry(
        finding: finding, file: place.file,
        line: lines.line(of: finding.path, in: finding.policy, file: place.file, near: place.line))
    }
    lighterCount = inScope.count - wanted.count
    unknownPods = linter.unknownPods
  }
}
