import AmbitKit
import EngineCourt
import KubeModel
import Reachability
import ReferenceEvaluator
import Testing

/// Differences of connections, on random clusters of which one or two policies change.
@Suite struct ConnectionDiffTests {
  private struct Case {
    let old: ClusterState
    let new: ClusterState
    let semantics: Reachability.Semantics

    /// The second half of the policies of one seed, and of another.
    init(_ seed: UInt64) {
      let profiles: [(Reachability.Semantics.Profile, Set<RandomCluster.PolicyKind>)] = [
        (.kubernetes, [.networkPolicy, .adminNetworkPolicy]), (.calico, [.networkPolicy, .calico]),
        (.cilium, [.cilium, .networkPolicy]), (.ovn, [.networkPolicy, .clusterNetworkPolicy]),
      ]
      let (profile, kinds) = profiles[Int(seed % 4)]
      semantics = Reachability.Semantics(profile)
      let first = RandomCluster(seed: seed, kinds: kinds).objects
      let second = RandomCluster(seed: seed + 1_000, kinds: kinds).objects.filter(Case.isPolicy)
      let policies = first.filter(Case.isPolicy)
      let kept = Array(policies.prefix((policies.count + 1) / 2))
      let names = Set(kept.map { "\($0.kind)/\($0.namespace ?? "")/\($0.name)" })
      let come = second.filter { !names.contains("\($0.kind)/\($0.namespace ?? "")/\($0.name)") }.prefix(2)
      old = EngineCourt.state(first)
      new = EngineCourt.state(first.filter { !Case.isPolicy($0) } + kept + come)
    }

    private static func isPolicy(_ object: KubeObject) -> Bool { object.kind.hasSuffix("NetworkPolicy") }
  }

  private struct Pair: Hashable {
    let source: String
    let destination: String
  }

  /// What passes between ends, with the ranges of addresses outside as addresses of them.
  private static func listing(_ changes: [ConnectionDiff.Change], _ traffic: (ConnectionDiff.Change) -> TrafficSet) -> [Pair: TrafficSet] {
    var found: [Pair: TrafficSet] = [:]
    for change in changes {
      for source in ends(change.source) {
        for destination in ends(change.destination) where !traffic(change).isEmpty {
          found[Pair(source: source, destination: destination)] = traffic(change)
        }
      }
    }
    return found
  }

  /// IPv6 is listed where a policy speaks of it, which one of two states may do alone.
  private static let addresses = ["0.0.0.1", "10.0.0.1", "172.18.0.1", "198.51.100.7", "198.51.100.130", "203.0.113.9"]

  private static func ends(_ title: String) -> [String] {
    guard title.hasSuffix("[External]") else { return [title] }
    let parts = title.dropLast("[External]".count).split(separator: "-").compactMap { IPRange(String($0)) }
    guard parts.count == 2 else { return [title] }
    let range = IPRange(parts[0].family, parts[0].low, parts[1].high)
    return addresses.filter { IPRange($0).map(range.contains) ?? false }
  }

  private static let seeds = Array(UInt64(1)...UInt64(60))

  @Test(arguments: seeds) func `a difference put upon the older state gives the newer`(_ seed: UInt64) {
    let given = Case(seed)
    let old = ConnectionDiff(given.old, given.old, given.semantics, keepsUnchanged: true).unchanged
    let new = ConnectionDiff(given.new, given.new, given.semantics, keepsUnchanged: true).unchanged
    var listing = ConnectionDiffTests.listing(old, \.old)
    for (pair, traffic) in ConnectionDiffTests.listing(ConnectionDiff(given.old, given.new, given.semantics).changes, { $0.new.isEmpty ? $0.old : $0.new }) {
      listing[pair] = traffic
    }
    let removed = ConnectionDiff(given.old, given.new, given.semantics).changes.filter { $0.kind == .removed }
    for pair in ConnectionDiffTests.listing(removed, \.old).keys { listing[pair] = nil }
    #expect(listing == ConnectionDiffTests.listing(new, \.new))
  }

  /// Where only policies differ, rows that they do not touch are not evaluated.
  @Test(arguments: seeds) func `a short way to a difference leads to the same`(_ seed: UInt64) {
    let given = Case(seed)
    func lines(_ diff: ConnectionDiff) -> [String] {
      diff.changes.map { "\($0.kind) \($0.source) \($0.destination) \($0.old.connectionText) \($0.new.connectionText)" }
    }
    #expect(
      lines(ConnectionDiff(given.old, given.new, given.semantics))
        == lines(ConnectionDiff(given.old, given.new, given.semantics, keepsUnchanged: true)))
  }
}
