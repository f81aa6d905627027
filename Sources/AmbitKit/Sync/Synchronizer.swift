internal import FoundationEssentials
internal import KubeModel
internal import SnapshotStore

/// Brings this store and a remote one to the same histories, with nothing but fast-forwards on both sides.
package struct Synchronizer {
  package struct Options {
    /// Whose references are looked at; all of the store's where empty.
    package var clusters: [String] = []
    /// The most commits in one push: a transfer that is cut loses no more than these.
    package var slice = 5000
    /// Whether git and ssh may ask for a password.
    package var mayAsk = false
    /// The environment of the process, for git.
    package var variables: [String: String]
    /// Told how far a long transfer is.
    package var progress: (String) -> Void = { _ in }

    package init(variables: [String: String]) { self.variables = variables }
  }

  /// How often everything is looked at again because another writer was faster.
  private static let rounds = 3

  let store: SnapshotStore
  let carrier: GitCarrier
  let remote: RemoteAddress
  let options: Options
  private let ambit: Ambit

  /// - Parameter name: a remote of the store's configuration, a URL, or a path.
  package init(_ ambit: Ambit, remote name: String, _ options: Options) async throws {
    self.ambit = ambit
    self.options = options
    store = ambit.store
    for cluster in options.clusters { _ = try ClusterName.validated(cluster) }
    carrier = GitCarrier(store: ambit.store.path, variables: options.variables, mayAsk: options.mayAsk)
    // Refuses what must not reach git's command line.
    let plain = try RemoteAddress(name, configured: nil)
    let configured = try await carrier.remotes()
    if configured.contains(name) {
      remote = try RemoteAddress(name, configured: try await carrier.url(of: name))
    } else if name.contains("/") || name.contains(":") || FileManager.default.fileExists(atPath: name) {
      remote = plain
    } else {
      throw AmbitError(
        .notFound, "this store has no remote '\(name)'\(NearMiss.suffix(name, among: configured)), and there is no such path",
        hint: "give a URL, or name one with `git -C \(store.path) remote add \(name) URL`")
    }
  }

  /// Fetches what the remote has more, pushes what this store has more, and brings the index up to date.
  package func run() async throws -> SyncOutcome {
    var ledger = SyncLedger()
    for round in 1...Synchronizer.rounds {
      ledger.beginRound(isLast: round == Synchronizer.rounds)
      try await reconcile(theirReferences(&ledger), &ledger)
      guard ledger.hasOutdated else { break }
    }
    for cluster in ledger.fetchedClusters { try ambit.catchUp(cluster) }
    return ledger.outcome(remote: remote.shown)
  }

  // MARK: What is there

  private func theirReferences(_ ledger: inout SyncLedger) async throws -> [SharedReference: ObjectName] {
    let found = try await carrier.references(of: remote)
    var theirs: [SharedReference: ObjectName] = [:]
    for (name, target) in found {
      if let reference = SharedReference(name) { theirs[reference] = target }
    }
    ledger.ignored = found.count - theirs.count
    try checkIsStore(found)
    let known = Set(try ourReferences().compactMap(\.cluster) + theirs.keys.compactMap(\.cluster)).sorted()
    for cluster in options.clusters where !known.contains(cluster) {
      throw AmbitError(
        .notFound,
        "neither this store nor '\(remote.shown)' has a cluster '\(cluster)'\(NearMiss.suffix(cluster, among: known))",
        hint: known.isEmpty ? "record one with `ambit snapshot`" : "they have \(known.joined(separator: ", "))")
    }
    return theirs
  }

  /// A repository of something else is neither fetched nor given a cluster's history.
  private func checkIsStore(_ found: [(name: String, target: ObjectName)]) throws {
    let branches = found.filter { $0.name.hasPrefix(SharedReference.Part.snapshots.prefix) }
    guard !branches.isEmpty, !found.contains(where: { $0.name.hasPrefix("refs/ambit/") }),
      // A first push that was cut leaves branches of ours without their observations.
      !branches.contains(where: { (try? store.commit($0.target)) != nil })
    else { return }
    throw AmbitError(
      .badInput, "'\(remote.shown)' is a git repository, but no store of Ambit",
      hint: "use an empty repository, made with `git init --bare`; if it is to be a store, the machine that has the history pushes first")
  }

  private func ourReferences() throws -> [SharedReference] {
    try SharedReference.Part.allCases.flatMap { try store.references(under: $0.prefix) }.compactMap { SharedReference($0) }
  }

  /// Where ours stand, cluster by cluster at a moment when nobody records into it.
  private func ourTargets() throws -> [SharedReference: ObjectName] {
    var targets: [SharedReference: ObjectName] = [:]
    for (cluster, references) in Dictionary(grouping: try ourReferences().filter(isAsked), by: \.cluster) {
      let settled = try cluster.map { try store.settledTargets(of: references.map(\.name), cluster: $0) }
      for reference in references {
        targets[reference] = try settled.map { $0[reference.name] } ?? store.target(of: reference.name)
      }
    }
    return targets
  }

  private func isAsked(_ reference: SharedReference) -> Bool {
    options.clusters.isEmpty || reference.cluster.map(options.clusters.contains) ?? false
  }

  // MARK: One round

  private func reconcile(_ theirs: [SharedReference: ObjectName], _ ledger: inout SyncLedger) async throws {
    let ours = try ourTargets()
    var toFetch: [SharedReference] = []
    var toPush: [PendingPush] = []
    for reference in Set(ours.keys).union(theirs.keys.filter(isAsked)).sorted() {
      ledger.see(reference)
      guard ours[reference] != theirs[reference] else { continue }
      // Where their commit is not here, or ours does not lead up to it, there is something to fetch.
      if let own = ours[reference], let relation = try? store.relation(of: own, to: theirs[reference]), relation.there.isEmpty {
        toPush.append(PendingPush(reference, relation.here))
      } else {
        toFetch.append(reference)
      }
    }
    if !toFetch.isEmpty { toPush += try await fetch(toFetch, &ledger) }
    try await push(toPush, &ledger)
  }

  /// Fetches references and moves ours forward; gives those that turned out to be ahead of the remote's.
  private func fetch(_ references: [SharedReference], _ ledger: inout SyncLedger) async throws -> [PendingPush] {
    options.progress("fetching \(references.count) references from \(remote.shown)")
    var fetched = references
    do {
      try await carrier.fetch(references, from: remote)
    } catch let error as AmbitError where error.failure == .badInput {
      // One bad history must not stop the others: each cluster is fetched by itself.
      fetched = []
      let groups = Dictionary(grouping: references) { $0.cluster ?? $0.name }
      for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
        do {
          if groups.count == 1 { throw error }
          try await carrier.fetch(group, from: remote)
          fetched += group
        } catch let error as AmbitError where error.failure == .badInput {
          for reference in group { ledger.refuse(reference, "git refused it: \(error.cause.map { "\($0)" } ?? error.message)") }
        }
      }
    }
    var check = FetchedHistory(store)
    var toPush: [PendingPush] = []
    for (cluster, group) in Dictionary(grouping: fetched, by: \.cluster) {
      toPush += try adopt(group.sorted(), cluster: cluster, &check, &ledger)
    }
    return toPush
  }

  /// Moves the references of a cluster, or of the whole store, forward to what was fetched.
  private func adopt(
    _ references: [SharedReference], cluster: String?, _ check: inout FetchedHistory, _ ledger: inout SyncLedger
  ) throws -> [PendingPush] {
    var toPush: [PendingPush] = []
    var advances: [SharedReference: (advance: ReferenceAdvance, commits: Int)] = [:]
    var head = try cluster.flatMap { try store.head(of: $0) }
    for reference in references {
      let tracking = reference.tracking(remote.name)
      let own = try store.target(of: reference.name)
      guard let fetched = try store.target(of: tracking) else { continue }
      do {
        let relation = try store.relation(of: own, to: fetched)
        if relation.isDiverged {
          ledger.diverge(reference, relation, tracking: tracking)
        } else if relation.there.isEmpty {
          if !relation.here.isEmpty { toPush.append(PendingPush(reference, relation.here)) }
        } else {
          try check.check(relation.there, of: reference.name, isOfKind: reference.isOfKind)
          if reference.part == .snapshots { head = fetched }
          if reference.part == .observations, let state = try missingState(of: relation.there, from: head) {
            let reason = "an observation names the snapshot \(state.short), which its branch does not have"
            // The remote may have been written to while it listed its references.
            if ledger.isLastRound { ledger.refuse(reference, reason, tracking: tracking) } else { ledger.outdate(reference, reason) }
          } else {
            advances[reference] = (ReferenceAdvance(reference.name, from: own, to: fetched), relation.there.count)
          }
        }
      } catch let error as StoreError where error.code == .badHistory || error.code == .damaged {
        ledger.refuse(reference, error.message, tracking: tracking)
      }
    }
    do {
      try store.adopt(advances.sorted { $0.key < $1.key }.map(\.value.advance), cluster: cluster, remote: remote.shown)
      for (reference, advance) in advances { ledger.fetch(reference, commits: advance.commits) }
    } catch {
      guard error.code == .moved || error.code == .locked else { throw error }
      for reference in advances.keys { ledger.outdate(reference, error.message) }
    }
    return toPush
  }

  /// A snapshot that one of the observations names and that is not on the branch; nil where all are.
  private func missingState(of observations: [ObjectName], from head: ObjectName?) throws -> ObjectName? {
    var missing = Set(
      try observations.compactMap { try store.commit($0).trailer("Ambit-State").flatMap { ObjectName(hex: $0) } })
    var next = head
    while let name = next, !missing.isEmpty {
      missing.remove(name)
      next = try store.commit(name).parents.first
    }
    return missing.min()
  }
}
