import AmbitKit
import ArgumentParser
import KubeModel
import Reachability

/// How connections are printed.
enum ConnectionFormat: String, ExpressibleByArgument, CaseIterable {
  case table, txt, md, csv, json, dot, svg
}

struct ConnectionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections", abstract: "List who can talk to whom, as the policies permit it",
    discussion: """
      Connections between workloads, and between workloads and addresses outside. The table also shows what \
      is conditional, ambiguous or unknown; txt, md, csv, json and dot list what is permitted, in the format of \
      netpol-analyzer.

      Example: ambit connections --from shop/web --at 2026-11-23
      """)

  @OptionGroup var options: ReachabilityOptions
  @OptionGroup var namespaces: NamespaceOptions

  @Option(name: [.short, .long], help: "The format: table, txt, md, csv, json, dot or svg")
  var output: ConnectionFormat = .table

  @Option(name: .long, help: ArgumentHelp("Only connections from this workload: NAME, NAMESPACE/NAME, or NAMESPACE/", valueName: "workload"))
  var from: String?

  @Option(name: .long, help: ArgumentHelp("Only connections to this workload", valueName: "workload"))
  var to: String?

  @Option(name: .long, help: ArgumentHelp("Only connections from or to this workload (can be repeated)", valueName: "workload"))
  var focus: [String] = []

  @Flag(name: .long, help: "Only connections with addresses outside of the cluster") var external = false

  func run() throws {
    let (analysis, isWhole) = try options.analysis()
    var list = ConnectionList(analysis)
    for warning in list.warnings { Terminal.note("Warning: \(warning)") }
    list.filter(from: from, to: to, focus: focus, namespace: namespaces.namespace, isExternal: external)
    Terminal.print(list.text(output))
    if !isWhole { throw ExitCode(2) }
  }
}
