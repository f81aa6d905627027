import ArgumentParser
import Reachability

/// Which connections are wanted, in netpol-analyzer's terms.
struct FocusOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only connections of this workload: NAME, NAMESPACE/NAME, NAMESPACE/ or ingress-controller; several by commas (can be repeated)",
      valueName: "workload"))
  var focus: [String] = []

  @Option(name: .long, help: ArgumentHelp("Only this direction, as the workloads of --focus see it: ingress or egress", valueName: "direction"))
  var focusDirection: Direction?

  @Option(
    name: .long,
    help: ArgumentHelp("Only whether this traffic passes, such as tcp-80", valueName: "protocol-port"))
  var focusConn: TrafficPoint?

  /// What `--focus` names.
  var patterns: [WorkloadPattern] { WorkloadPattern.all(focus) }
}

/// Workloads by name: `NAME`, `NAMESPACE/NAME`, or `NAMESPACE/` for all of a namespace.
struct WorkloadPattern {
  private let text: String

  init(_ text: String) { self.text = text }

  static func all(_ texts: [String]) -> [WorkloadPattern] {
    texts.flatMap { $0.split(separator: ",") }.map { WorkloadPattern(String($0)) }
  }

  func matches(namespace: String, name: String) -> Bool {
    if text.hasSuffix("/") { return text.dropLast() == namespace }
    return text == name || text == "\(namespace)/\(name)"
  }

  /// Whether it means an end that is no workload, such as `{ingress-controller}`.
  func matches(other title: String) -> Bool { title == "{\(text)}" }
}

extension Direction: ExpressibleByArgument {}

extension TrafficPoint: ExpressibleByArgument {
  /// Reads `tcp-80`, and what the type reads else.
  package init?(argument: String) {
    self.init(argument.replacing("-", with: "/", maxReplacements: 1))
  }

  /// `TCP 80`
  var connectionText: String { "\(transport.name) \(port)" }
}
