import AmbitKit
import ArgumentParser
import KubeModel
import Reachability

/// How exposure is printed.
enum ExposureFormat: String, ExpressibleByArgument, CaseIterable {
  case table, txt, md, csv, json
}

struct ExposureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exposure", abstract: "List what workloads are open to beyond the pods that are there",
    discussion: """
      For each workload, what passes from and to anywhere, addresses outside, other namespaces, and pods that \
      may yet be deployed; and what leads to it from outside: an Ingress, a Route, a Gateway, a Service, a \
      port of its node. txt, md, csv and json are in the format of netpol-analyzer's exposure analysis.

      Example: ambit exposure --focus shop/web
      """)

  @OptionGroup var options: ReachabilityOptions
  @OptionGroup var namespaces: NamespaceOptions

  @Option(name: [.short, .long], help: "The format: table, txt, md, csv or json")
  var output: ExposureFormat = .table

  @Option(name: .long, help: ArgumentHelp("Only this workload: NAME, NAMESPACE/NAME, or NAMESPACE/ (can be repeated)", valueName: "workload"))
  var focus: [String] = []

  @Option(name: .long, help: "Only one direction: ingress or egress")
  var direction: Direction?

  func run() throws {
    let (analysis, isWhole) = try options.analysis()
    let selection = WorkloadSelection(focus: focus, namespace: namespaces.namespace)
    switch output {
    case .table:
      let report = ExposureReport(ExposureAnalysis(analysis, matching: .implied)) { workload, way in
        selection.includes(workload) && (direction == nil || direction == way)
      }
      Terminal.print(ExposureTable(report).text)
    case .txt, .md, .csv, .json:
      var connections = ConnectionList(analysis)
      for warning in connections.warnings { Terminal.note("Warning: \(warning)") }
      connections.filter(
        from: nil, to: nil, focus: focus, namespace: namespaces.namespace, isExternal: false)
      let list = ExposureList(
        ExposureAnalysis(analysis, matching: .equal), connections, selection, direction)
      Terminal.print(list.text(output))
    }
    if !isWhole { throw ExitCode(2) }
  }
}

extension Direction: ExpressibleByArgument {}

/// Which workloads an answer is wanted for.
struct WorkloadSelection {
  let focus: [String]
  let namespace: String?

  func includes(_ workload: Workload) -> Bool {
    if let namespace, workload.namespace != namespace { return false }
    guard !focus.isEmpty else { return true }
    return focus.contains { wanted in
      if wanted.hasSuffix("/") { return wanted.dropLast() == workload.namespace }
      return wanted == workload.name || wanted == "\(workload.namespace)/\(workload.name)"
    }
  }
}
