internal import ClusterReader
internal import HistoryIndex
internal import KubeModel
internal import Reachability

/// Answers a question in states that are put together from the versions that matter to it.
final class ConnectionEvaluator {
  private let question: ConnectionQuestion
  private let cluster: String
  private let objects: VersionReader
  private let coverage: KnownCoverage
  /// How many states were evaluated.
  private(set) var count = 0

  init(_ question: ConnectionQuestion, cluster: String, _ objects: VersionReader, _ coverage: KnownCoverage) {
    self.question = question
    self.cluster = cluster
    self.objects = objects
    self.coverage = coverage
  }

  /// A state with the ends of the connection in it.
  struct Found {
    let analysis: ReachabilityAnalysis
    let sources: [PlaceReference.Candidate]
    let destinations: [PlaceReference.Candidate]

    var pairs: [(source: PlaceReference.Candidate, destination: PlaceReference.Candidate)] {
      sources.flatMap { source in destinations.map { (source, $0) } }
    }

    func outcome(_ point: TrafficPoint) -> ConnectionOutcome {
      guard !sources.isEmpty, !destinations.isEmpty else {
        return .missing(source: sources.isEmpty, destination: destinations.isEmpty)
      }
      return .verdict(.combined(pairs.map { analysis.verdict($0.source, $0.destination, point) }))
    }

    func answers(_ point: TrafficPoint) -> [ConnectionAnswer] {
      pairs.map { analysis.answer($0.source, $0.destination, point) }
    }
  }

  /// The state of these versions.
  ///
  /// - Parameter reading: the place of the last reading that saw it.
  func find(in versions: some Sequence<ObjectStep>, at reading: Int64?) throws -> Found {
    try find(in: versions, coverage.coverage(at: reading))
  }

  func find(in versions: some Sequence<ObjectStep>, _ coverage: [KindCoverage]) throws -> Found {
    count += 1
    var enforcement = ClusterState.Enforcement(basis: .unknown, cni: nil, detail: "")
    var ranges = ClusterState.Ranges()
    var entries: [ClusterState.Entry] = []
    for step in versions.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      guard let stored = try objects.object(step) else { continue }
      if stored.type == StoredObject.clusterType {
        let facts = ClusterFacts(stored.object)
        (enforcement, ranges) = (facts.enforcement, facts.ranges)
      } else {
        entries.append(ClusterState.Entry(object: stored.object, type: stored.type, path: step.path))
      }
    }
    let state = ClusterState(
      cluster: cluster, entries: entries, coverage: coverage, enforcement: enforcement, ranges: ranges)
    let semantics = Semantics(
      question.profile ?? Semantics.Profile(of: state), ipBlocks: question.ipBlocks, decidesSelf: question.decidesSelf)
    let analysis = ReachabilityAnalysis(state, semantics)
    let places = PlaceReference(analysis)
    return Found(
      analysis: analysis, sources: try places.present(question.source, namespace: question.namespace),
      destinations: try places.present(question.destination, namespace: question.namespace))
  }
}
