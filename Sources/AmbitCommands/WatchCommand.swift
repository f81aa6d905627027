import AmbitKit
import ArgumentParser
import ClusterReader
import Foundation
import KubeModel
import SnapshotStore

struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Follow a cluster and record each change within seconds",
    discussion: """
      Reads the cluster once and follows it from there; each change becomes a snapshot, and an observation is \
      recorded at each interval, also where nothing changed. What a server or a kind does not give for a while \
      stays as it was and is marked. Runs until SIGTERM (exit code 0) or Ctrl-C (130).

      Example: ambit watch --cluster prod --every 5m --listen 127.0.0.1:9464
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var live: LiveOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var signing: SigningOptions

  @Option(name: .long, help: ArgumentHelp("Between two observations, such as 90s, 5m or 1h", valueName: "time"))
  var every = TimeSpan(.seconds(300))

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Follow an audit log, also across its rotation; changes that it tells become commits of their own", valueName: "file"))
  var auditLog: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Answer /healthz and /metrics on this address, such as 127.0.0.1:9464", valueName: "address"))
  var listen: String?

  @Flag(name: .long, help: "Let --listen name an address that other machines can reach")
  var listenAnywhere = false

  @Option(
    name: .long,
    help: ArgumentHelp("Post a JSON document to this URL for each snapshot (environment: AMBIT_NOTIFY_URL)", valueName: "url"))
  var notify: String?

  @Flag(name: .shortAndLong, help: "Tell observations without changes too")
  var verbose = false

  func validate() throws {
    if every.duration < .seconds(1) { throw ValidationError("--every is at least a second") }
    if listen == nil && listenAnywhere { throw ValidationError("--listen-anywhere goes with --listen") }
    if let address = try listenAddress(), !address.isLoopback, !listenAnywhere {
      throw ValidationError("\(address.text) can be reached by other machines; say --listen-anywhere if it shall")
    }
    _ = try noticeAddress()
  }

  private func listenAddress() throws -> ListenAddress? {
    try listen.map { text in
      guard let address = ListenAddress(text) else {
        throw ValidationError("'\(text)' is no address to listen on; write it as 127.0.0.1:9464")
      }
      return address
    }
  }

  private func noticeAddress() throws -> NoticeAddress? {
    let text = notify ?? ProcessInfo.processInfo.environment["AMBIT_NOTIFY_URL"].flatMap { $0.isEmpty ? nil : $0 }
    return try text.map { text in
      guard let address = NoticeAddress(text) else {
        throw ValidationError("the URL for notices is none with http:// or https://")
      }
      return address
    }
  }

  func run() async throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    let connection = try LiveConnection.resolve(live)
    var options = Watcher.Options(cluster: live.cluster ?? LiveConnection.clusterName(of: connection))
    options.namespace = namespaces.namespace
    options.acceptsNewCluster = live.acceptNewCluster
    options.believedLoss = live.believeLoss
    options.auditLogs = auditLog
    LiveConnection.tellNotes(of: connection)
    let log = WatchLog(cluster: options.cluster, isVerbose: verbose)
    let notifier = try notifier(ambit, options.cluster, log)
    let health = WatchHealth(interval: every.duration, now: { Moment.now }, notifier)
    let server = try await serve(health, log)
    let posting = Task { await notifier?.run() }
    defer { posting.cancel() }
    let signals = StopSignals()
    var watchOptions = ClusterWatch.Options()
    watchOptions.namespace = namespaces.namespace
    watchOptions.interval = every.duration
    try await LiveConnection.withClient(connection) { client in
      try await ClusterWatch.with(client, watchOptions) { watch in
        signals.onSignal(watch.stop)
        let watcher = Watcher(
          ambit, options,
          Watcher.Surroundings(
            stopwatch: {
              let stopwatch = Stopwatch()
              return { stopwatch.time }
            },
            readAgain: { [namespace = namespaces.namespace] in
              try await LiveConnection.read(connection, namespace: namespace, known: .none)
            },
            maintain: { await Maintainer(ambit, variables: ProcessInfo.processInfo.environment).runIfDue() },
            tell: { event in
              log.tell(event)
              if case .recorded(let recorded) = event { notifier?.take(recorded) }
              ambit.tellNotes()
            }))
        try await watcher.run(watch, health)
      }
    }
    await server?.stop()
    if signals.last == SIGINT { throw ExitCode(130) }
  }

  private func notifier(_ ambit: Ambit, _ cluster: String, _ log: WatchLog) throws -> Notifier? {
    guard let address = try noticeAddress() else { return nil }
    return Notifier(
      store: ambit.store.path, cluster: cluster,
      post: { json in try await address.post(json, userAgent: LiveConnection.userAgent, within: .seconds(10)) },
      tell: { (event: Notifier.Event) in log.tell(event) })
  }

  private func serve(_ health: WatchHealth, _ log: WatchLog) async throws -> StatusServer? {
    guard let address = try listenAddress() else { return nil }
    let server = try await StatusServer.start(address) { path in
      switch path {
      case "/healthz":
        let complaints = health.complaints.map { HiddenText.escaped($0) }
        return complaints.isEmpty
          ? StatusServer.Answer(text: "ok\n")
          : StatusServer.Answer(status: 503, text: complaints.joined(separator: "\n") + "\n")
      case "/metrics":
        return StatusServer.Answer(contentType: "text/plain; version=0.0.4; charset=utf-8", text: health.metrics)
      default: return nil
      }
    }
    log.tell(listening: ListenAddress(host: address.host, port: server.port).text)
    return server
  }
}
