import AmbitKit
import ArgumentParser
import Foundation
import KubeModel

/// Where the store is.
struct StoreOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The store's path (environment: AMBIT_STORE)", valueName: "path"))
  var store: String?

  /// `--store`, `$AMBIT_STORE`, `$XDG_DATA_HOME/ambit/store.git`, `~/.local/share/ambit/store.git`.
  var path: String {
    let environment = ProcessInfo.processInfo.environment
    if let path = store ?? environment["AMBIT_STORE"], !path.isEmpty { return path }
    let data =
      environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? "\(environment["HOME"] ?? ".")/.local/share"
    return "\(data)/ambit/store.git"
  }

  func open() throws -> Ambit { try Ambit(path: path) }
}

extension Ambit {
  /// Tells what the operator should know, such as an index that was made again.
  func tellNotes() {
    for note in takeNotes() { Terminal.note("Note: \(note)") }
  }
}

/// Which cluster of the store.
struct ClusterOptions: ParsableArguments {
  @OptionGroup var store: StoreOptions

  @Option(
    name: .long,
    help: ArgumentHelp("The cluster; may be left out where the store has one", valueName: "name"))
  var cluster: String?

  func history() throws -> ClusterHistory {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    return try ClusterHistory(ambit, cluster: cluster, now: .now)
  }
}

/// Which moment of its history.
struct MomentOptions: ParsableArguments {
  @OptionGroup var cluster: ClusterOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The moment: RFC 3339, a date, '2h ago', or a revision", valueName: "when"))
  var at: String?
}

/// How results are printed.
struct OutputOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "The format: table, json, yaml or csv")
  var output: OutputFormat = .table
}

/// Which namespaces.
struct NamespaceOptions: ParsableArguments {
  @Option(name: [.short, .long], help: ArgumentHelp("Only this namespace", valueName: "name"))
  var namespace: String?

  @Flag(name: [.customShort("A"), .long], help: "All namespaces, which is the default")
  var allNamespaces = false

  func validate() throws {
    if namespace != nil && allNamespaces {
      throw ValidationError("--namespace and --all-namespaces exclude each other")
    }
  }
}

extension Moment {
  /// The clock; read in commands only.
  static var now: Moment { Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}

extension Journal.Operator {
  /// Who runs this command, as the system says; read in commands only.
  static var current: Journal.Operator {
    Journal.Operator(user: NSUserName(), host: ProcessInfo.processInfo.hostName)
  }
}
