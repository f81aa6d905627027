internal import HistoryIndex
package import Integrity
internal import KubeModel
package import SnapshotStore

/// Verifies a store and believes nothing that git believes: every object is read and hashed anew, commits are followed by
/// the parents that they name themselves, and what they say is compared with what is there.
package struct StoreVerifier {
  package struct Options: Sendable {
    /// The one cluster whose history is verified; nil for all. Objects are verified all in any case.
    package var cluster: String?
    /// Whether the store is a part of another one, whose checkpoints of clusters that are not here are passed over.
    package var isPart = false
    /// Who may sign; nil where signatures are only compared with what they sign.
    package var allowedSigners: AllowedSigners?
    package var revokedKeys = RevokedKeys.none
    /// Whether every commit has to be signed, also those before the first that is.
    package var requiresSignatures = false
    /// Checkpoints that were kept elsewhere.
    package var checkpoints: [KeptCheckpoint] = []
    /// Keys of notes that may sign checkpoints, beside those of the allowed signers.
    package var noteKeys: [NoteKey] = []

    package init() {}
  }

  private let ambit: Ambit
  private let options: Options
  private let source: any ObjectSource
  private let progress: (String) -> Void

  /// - Parameters:
  ///   - source: where objects are read from; the store's files where it is nil.
  ///   - progress: told in a few words how far the work is.
  package init(
    _ ambit: Ambit, _ options: Options, source: (any ObjectSource)? = nil, progress: @escaping (String) -> Void = { _ in }
  ) throws {
    self.ambit = ambit
    self.options = options
    self.source = try source ?? StoredObjects(of: ambit.store)
    self.progress = progress
  }

  /// Verifies. What is wrong with the store is a finding, and no error.
  ///
  /// Costs one look at every object, and some two hundred bytes of memory for each.
  ///
  /// - Throws: where there is no such cluster, or the store's refs cannot be listed.
  package func run() throws -> StoreReport {
    // What the index remembers is read before the refs, and these before the objects: a writer at work meanwhile only
    // adds to what was read.
    let indexed = indexedHeads(StoreVerifier.clusters(in: try ambit.store.references().map(\.name)))
    let references = try ambit.store.references()
    let clusters = try clusters(references.map(\.name))
    var heads: [(cluster: String, heads: HistoryHeads)] = []
    var report = StoreReport()
    for cluster in clusters {
      do {
        heads.append((cluster, try ambit.store.presentHeads(of: cluster)))
      } catch {
        let command = git("for-each-ref \(SnapshotStore.branch(cluster)) \(SnapshotStore.observations(cluster))")
        report.add(.brokenRef, SnapshotStore.branch(cluster), "the refs of '\(cluster)' do not read", command)
      }
    }
    report.notes = ambit.store.interruptedRecordings()
    let audit = ObjectAudit(source) { progress("\($0) objects read") }
    report.objects = audit.count
    tellObjects(audit, in: &report)
    try tellOverrides(audit, in: &report)
    for reference in references { check(reference.name, reference.target, audit, in: &report) }
    var lines: [LineVerifier] = []
    var histories: [String: (ObjectName) -> Bool] = [:]
    for reference in references {
      guard let line = StoreLine.line(of: reference.name) else { continue }
      var verifier = LineVerifier(line, reference.name, reference.target, audit: audit, store: ambit.store.path, &report)
      verifier.run(options, &report)
      lines.append(verifier)
      histories[reference.name] = verifier.contains
    }
    let kept = options.checkpoints + lines.flatMap(\.checkpoints)
    check(kept, lines, clusters, in: &report)
    for (cluster, heads) in heads {
      progress("history of \(cluster)")
      var verifier = ClusterVerifier(
        cluster, heads, audit: audit, options: options, store: ambit.store.path, &report)
      verifier.run(kept.filter { $0.isOf(cluster) }, &report)
      checkIndexed(indexed[cluster], cluster, verifier, in: &report)
      histories[SnapshotStore.branch(cluster)] = verifier.snapshots.keys.contains
      histories[SnapshotStore.observations(cluster)] = verifier.observations.contains
    }
    for reference in references { compare(reference.name, reference.target, histories, in: &report) }
    tellTrees(audit, in: &report)
    compareIndex(in: &report)
    if options.allowedSigners == nil, report.goodSignatures > 0 {
      report.notes.append(
        "signatures were compared with what they sign, and with no list of signers: anyone may have made them (--allowed-signers)")
    }
    return report
  }

  /// Every branch, and whatever else has observations: one that does not look like a cluster's may have been made so.
  private static func clusters(in references: [String]) -> [String] {
    let prefixes = [SnapshotStore.branch(""), SnapshotStore.observations("")]
    let names = references.flatMap { name in
      prefixes.filter { name.hasPrefix($0) }.map { String(name.dropFirst($0.count)) }
    }
    return Set(names).sorted()
  }

  private func clusters(_ references: [String]) throws -> [String] {
    let all = StoreVerifier.clusters(in: references)
    guard let name = options.cluster else { return all }
    guard all.contains(name) else {
      throw AmbitError(
        .notFound, "there is no cluster '\(name)' in this store",
        hint: all.isEmpty ? "record one with `ambit snapshot`" : "it holds \(all.joined(separator: ", "))")
    }
    return [name]
  }

  private func git(_ command: String) -> String { "git -C \(ambit.store.path) \(command)" }

  // MARK: Objects

  private func tellObjects(_ audit: ObjectAudit, in report: inout StoreReport) {
    for fault in audit.storageFaults {
      let code: StoreFinding.Code =
        switch fault.code {
        case .damagedObject: .damagedObject
        case .oversizedObject: .oversizedObject
        case .damagedFile: .damagedFile
        }
      let place = fault.object.map { "\($0) in \(fault.file)" } ?? fault.file
      report.add(code, place, fault.message, git("fsck --full --strict"))
    }
  }

  /// Faults of trees, which are known when the commits have been followed.
  private func tellTrees(_ audit: ObjectAudit, in report: inout StoreReport) {
    for fault in audit.faults {
      let code: StoreFinding.Code =
        switch fault.code {
        case .missing: .missingObject
        case .twoContents: .twoContents
        case .malformedTree: .malformedTree
        }
      let command = code == .missingObject ? git("fsck --full --strict") : git("cat-file -p \(fault.object)")
      report.add(code, fault.object.description, fault.message, command)
    }
  }

  private func tellOverrides(_ audit: ObjectAudit, in report: inout StoreReport) throws {
    let overrides = try ambit.store.gitOverrides { name in
      audit.object(name, .commit).flatMap { try? CommitRecord(name: name, bytes: $0.bytes) }.map { ($0.tree, $0.parents) }
    }
    for override in overrides {
      let (code, command): (StoreFinding.Code, String) =
        switch override.kind {
        case .replacement: (.replacement, git("replace --delete \(override.place.dropFirst("refs/replace/".count))"))
        case .graft: (.graft, "cat \(ambit.store.path)/\(override.place)")
        case .shallow: (.shallow, "cat \(ambit.store.path)/\(override.place)")
        case .alternates: (.alternates, "cat \(ambit.store.path)/\(override.place)")
        case .commitGraph: (.commitGraph, git("commit-graph verify"))
        }
      report.add(code, override.place, override.message, command)
    }
  }

  // MARK: Refs

  private func check(_ name: String, _ target: ObjectName?, _ audit: ObjectAudit, in report: inout StoreReport) {
    guard !name.hasPrefix("refs/replace/") else { return }
    guard target != nil else {
      return report.add(.brokenRef, name, "the ref does not read", git("for-each-ref \(name)"))
    }
    let isOurs = name.hasPrefix("refs/heads/") || name.hasPrefix("refs/ambit/")
    if name.hasPrefix("refs/ambit/interrupted/") {
      report.notes.append("\(name) keeps a recording that met another writer; its history is not verified")
    } else if !isOurs {
      report.notes.append("\(name) is no ref of Ambit's; its objects were read, and its history was not verified")
    }
  }

  /// What a remote had when it was asked last is in our history too, unless that was taken back.
  private func compare(
    _ name: String, _ target: ObjectName?, _ histories: [String: (ObjectName) -> Bool], in report: inout StoreReport
  ) {
    let parts = name.split(separator: "/", maxSplits: 4)
    guard name.hasPrefix("refs/ambit/remotes/"), parts.count == 5, let target,
      let isThere = histories["refs/\(parts[4])"], !isThere(target)
    else { return }
    report.add(
      .rewritten, "refs/\(parts[4])",
      "the remote '\(parts[3])' had the commit \(target), which is not in the store's history: it was taken back here, or fetched and not taken over",
      git("log --oneline refs/\(parts[4])..\(name)"))
  }

  // MARK: Checkpoints

  private func check(
    _ kept: [KeptCheckpoint], _ lines: [LineVerifier], _ clusters: [String], in report: inout StoreReport
  ) {
    report.checkpoints = kept.count
    let command = git("log --oneline --glob=\(StoreLine.journal.reference)")
    for checkpoint in kept {
      if let (code, message) = checkpoint.objection(keys: options.noteKeys, options) {
        report.add(code, checkpoint.place, message, command)
      }
      let changes = clusters.filter { checkpoint.isOf($0) }.map { StoreLine.changes(of: $0) }
      for line in StoreLine.all + changes {
        guard let entry = checkpoint.told(line.checkpointWord).flatMap({ ObjectName(hex: $0) }),
          !lines.contains(where: { $0.line == line && $0.contains(entry) })
        else { continue }
        report.add(
          .rewritten, checkpoint.place,
          "the \(line.checkpointWord) held the entry \(entry) when the checkpoint was made, and no longer \(line == .journal ? "does" : "do")",
          git("log --oneline --glob=\(line.reference)"))
      }
      guard (options.cluster == nil && !options.isPart) || options.checkpoints.contains(where: { $0.place == checkpoint.place }) else { continue }
      if !clusters.contains(where: checkpoint.isOf) {
        report.add(
          .rewritten, checkpoint.place, "no cluster that was verified has the log '\(checkpoint.checkpoint.origin)'",
          git("for-each-ref refs/heads refs/ambit"))
      }
    }
  }

  // MARK: The index

  /// Where the histories stood when they were indexed last.
  private func indexedHeads(_ clusters: [String]) -> [String: HistoryHeads] {
    let heads = clusters.map { cluster in
      let seen = try? ambit.index.read { (try $0.indexedHead(cluster), try $0.indexedObservation(cluster)) }
      return HistoryHeads(
        state: seen?.0.flatMap { ObjectName(hex: $0) }, observation: seen?.1.flatMap { ObjectName(hex: $0) })
    }
    return Dictionary(zip(clusters, heads), uniquingKeysWith: { first, _ in first })
  }

  /// The index remembers what it has seen: a branch that was taken back is found as long as it is there.
  private func checkIndexed(
    _ heads: HistoryHeads?, _ cluster: String, _ verifier: ClusterVerifier, in report: inout StoreReport
  ) {
    let branch = (SnapshotStore.branch(cluster), heads?.state, verifier.snapshots.keys.contains)
    let observations = (SnapshotStore.observations(cluster), heads?.observation, verifier.observations.contains)
    for (reference, name, isThere) in [branch, observations] {
      guard let commit = name, !isThere(commit) else { continue }
      report.add(
        .rewritten, reference, "commit \(commit) was on it when it was indexed last, and is no longer",
        git("log --oneline \(commit)"))
    }
  }

  private func compareIndex(in report: inout StoreReport) {
    guard report.findings.isEmpty else {
      report.notes.append("the index was not compared with the store, which has findings of its own")
      return
    }
    progress("index")
    do {
      // What a writer adds while they are compared makes them differ once, and not twice.
      guard try indexDifference() != nil, let difference = try indexDifference() else { return }
      report.add(.index, Ambit.indexPath(ambit.store.path), difference, "ambit index rebuild --store \(ambit.store.path)")
    } catch {
      let reason = (error as? any DescribedError)?.message ?? "\(error)"
      report.notes.append("the index could not be compared with the store: \(reason)")
    }
  }

  private func indexDifference() throws -> String? {
    for cluster in try ambit.store.clusters() { try ambit.catchUp(cluster) }
    return try IndexComparison(ambit).firstDifference
  }
}
