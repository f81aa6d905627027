internal import KubeModel

/// Adds up what was read and how far it reaches.
struct ReadingAssembler {
  var coverage: [KindCoverage]
  var source: Reading.Source
  var scope: String?
  var serverVersion: String?
  /// Settings of the CNI from allow-listed ConfigMap keys; nil where none could be read.
  var settings: [String: String]?
  var skipped = Skipped()
  var notes: [String] = []
  var isOneInstant: Bool
  var isIntact = true

  /// - Parameter diagnostics: problems that were met before objects became parts.
  func reading(of parts: ReadingParts, diagnostics: [Diagnostic] = []) -> Reading {
    var parts = parts
    parts.settle()
    return Reading(
      objects: parts.objects(), carried: parts.carried, known: parts.known, coverage: coverage, facts: facts(parts.traits), source: source,
      isOneInstant: isOneInstant, isIntact: isIntact && parts.diagnostics.isEmpty,
      diagnostics: diagnostics + parts.diagnostics, skipped: skipped,
      notes: notes)
  }

  func facts(_ traits: ClusterTraits) -> ClusterFacts {
    let readDaemonSets = coverage.contains {
      $0.group == "apps" && $0.resource == "daemonsets" && $0.unreadReason == nil
    }
    return ClusterFacts(
      uid: traits.uid, serverVersion: serverVersion, scope: scope.map { [$0] },
      enforcement: EnforcementDetector.enforcement(
        daemonSets: readDaemonSets ? traits.daemonSets.sorted() : nil, settings: settings),
      enforcementSettings: settings ?? [:], podRanges: traits.podRanges.sorted(),
      serviceRanges: traits.serviceRanges.sorted(), nodeAddresses: traits.nodeAddresses.sorted(),
      unmodelledKinds: [])
  }
}
