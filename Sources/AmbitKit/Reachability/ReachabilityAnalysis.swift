package import KubeModel
package import Reachability

/// The engine over one state, with what was found out on the way.
package struct ReachabilityAnalysis {
  package let state: ClusterState
  package let model: ClusterModel
  package let set: PolicySet
  package let engine: ReachabilityEngine

  /// - Parameter representatives: pods that may yet be deployed and are asked about too; an arbitrary one always is.
  package init(_ state: ClusterState, _ semantics: Semantics, representatives: [Representative] = []) {
    self.init(state, PolicySet(state, semantics), semantics, representatives: representatives)
  }

  /// The engine over policies that were read already.
  ///
  /// - Parameter cutBy: policies of another state, whose addresses are told apart too.
  init(
    _ state: ClusterState, _ set: PolicySet, _ semantics: Semantics, representatives: [Representative] = [],
    cutBy others: [Policy] = []
  ) {
    self.state = state
    self.set = set
    model = ClusterModel(state)
    engine = ReachabilityEngine(
      model, set.policies, semantics, representatives: [.arbitrary] + representatives, nodePolicies: set.nodePolicies,
      cutBy: others)
  }

  /// Where traffic from outside arrives.
  package func entryPoints() -> EntryPoints { EntryPoints(state, model) }
}
