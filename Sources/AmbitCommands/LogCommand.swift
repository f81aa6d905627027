import AmbitKit
import ArgumentParser
import HistoryIndex
import KubeModel
import Reviews

struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Show what changed, when, and by whom",
    discussion: """
      One line per change, newest first. A change happened between the reading before and the one that saw \
      it. An actor marked `tool:` comes from the object's field managers: a program's own word, no person. Others \
      come from audit logs (`ambit attribute`), as do changes marked `(log)`, which no reading saw.

      Where the store holds reviews, each change tells what is known of its approval. --unreviewed lists what no one \
      else approved before it was made: also what was approved afterwards, and what cannot be told.

      Example: ambit log netpol/allow-web -n shop --since 2026-11-01
      """)

  @Argument(help: "KIND/NAME, or a kind; everything if left out") var what: String?
  @OptionGroup var moment: MomentOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("Changes seen at or after this moment", valueName: "when"))
  var since: String?

  @Option(name: .long, help: ArgumentHelp("Changes seen at or before this moment", valueName: "when"))
  var until: String?

  @Option(name: [.customShort("l"), .long], help: "At most this many")
  var limit: Int?

  @Flag(name: .long, help: "Every reading with its coverage, and the gaps between them")
  var observations = false

  @Flag(name: .long, help: "Every write request that audit logs tell of, also refused ones and dry runs")
  var requests = false

  @Flag(name: .long, help: "Of the requests, those that changed nothing: refused, dry runs, without an outcome")
  var attempts = false

  @Flag(name: .long, help: "Only changes that are not known to be approved by someone else before they were made")
  var unreviewed = false

  @Flag(name: .long, help: "What Ambit itself did in the store, by whom, newest first")
  var journal = false

  func validate() throws {
    if unreviewed && (observations || requests || attempts || journal) {
      throw ValidationError("--unreviewed lists changes: leave out --observations, --requests, --attempts and --journal")
    }
    if journal && (observations || requests || attempts || what != nil || namespaces.namespace != nil || moment.at != nil || since != nil || until != nil) {
      throw ValidationError("--journal lists what was done in the store; it goes with --limit only")
    }
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    if observations && (requests || attempts) {
      throw ValidationError("--observations lists readings; --requests and --attempts list what audit logs tell")
    }
    if observations && (what != nil || namespaces.namespace != nil) {
      throw ValidationError("--observations lists readings: leave out KIND/NAME and --namespace")
    }
    if moment.at != nil && until != nil { throw ValidationError("--at and --until exclude each other") }
  }

  func run() throws {
    if journal {
      let entries = try Journal(moment.cluster.store.open()).entries().reversed().prefix(limit ?? .max)
      return JournalOutput.output(Array(entries)).print(output.output)
    }
    let history = try moment.cluster.history()
    let cluster = history.cluster
    var filter = HistoryView.Filter()
    filter.since = try bound(since, history, .start)
    filter.until = try bound(until, history, .end)
    let point = try moment.at.map { try history.point($0) }
    if observations {
      filter.until = filter.until ?? point?.moment.milliseconds
      let found = try history.ambit.index.read { [filter] in
        try $0.observations(cluster, since: filter.since, until: filter.until)
      }
      return ObservationOutput.output(found.suffix(limit ?? .max), cluster: cluster).print(output.output)
    }
    filter.last = point?.snapshot.commit
    // What is reviewed is passed over before the rest is counted.
    filter.limit = unreviewed ? nil : limit
    filter.namespace = namespaces.namespace
    if let what {
      if what.contains("/") {
        let id = try history.object(named: ObjectReference(what, namespace: namespaces.namespace))
        filter.group = id.group
        filter.resource = id.resource
        filter.namespace = id.namespace
        filter.name = id.name
      } else {
        let type = try ObjectReference.type(what)
        let recorded = type.role == .folded ? ResourceCatalog.workloads : type
        filter.group = recorded.group
        filter.resource = recorded.resource
        if type.role == .folded { filter.namePrefix = "\(type.kind.lowercased())." }
      }
    }
    var records = HistoryView.RecordFilter(filter)
    records.until = records.until ?? point.map { $0.moment.milliseconds * 1000 + 999 }
    records.limit = limit
    if requests || attempts {
      if attempts { records.effects = ["refused", "dry-run", "unfinished"] }
      let found = try history.ambit.index.read { [records] in try $0.records(cluster, records) }
      return RequestOutput.output(found, cluster: cluster).print(output.output)
    }
    records.isUnseen = true
    let (entries, unseen) = try history.ambit.index.read { [filter, records] in
      (try $0.changes(cluster, filter), try $0.records(cluster, records))
    }
    var shown = entries
    var verdicts: [ReviewVerdict]?
    if try unreviewed || !ReviewBook(history.ambit).isEmpty {
      var rows = Array(zip(entries, try ReviewHistory(history).verdicts(on: entries)))
      if unreviewed { rows = rows.filter { ![.reviewed, .notNeeded].contains($0.1.status) } }
      (shown, verdicts) = (rows.map(\.0), rows.map(\.1))
    }
    let origins = GitOpsOrigins(history)
    var found: [Int: GitOpsOrigins.Origin] = [:]
    for (place, entry) in shown.prefix(limit ?? .max).enumerated() { found[place] = try origins.origin(of: entry) }
    LogOutput.changes(shown, reviews: verdicts, origins: found, unseen: unseen, limit: limit, cluster: cluster)
      .print(output.output)
  }

  private func bound(_ text: String?, _ history: ClusterHistory, _ day: Moment.DayEnd) throws -> Int64? {
    guard let text else { return nil }
    return try Moment(text, now: history.now, day: day)?.milliseconds
      ?? history.point(text).moment.milliseconds
  }
}
