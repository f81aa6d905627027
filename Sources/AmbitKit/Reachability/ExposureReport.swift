import Reachability
package struct ExposureReport {
  package init(_ analysis: ExposureAnalysis) {}
}
