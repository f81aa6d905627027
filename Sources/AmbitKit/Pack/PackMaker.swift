package import Controls
internal import Evidence
internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import SnapshotStore

/// Makes a pack of what a history tells, and of nothing else: neither the clock nor the store that it was copied from has a
/// say.
package struct PackMaker {
  /// What was assessed of one cluster.
  private struct Answer {
    let cluster: String
    /// Nil where nothing of the cluster was ever read.
    let history: ClusterHistory?
    let population: RecordFacts.Population?
    let assessments: [Assessment]
  }

  private let history: PinnedHistory
  private let request: PackRequest
  private let progress: (String) -> Void
  static let tool = "ambit \(Ambit.version)"

  /// - Parameter progress: told in a few words how far the work is.
  package init(_ history: PinnedHistory, _ request: PackRequest, progress: @escaping (String) -> Void = { _ in }) {
    self.history = history
    self.request = request
    self.progress = progress
  }

  /// Makes a pack of a store as it stands now: its heads are read once, and everything is of them.
  ///
  /// - Parameter variables: the environment of the process, for git.
  package static func pack(
    _ request: PackRequest, of ambit: Ambit, variables: [String: String], progress: @escaping (String) -> Void = { _ in }
  ) async throws -> (pack: Pack, assessments: [Assessment]) {
    let heads = try PackHeads(ambit, clusters: request.clusters)
    var request = request
    request.remotes = try PackHeads.remotes(of: ambit.store, clusters: request.clusters)
    progress("copying the history")
    return try PackMaker(try await PinnedHistory(of: ambit, at: heads, variables: variables), request, progress: progress).make()
  }

  /// Makes the pack; costs an assessment of every cluster and framework, and a look at every object of the history.
  ///
  /// - Throws: where a cluster has no state in the period.
  package func make() throws -> (pack: Pack, assessments: [Assessment]) {
    var extent = Assessor.Extent()
    extent.countsTrees = true
    extent.drawsFlows = true
    progress("verifying the history")
    let integrity = try self.integrity()
    extent.integrity = integrity
    let keys = try HistoryKeys(history.ambit.store, history.heads.heads.map(\.commit))
    extent.signingKeys = keys.signed.keys.sorted()
    let answers = try request.clusters.map { try answer($0, extent) }
    let assessments = answers.flatMap(\.assessments)
    progress("writing reports")
    var files = try reports(assessments) + coverage(answers) + frameworks
    if case .period = request.when { files += try population(answers) }
    if let former = request.former { files += try PackComparison(from: former, to: assessments).files }
    let states = assessments.filter { !$0.subject.commit.isEmpty }.map(\.subject).uniqued(by: \.cluster)
    files += [
      PackFile(Pack.heads, lines: heads.map { "\($0.commit) \($0.reference)" }),
      PackFile("states.txt", lines: states.map { "\($0.stateDigest) \($0.commit) \($0.cluster)" }),
      PackFile("keys.txt", lines: keys.lines),
    ]
    if request.redaction == nil {
      files += try objects(answers) + (try registers(answers))
      files += [
        PackFile(Pack.bundle, history.bundle, PackFile.MediaType.bundle), PackGuide(request, history.heads, keys, integrity).file,
      ]
    } else {
      files.append(PackGuide.redacted)
    }
    return (Pack(files, facts: facts(keys, integrity, states)), assessments)
  }

  private var frameworks: [PackFile] {
    request.frameworks.map { source in
      PackFile(
        source.path, source.bytes, PackFile.MediaType.yaml,
        controls: source.framework.controls.map { "\(source.framework.id)/\($0.id)" }.sorted())
    }.uniqued(by: \.path)
  }

  /// Where the histories stood, under the names that the pack has for them.
  private var heads: [(reference: String, commit: String)] {
    history.heads.heads.map { head in
      (request.redaction?.reference(head.reference) ?? head.reference, head.commit.description)
    }
  }

  private func population(_ answers: [Answer]) throws -> [PackFile] {
    let parts = try answers.compactMap { answer -> PackPopulation.Part? in
      guard let population = answer.population, let assessment = answer.assessments.first else { return nil }
      let beginnings = try Set(assessment.changes.map(\.commit)).filter { commit in
        try ObjectName(hex: commit).map { try history.ambit.store.commit($0).parents.isEmpty } ?? false
      }
      return PackPopulation.Part(assessment: assessment, population: population, beginnings: beginnings)
    }
    let population = PackPopulation(parts, request, version: Ambit.version)
    guard let sample = request.sample else { return population.files() }
    progress("drawing the sample")
    // What is known of each change is full of names.
    let told = request.redaction == nil ? answers : []
    return population.files()
      + (try PackSample(sample, of: population.madeIDs, population: population.digest).files(
        told.compactMap { answer in
          answer.history.flatMap { history in answer.assessments.first.map { (history, $0.changes) } }
        }))
  }

  // MARK: Assessing

  private func integrity() throws -> RecordFacts.Integrity {
    var options = StoreVerifier.Options()
    // Checkpoints of clusters that the pack is not about tell nothing of it.
    options.isPart = true
    let report = try StoreVerifier(history.ambit, options).run()
    let unlisted = report.unlisted.values.reduce(0, +)
    return RecordFacts.Integrity(
      problems: report.findings.map { "\($0.place): \($0.message)" } + (unlisted > 0 ? ["\(unlisted) more findings"] : []),
      anchors: request.remotes + report.timeStamps.map { "time stamp over \($0.place)" })
  }

  private func answer(_ cluster: String, _ extent: Assessor.Extent) throws -> Answer {
    progress("assessing \(cluster)")
    guard try history.ambit.hasCluster(cluster) else {
      let period: Range<Int64>
      switch request.when {
      case .period(let range): period = range
      case .moment(let text):
        let time = Moment(rfc3339: text)?.milliseconds ?? 0
        period = time..<time
      }
      return Answer(
        cluster: cluster, history: nil, population: nil,
        assessments: redacted(request.frameworks.map { .unseen(cluster, $0.framework, period) }))
    }
    // No request names a time that depends on the clock.
    let history = try ClusterHistory(history.ambit, cluster: cluster, now: Moment(milliseconds: 0))
    let assessor: Assessor
    switch request.when {
    case .period(let range): assessor = try Assessor(history, over: range, extent)
    case .moment(let text): assessor = try Assessor(history, at: history.point(text), extent)
    }
    return Answer(
      cluster: cluster, history: history,
      population: request.redaction?.population(assessor.population) ?? assessor.population,
      assessments: redacted(try request.frameworks.map { try assessor.assessment(of: $0.framework) }))
  }

  /// Nothing of a pack is made of anything else.
  private func redacted(_ assessments: [Assessment]) -> [Assessment] {
    request.redaction.map { redaction in assessments.map(redaction.assessment) } ?? assessments
  }

  // MARK: Files

  private func reports(_ assessments: [Assessment]) throws -> [PackFile] {
    let report = Report(assessments, tool: PackMaker.tool, commands: PackGuide.commands)
    let writer = try ReportWriter()
    let export = Export(assessments, version: Ambit.version)
    // The population and the gaps have folders of their own.
    let results = ExportFormat.allCases.filter { ![.changes, .gaps].contains($0) }.map { format in
      PackFile("results/\(format.fileName)", export.bytes(format), format.mediaType)
    }
    return [
      PackFile("report.html", Array(try writer.html(report).utf8), PackFile.MediaType.html),
      PackFile("report.md", Array(try writer.markdown(report).utf8), PackFile.MediaType.markdown),
    ] + results
  }

  private func objects(_ answers: [Answer]) throws -> [PackFile] {
    var objects = PackObjects(history.ambit.store)
    for answer in answers {
      guard let history = answer.history else { continue }
      for assessment in answer.assessments {
        let beginning = try history.ambit.index.read { [cluster = answer.cluster] view in
          try view.snapshot(at: assessment.period.lowerBound, in: cluster)
        }
        try objects.add(assessment, beginning: beginning?.commit)
      }
    }
    return try objects.files()
  }

  /// What was looked at, and how often.
  private func coverage(_ answers: [Answer]) -> [PackFile] {
    let all = answers.compactMap(\.assessments.first)
    return [
      PackFile(
        csv: "coverage/kinds.csv", ["CLUSTER", "KIND", "NAMESPACE", "STATUS", "OBJECTS", "REASON"],
        all.flatMap { assessment in
          assessment.coverage.map { kind in
            let status =
              switch kind.status {
              case .read: "read"
              case .absent: "absent"
              case .unread: "unread"
              }
            return [
              assessment.subject.cluster, kind.qualifiedName, kind.namespace ?? "", status, "\(kind.objectCount)",
              kind.unreadReason ?? "",
            ]
          }
        }),
      PackFile(
        csv: "coverage/readings.csv",
        ["CLUSTER", "READINGS", "FAILED", "PARTIAL", "WEAK", "CADENCE SECONDS", "GAPS", "UNOBSERVED SECONDS"],
        all.map { assessment in
          let observed = assessment.observed
          let unobserved = observed.gaps.reduce(0) { $0 + $1.range.upperBound - $1.range.lowerBound }
          return [
            assessment.subject.cluster, "\(observed.readings)", "\(observed.failedReadings)", "\(observed.partialReadings)",
            "\(observed.weakReadings)", observed.cadence.map { "\($0 / 1000)" } ?? "", "\(observed.gaps.count)",
            "\(unobserved / 1000)",
          ]
        }),
      PackFile(
        "coverage/gaps.csv", Export(all, version: Ambit.version).bytes(.gaps), PackFile.MediaType.csv),
    ]
  }

  /// The texts of registers that verdicts rest on, and the papers that attestations name.
  private func registers(_ answers: [Answer]) throws -> [PackFile] {
    let store = history.ambit.store
    guard let head = try store.head(of: .registers) else { return [] }
    var files: [PackFile] = []
    var wanted: Set<String> = []
    for assessment in answers.flatMap(\.assessments) {
      for register in assessment.registers {
        guard let commit = ObjectName(hex: register.commit),
          let blob = try store.blob(at: "\(register.name).yaml", in: store.commit(commit).tree)
        else { continue }
        files.append(PackFile("registers/\(register.name).yaml", try store.read(blob), PackFile.MediaType.yaml))
      }
      wanted.formUnion(assessment.attestations.compactMap { $0.file?.digest })
    }
    let tree = try store.commit(head).tree
    for digest in wanted.sorted() {
      guard let blob = try store.blob(at: "files/\(digest)", in: tree) else { continue }
      files.append(PackFile("registers/files/\(digest)", try store.read(blob), PackFile.MediaType.binary))
    }
    return files.uniqued(by: \.path)
  }

  // MARK: The manifest

  private func facts(
    _ keys: HistoryKeys, _ integrity: RecordFacts.Integrity, _ states: [Assessment.Subject]
  ) -> Mapping {
    Mapping([
      ("tool", .string(PackMaker.tool)), ("request", request.value),
      (
        "heads",
        .list(heads.map { ["ref": .string($0.reference), "commit": .string($0.commit)] })
      ),
      (
        "states",
        .list(
          states.map {
            ["cluster": .string($0.cluster), "commit": .string($0.commit), "stateDigest": .string($0.stateDigest)]
          })
      ),
      (
        "signatures",
        [
          "keys": .list(keys.signed.keys.sorted().map(Value.string)),
          "signedCommits": .int(Int64(keys.signed.values.reduce(0, +))), "unsignedCommits": .int(Int64(keys.unsigned)),
          "unreadable": .int(Int64(keys.unreadable)),
        ]
      ),
      (
        "integrity",
        [
          "problems": .list(told(integrity.problems)), "anchors": .list(told(integrity.anchors)),
          "restsOn": .string(request.redaction == nil ? PackGuide.rest(integrity) : Redaction.leftOut),
        ]
      ),
    ])
  }
}

extension PackMaker {
  /// Lines that may hold names.
  private func told(_ lines: [String]) -> [Value] {
    lines.map { .string(request.redaction == nil ? $0 : Redaction.leftOut) }
  }
}

extension Sequence {
  /// The elements, each where its key comes first.
  func uniqued<Key: Hashable>(by key: (Element) -> Key) -> [Element] {
    var seen: Set<Key> = []
    return filter { seen.insert(key($0)).inserted }
  }
}
