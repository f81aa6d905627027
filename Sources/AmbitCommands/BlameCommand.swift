import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel
import Reachability

extension TrafficSet.Transport: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public static var allValueStrings: [String] { allCases.map { $0.name.lowercased() } }
}

struct BlameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Show which change brought each line or rule of an object, or opened and closed a connection",
    usage: """
      ambit blame <object> [--rules [--gone]] [<options>]
      ambit blame --from <src> --to <dst> --port <port> [--first] [<options>]
      """,
    discussion: """
      With --rules, the rules of a policy in words instead of its lines: neither their order, nor their spelling, nor a \
      deletion that was undone changes who added one. --gone lists those that were taken away too, and by whom.

      With --from, --to and --port, the changes after which a connection became permitted or ceased to be, newest \
      first, and the rule that decides now; with --first only the opening that still stands. Ends are named as for \
      `ambit explain`: NAMESPACE/NAME, NAMESPACE/key=value,…, NAMESPACE/, an address, a block, or the word outside.

      An actor marked `tool:` is the field manager that wrote the object last before that reading: a program's \
      own word with a resolution of seconds, no person, and not per line.

      Example: ambit blame netpol/allow-web -n shop --rules
      Example: ambit blame --from shop/web --to shop/db --port 5432
      """)

  @Argument(help: "KIND/NAME") var object: String?
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var meaning: SemanticsOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Blame the rules of a policy, and not its lines")
  var rules = false

  @Flag(name: .long, help: "With --rules: those too that were taken away")
  var gone = false

  @Option(name: .long, help: ArgumentHelp("Blame a connection: where it begins", valueName: "src"))
  var from: String?

  @Option(name: .long, help: ArgumentHelp("Where it ends", valueName: "dst"))
  var to: String?

  @Option(name: .long, help: ArgumentHelp("Its port, such as 443 or UDP/53", valueName: "port"))
  var port: String?

  @Option(name: .customLong("protocol"), help: ArgumentHelp("Its protocol: tcp, udp or sctp", valueName: "name"))
  var transport: TrafficSet.Transport?

  @Flag(name: .long, help: "With --from and --to: only the opening that still stands")
  var first = false

  func validate() throws {
    if gone && !rules { throw ValidationError("--gone lists rules: it goes with --rules") }
    let parts = [from, to, port].compactMap(\.self).count
    if object == nil && parts < 3 { throw ValidationError("name KIND/NAME, or a connection with --from, --to and --port") }
    if object != nil && parts > 0 { throw ValidationError("KIND/NAME and a connection exclude each other") }
    if object == nil && rules { throw ValidationError("--rules goes with KIND/NAME") }
    if object != nil && (first || transport != nil) {
      throw ValidationError("--first and --protocol go with --from, --to and --port")
    }
  }

  func run() throws {
    let history = try moment.cluster.history()
    try result(history).print(output.output)
  }

  private func result(_ history: ClusterHistory) throws -> Output {
    guard let object else { return try connection(history) }
    let id = try history.object(named: ObjectReference(object, namespace: namespaces.namespace))
    let point = try history.point(moment.at)
    guard rules else { return BlameOutput.output(try Blame(id, in: history, at: point), cluster: history.cluster) }
    return RuleBlameOutput.output(
      try RuleBlame(id, in: history, at: point, includesGone: gone), cluster: history.cluster, includesGone: gone)
  }

  private func connection(_ history: ClusterHistory) throws -> Output {
    let text = port ?? ""
    let stated = text.contains("/") ? text : "\(transport?.name ?? "TCP")/\(text)"
    guard let point = TrafficPoint(stated), transport == nil || transport == point.transport else {
      throw AmbitError(
        .usage, "'\(HiddenText.escaped(stated))' is no port, or not of that protocol",
        hint: "write --port 443, --port UDP/53, or --port 53 --protocol udp")
    }
    let question = ConnectionQuestion(
      from: from ?? "", to: to ?? "", point, namespace: namespaces.namespace, profile: meaning.semantics,
      ipBlocks: meaning.ipblock, decidesSelf: meaning.selfTraffic == .policy)
    let blame = try ConnectionBlame(question, in: history, at: history.point(moment.at), first ? .opening : .all)
    return ConnectionBlameOutput(blame: blame, cluster: history.cluster, isOpeningOnly: first).output
  }
}
