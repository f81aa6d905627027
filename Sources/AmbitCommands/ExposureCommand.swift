import AmbitKit
import ArgumentParser
import KubeModel
import Reachability

/// How exposure is printed.
enum ExposureFormat: String, ExpressibleByArgument, CaseIterable {
  case table, txt, md, csv, json, dot
}

struct ExposureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exposure", abstract: "List what workloads are open to beyond the pods that are there",
    discussion: """
      For each workload, what passes from and to anywhere, addresses outside, other namespaces, and pods that \
      may yet be deployed; and what leads to it from outside: an Ingress, a Route, a Gateway, a Service, a \
      port of its node. txt, md, csv, json and dot are in the format of netpol-analyzer's exposure analysis.

      Example: ambit exposure --focus shop/web
      """)

  @OptionGroup var options: ReachabilityOptions
  @OptionGroup var namespaces: NamespaceOptions

  @Option(name: [.short, .long], help: "The format: table, txt, md, csv, json or dot")
  var output: ExposureFormat = .table

  @OptionGroup var focus: FocusOptions

  func run() throws {
    let (analysis, isWhole) = try options.analysis()
    let selection = WorkloadSelection(focus: focus.patterns, namespace: namespaces.namespace)
    let direction = focus.focusDirection
    switch output {
    case .table:
      let report = ExposureReport(
        ExposureAnalysis(analysis, matching: .implied), on: focus.focusConn.map { TrafficSet($0) }
      ) { workload, way in
        selection.includes(workload) && (direction == nil || direction == way)
      }
      Terminal.print(ExposureTable(report).text)
    case .txt, .md, .csv, .json, .dot:
      var connections = ConnectionList(analysis)
      for warning in connections.warnings { Terminal.note("Warning: \(warning)") }
      connections.filter(namespace: namespaces.namespace)
      connections.filter(focus)
      let list = ExposureList(
        ExposureAnalysis(analysis, matching: .equal), connections, selection, direction)
      Terminal.print(list.text(output))
    }
    if !isWhole { throw ExitCode(2) }
  }
}

/// Which workloads an answer is wanted for.
struct WorkloadSelection {
  let focus: [WorkloadPattern]
  let namespace: String?

  func includes(_ workload: Workload) -> Bool {
    if let namespace, workload.namespace != namespace { return false }
    return focus.isEmpty || focus.contains { $0.matches(namespace: workload.namespace, name: workload.name) }
  }
}
