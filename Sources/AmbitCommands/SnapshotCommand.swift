import AmbitKit
import ArgumentParser
import ClusterReader
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Record a reading of a cluster",
    discussion: """
      Reads the cluster of the kubeconfig's current context, or files with --from. Nothing is ever written \
      to the cluster. A kind that cannot be read is kept as it was and marked. A kind that lost most of its \
      objects is read again on a new connection; what is lost then too is recorded, flagged, and ends with 1.

      Example: kubectl get ns,no,svc,po,rs,deploy,sts,ds,job,cj,netpol -A -o json | ambit snapshot --from - --cluster prod
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var live: LiveOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var signing: SigningOptions
  @OptionGroup var output: OutputOptions

  @Option(
    name: .long,
    help: ArgumentHelp("Read a file, a directory, or - for standard input", valueName: "path"))
  var from: String?

  @Flag(name: .long, help: "The input holds all that the cluster has, whatever kinds are in it")
  var complete = false

  @Option(name: .long, help: ArgumentHelp("When the reading was taken, if not now", valueName: "time"))
  var at: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Read audit logs first (a file, a folder, a pattern); changes that they tell become commits of their own",
      valueName: "log"))
  var auditLog: [String] = []

  func validate() throws {
    if from != nil && (live.kubeconfig != nil || live.context != nil) {
      throw ValidationError("--from reads files; --kubeconfig and --context name a cluster")
    }
    if from == nil && (complete || at != nil) {
      throw ValidationError("--complete and --at are for readings with --from")
    }
  }

  func run() async throws {
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    try signing.set(up: ambit)
    var attempt = 1
    while true {
      do {
        return try await takeSnapshot(ambit)
      } catch let error as StoreError where error.code == .moved && from != "-" && attempt < 3 {
        // Another writer was faster: what it recorded is read first, and the cluster again.
        attempt += 1
      }
    }
  }

  private func takeSnapshot(_ ambit: Ambit) async throws {
    let recorder = Recorder(ambit)
    let logs = AuditLogs(auditLog, ambit)
    let recorded =
      if let from {
        try record(files: from, cluster: live.cluster ?? onlyCluster(ambit), recorder, logs)
      } else {
        try await recordLive(recorder, logs)
      }
    tell(recorded)
    if recorded.outcome.isOtherCluster {
      try Journal(ambit).add(
        .acceptedCluster, cluster: recorded.cluster, "'\(recorded.cluster)' goes on with another cluster's uid",
        by: .current, at: .now)
    }
    if let note = await Maintainer(ambit, variables: ProcessInfo.processInfo.environment).runIfDue() {
      Terminal.note("Note: \(note)")
    }
    if !recorded.outcome.flags.isEmpty { throw ExitCode(1) }
    if !recorded.reading.isIntact || !logs.isComplete { throw ExitCode(2) }
  }

  /// What was recorded, and what of it the operator knows already.
  private struct Recorded {
    let cluster: String
    let outcome: Recorder.Outcome
    let reading: Reading
    var toldNotes: [String] = []
  }

  private func options(_ captured: CaptureTime) -> Recorder.Options {
    var options = Recorder.Options(
      capturedFrom: captured.from, capturedTo: captured.to, isTimeGiven: false, recorded: captured.to)
    options.clockFlag = captured.flag
    options.acceptsNewCluster = live.acceptNewCluster
    options.believedLoss = live.believeLoss
    options.commitsChanges = true
    return options
  }

  // MARK: A live cluster

  private func recordLive(_ recorder: Recorder, _ logs: AuditLogs) async throws -> Recorded {
    var attempted = live.cluster
    var stopwatch = Stopwatch()
    do {
      let connection = try LiveConnection.resolve(live)
      let name = live.cluster ?? LiveConnection.clusterName(of: connection)
      attempted = name
      LiveConnection.tellNotes(of: connection)
      func read(_ known: KnownObjects) async throws -> Recorder.Attempt {
        stopwatch = Stopwatch()
        let reading = try await LiveConnection.read(connection, namespace: namespaces.namespace, known: known)
        let time = stopwatch.time
        // After the reading, so that the log has what the reading saw.
        try logs.read(cluster: name)
        return Recorder.Attempt(reading, options(time))
      }
      let recorded = try await recorder.record(read(recorder.known(name)), cluster: name) { doubts in
        for doubt in doubts { Terminal.note("Warning: \(doubt.message); reading again on a new connection") }
        return try await read(.none)
      }
      return Recorded(
        cluster: name, outcome: recorded.outcome, reading: recorded.reading, toldNotes: connection.notes.map(\.message))
    } catch let error as StoreError {
      throw error
    } catch let error as IndexError {
      throw error
    } catch {
      // A reading that failed is a gap with a reason, which is better than a gap without one.
      let reason = (error as? any DescribedError)?.message ?? "\(type(of: error))"
      if let attempted {
        try recorder.recordFailure(reason, cluster: attempted, scope: namespaces.namespace, options(stopwatch.time))
      }
      throw error
    }
  }

  // MARK: Files

  /// The only cluster of the store, or the first one's name.
  private func onlyCluster(_ ambit: Ambit) throws -> String {
    let clusters = try ambit.store.clusters()
    guard clusters.count <= 1 else { return try ambit.cluster(nil) }
    return clusters.first ?? "cluster"
  }

  private func record(
    files from: String, cluster: String, _ recorder: Recorder, _ logs: AuditLogs
  ) throws -> Recorded {
    let given = try at.map { text in
      guard let moment = Moment(text, now: Moment.now, day: .start) else {
        throw AmbitError(.usage, "'\(text)' is no time", hint: Moment.forms)
      }
      return moment
    }
    var fileOptions = FileReader.Options()
    fileOptions.isComplete = complete
    fileOptions.namespace = namespaces.namespace
    fileOptions.isAllNamespaces = namespaces.allNamespaces
    fileOptions.known = try recorder.known(cluster)
    let stopwatch = Stopwatch()
    let input =
      from == "-"
      ? InputFiles(name: "standard input", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
      : try InputFiles(path: from)
    let reading = try FileReader.read(input, options: fileOptions)
    try logs.read(cluster: cluster)
    var options = options(stopwatch.time)
    if let given {
      options.capturedFrom = given
      options.capturedTo = given
      options.isTimeGiven = true
      options.clockFlag = nil
    }
    let recorded = try recorder.record(files: Recorder.Attempt(reading, options), cluster: cluster) {
      fileOptions.known = .none
      return try FileReader.read(input, options: fileOptions)
    }
    return Recorded(cluster: cluster, outcome: recorded.outcome, reading: recorded.reading)
  }

  // MARK: Telling

  private func tell(_ recorded: Recorded) {
    let (outcome, reading, cluster) = (recorded.outcome, recorded.reading, recorded.cluster)
    for flag in outcome.flags { Terminal.note("Warning: \(flag)") }
    for diagnostic in reading.diagnostics { Terminal.note("Warning: \(diagnostic)") }
    for note in reading.notes where !recorded.toldNotes.contains(note) { Terminal.note("Note: \(note)") }
    let unread = reading.coverage.filter { $0.unreadReason != nil }
    let unreadKinds = Set(unread.map(\.qualifiedName))
    if reading.skipped.files > 0 {
      Terminal.note("Skipped \(reading.skipped.files) files that hold no Kubernetes objects")
    }
    let skipped = reading.skipped.objects.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    if !skipped.isEmpty {
      Terminal.note(
        "Skipped objects of kinds that are not recorded: "
          + skipped.map { "\($0.key) (\($0.value))" }.joined(separator: ", "))
    }
    if !unread.isEmpty {
      Terminal.note(
        "Partial: \(unreadKinds.count) kinds were not read; what was known of them is kept (`ambit log --observations`)")
      if reading.source == .dump && reading.diagnostics.isEmpty {
        Terminal.note(
          "With --complete, kinds that are not in the input count as having no objects; say it only if that is so")
      }
    }
    if outcome.carriedOver > 0 {
      Terminal.note("Kept \(outcome.carriedOver) objects of kinds that were not read")
    }
    var map = Mapping([
      ("cluster", .string(cluster)), ("changed", .bool(outcome.isChanged)),
      ("objects", .int(Int64(outcome.objectCount))),
      ("added", .int(Int64(outcome.added))), ("modified", .int(Int64(outcome.modified))),
      ("deleted", .int(Int64(outcome.deleted))), ("carriedOver", .int(Int64(outcome.carriedOver))),
      ("complete", .bool(reading.isComplete)), ("flags", .list(outcome.flags.map(Value.string))),
      ("diagnostics", .list(reading.diagnostics.map { .string($0.description) })),
      ("unread", .list(unread.map { .string("\($0.qualifiedName): \($0.unreadReason ?? "")") })),
      ("enforcement", .string(reading.facts.enforcement.basis.rawValue)),
    ])
    map["commit"] = outcome.commit.map(Value.string)
    map["observation"] = outcome.observation.map(Value.string)
    let commit = outcome.commit?.prefix(10) ?? "none"
    let line =
      outcome.isChanged
      ? "\(cluster) \(commit): \(outcome.added) added, \(outcome.modified) changed, \(outcome.deleted) deleted; \(outcome.objectCount) objects"
      : "\(cluster) \(commit): unchanged; \(outcome.objectCount) objects"
    Output(text: HiddenText.escaped(line), kind: "Snapshot", value: .map(map)).print(output.output)
  }
}
