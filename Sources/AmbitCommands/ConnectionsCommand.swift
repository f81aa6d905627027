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

  @OptionGroup var focus: FocusOptions

  @Option(name: .long, help: ArgumentHelp("Only connections of the workloads of --focus with this one; several by commas (can be repeated)", valueName: "workload"))
  var focusPeer: [String] = []

  @Flag(name: .long, help: "Only connections with addresses outside of the cluster") var external = false

  func validate() throws {
    guard focus.focus.isEmpty else { return }
    if !focusPeer.isEmpty { throw ValidationError("--focus-peer needs --focus") }
    if focus.focusDirection != nil { throw ValidationError("--focus-direction needs --focus") }
  }

  func run() throws {
    let (analysis, isWhole) = try options.analysis()
    var list = ConnectionList(analysis)
    for warning in list.warnings { Terminal.note("Warning: \(warning)") }
    list.filter(from: from, to: to, namespace: namespaces.namespace, isExternal: external)
    list.filter(focus, peers: WorkloadPattern.all(focusPeer))
    Terminal.print(list.text(output))
    if !isWhole { throw ExitCode(2) }
  }
}
