import AmbitKit
import Reachability
struct ExposureTable {
  let text = ""
  init(_ report: ExposureReport, _ selection: WorkloadSelection, _ direction: Direction?) {}
}
