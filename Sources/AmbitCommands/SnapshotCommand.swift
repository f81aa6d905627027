import AmbitKit
import ArgumentParser
import ClusterReader
import Foundation
import KubeModel
import SnapshotStore

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Record a reading of a cluster",
    discussion: """
      Reads the cluster of the kubeconfig's current context, or files with --from. Nothing is ever written \
      to the cluster. A kind that cannot be read is kept as it was and marked.

      Example: kubectl get ns,no,svc,po,rs,deploy,sts,ds,job,cj,netpol -A -o json | ambit snapshot --from - --cluster prod
      """)

  @OptionGroup var store: StoreOptions
  @OptionGroup var namespaces: NamespaceOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: ArgumentHelp("The cluster's name in the store", valueName: "name"))
  var cluster: String?

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
    help: ArgumentHelp("The kubeconfig (environment: KUBECONFIG)", valueName: "path"))
  var kubeconfig: String?

  @Option(name: .long, help: ArgumentHelp("The kubeconfig's context", valueName: "name"))
  var context: String?

  @Flag(name: .long, help: "Let another cluster's uid continue this history")
  var acceptNewCluster = false

  func validate() throws {
    if from != nil && (kubeconfig != nil || context != nil) {
      throw ValidationError("--from reads files; --kubeconfig and --context name a cluster")
    }
    if from == nil && (complete || at != nil) {
      throw ValidationError("--complete and --at are for readings with --from")
    }
  }

  func run() async throws {
    let given = try at.map { text in
      guard let moment = Moment(text, now: Moment.now, day: .start) else {
        throw AmbitError(.usage, "'\(text)' is no time", hint: Moment.forms)
      }
      return moment
    }
    let ambit = try store.open()
    defer { ambit.tellNotes() }
    func options(_ started: Moment) -> Recorder.Options {
      let now = Moment.now
      var options = Recorder.Options(
        capturedFrom: given ?? started, capturedTo: given ?? now, isTimeGiven: given != nil, recorded: now)
      options.acceptsNewCluster = acceptNewCluster
      return options
    }
    var attempt = 1
    while true {
      do {
        let started = Moment.now
        return try await takeSnapshot(ambit) { options(started) }
      } catch let error as StoreError where error.code == .moved && from != "-" && attempt < 3 {
        // Another writer was faster: what it recorded is read first, and the cluster again.
        attempt += 1
      }
    }
  }

  private func takeSnapshot(_ ambit: Ambit, _ options: () -> Recorder.Options) async throws {
    var attempted = cluster
    let name: String
    let reading: Reading
    let recorder = Recorder(ambit)
    if let from {
      name = try cluster ?? onlyCluster(ambit)
      reading = try readFiles(from, known: recorder.known(name))
    } else {
      do {
        let connection = try LiveConnection.resolve(kubeconfig: kubeconfig, context: context)
        name = cluster ?? ClusterName.cleaned(connection.contextName ?? connection.clusterName)
        attempted = name
        for note in connection.notes {
          Terminal.note("\(note == .unverifiedTLS ? "Warning" : "Note"): \(note.message)")
        }
        reading = try await LiveConnection.read(connection, namespace: namespaces.namespace, known: recorder.known(name))
      } catch let error as StoreError {
        throw error
      } catch {
        // A reading that failed is a gap with a reason, which is better than a gap without one.
        let reason = (error as? any DescribedError)?.message ?? "\(type(of: error))"
        if let attempted {
          try recorder.recordFailure(reason, cluster: attempted, scope: namespaces.namespace, options())
        }
        throw error
      }
    }
    let outcome = try recorder.record(reading, cluster: name, options())
    tell(outcome, reading, cluster: name)
    if !reading.isIntact { throw ExitCode(2) }
  }

  /// The only cluster of the store, or the first one's name.
  private func onlyCluster(_ ambit: Ambit) throws -> String {
    let clusters = try ambit.store.clusters()
    guard clusters.count <= 1 else { return try ambit.cluster(nil) }
    return clusters.first ?? "cluster"
  }

  private func readFiles(_ from: String, known: KnownObjects) throws -> Reading {
    var options = FileReader.Options()
    options.isComplete = complete
    options.namespace = namespaces.namespace
    options.isAllNamespaces = namespaces.allNamespaces
    options.known = known
    let input =
      from == "-"
      ? InputFiles(name: "standard input", bytes: Array(FileHandle.standardInput.readDataToEndOfFile()))
      : try InputFiles(path: from)
    return try FileReader.read(input, options: options)
  }

  // MARK: Telling

  private func tell(_ outcome: Recorder.Outcome, _ reading: Reading, cluster: String) {
    for diagnostic in reading.diagnostics { Terminal.note("Warning: \(diagnostic)") }
    // A connection's notes were told before it was used.
    if reading.source != .server { for note in reading.notes { Terminal.note("Note: \(note)") } }
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
      ("observation", .string(outcome.observation)), ("objects", .int(Int64(outcome.objectCount))),
      ("added", .int(Int64(outcome.added))), ("modified", .int(Int64(outcome.modified))),
      ("deleted", .int(Int64(outcome.deleted))), ("carriedOver", .int(Int64(outcome.carriedOver))),
      ("complete", .bool(reading.isComplete)),
      ("diagnostics", .list(reading.diagnostics.map { .string($0.description) })),
      ("unread", .list(unread.map { .string("\($0.qualifiedName): \($0.unreadReason ?? "")") })),
      ("enforcement", .string(reading.facts.enforcement.basis.rawValue)),
    ])
    map["commit"] = outcome.commit.map(Value.string)
    let commit = outcome.commit?.prefix(10) ?? "none"
    let line =
      outcome.isChanged
      ? "\(cluster) \(commit): \(outcome.added) added, \(outcome.modified) changed, \(outcome.deleted) deleted; \(outcome.objectCount) objects"
      : "\(cluster) \(commit): unchanged; \(outcome.objectCount) objects"
    Output(text: HiddenText.escaped(line), kind: "Snapshot", value: .map(map)).print(output.output)
  }
}
