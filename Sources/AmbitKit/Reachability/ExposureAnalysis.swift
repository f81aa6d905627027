package import Reachability

/// What reaches each workload and what each reaches, beyond the pods that are there.
package struct ExposureAnalysis {
  package let analysis: ReachabilityAnalysis
  package let exposure: Exposure

  package init(_ analysis: ReachabilityAnalysis, matching: Representative.Matching) {
    self.analysis = analysis
    exposure = Exposure(
      analysis.model, analysis.set.policies, analysis.engine.semantics,
      peers: RulePeer.all(of: analysis.engine.policies, analysis.state, analysis.model), matching: matching)
  }
}
