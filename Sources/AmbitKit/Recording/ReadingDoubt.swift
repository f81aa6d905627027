internal import ClusterReader
internal import HistoryIndex
internal import KubeModel

/// Why a reading that says nothing of a failure may yet not show the cluster as it is.
///
/// A broken proxy answers an empty list with status 200; a server that was restored, or another one behind the
/// same address, answers from an older state. Neither looks like a failure: only what is recorded already tells.
package struct ReadingDoubt: Sendable, Hashable {
  enum Cause: Sendable, Hashable {
    /// The kind has fewer objects than are recorded, or than the last reading listed.
    case fell(from: Int, to: Int)
    /// The server no longer serves the kind, of which objects are recorded.
    case notServed(recorded: Int)
    /// The lists are of an older resourceVersion than those of the last reading.
    case older(version: UInt64, recorded: UInt64, of: Moment)
  }

  /// The qualified name of the kind; of workloads, that of their controllers.
  let kind: String
  let cause: Cause
  /// What is recorded and was not seen.
  let missing: Set<ObjectID>

  package var message: String {
    switch cause {
    case .fell(let before, let now): "\(kind) fell from \(before) to \(now) objects"
    case .notServed(let recorded):
      "the server no longer serves \(kind), of which the store holds \(recorded)"
    case .older(let version, let recorded, let moment):
      "the reading is of resourceVersion \(version), older than \(recorded) in that of \(moment.text): the server was restored from a backup, or another one answers"
    }
  }

  /// Whether the state as a whole is in doubt, not only what is missing from it.
  var isAboutState: Bool { if case .older = cause { true } else { false } }

  /// Whether a later doubt is about the same thing.
  func concerns(_ other: ReadingDoubt) -> Bool {
    isAboutState == other.isAboutState && (isAboutState || kind == other.kind)
  }
}

/// Compares a reading with what is recorded.
struct ReadingComparison {
  /// A smaller loss is the everyday life of a cluster.
  static let smallestLoss = 5
  /// Kinds whose objects come and go by themselves: only that none is left says something.
  static let shortLived: Set<String> = ["pods", "jobs.batch"]

  let reading: Reading
  /// The last reading that did not fail.
  let last: IndexedObservation?
  /// The share of a kind's objects, in percent, whose loss is believed at once.
  let believedLoss: Int

  /// - Parameters:
  ///   - deleted: recorded objects that the reading takes for gone.
  ///   - recorded: the objects that the reading decides on, as they are recorded.
  ///   - read: the objects that the reading holds.
  /// - Complexity: a pass over `recorded` and `read` where something was deleted, else none.
  func doubts(
    deleted: [ObjectID], recorded: @autoclosure () -> [ObjectID], read: @autoclosure () -> [ObjectID]
  ) -> [ReadingDoubt] {
    var doubts: [String: ReadingDoubt] = [:]
    let missing = Dictionary(grouping: deleted, by: \.countedKind)
    if !missing.isEmpty {
      let before = ReadingComparison.counts(recorded(), of: missing)
      let now = ReadingComparison.counts(read(), of: missing)
      for (kind, ids) in missing {
        doubts[kind] = doubt(about: kind, from: before[kind] ?? 0, to: now[kind] ?? 0, missing: Set(ids))
      }
    }
    // The lists of folded kinds tell of workloads; an empty one may delete nothing and yet be wrong.
    for (kind, before) in emptiedLists where doubts[kind] == nil && before >= ReadingComparison.smallestLoss {
      doubts[kind] = ReadingDoubt(kind: kind, cause: .fell(from: before, to: 0), missing: [])
    }
    return doubts.values.sorted { $0.kind < $1.kind } + [older].compactMap(\.self)
  }

  private static func counts(_ ids: [ObjectID], of kinds: [String: [ObjectID]]) -> [String: Int] {
    var counts: [String: Int] = [:]
    for id in ids {
      let kind = id.countedKind
      if kinds[kind] != nil { counts[kind, default: 0] += 1 }
    }
    return counts
  }

  private func doubt(about kind: String, from before: Int, to now: Int, missing: Set<ObjectID>) -> ReadingDoubt? {
    let status = reading.coverage.first { $0.qualifiedName == kind }?.status
    if status == .absent {
      return ReadingDoubt(kind: kind, cause: .notServed(recorded: missing.count), missing: missing)
    }
    let loss = before - now
    let isLarge = loss >= ReadingComparison.smallestLoss
    let isOverShare = isLarge && loss * 100 > believedLoss * before && !ReadingComparison.shortLived.contains(kind)
    let isNoneLeft = now == 0 && (isLarge || missing.contains(where: ReadingComparison.countsToTheLast))
    guard isOverShare || isNoneLeft else { return nil }
    return ReadingDoubt(kind: kind, cause: .fell(from: before, to: now), missing: missing)
  }

  /// Whether losing the last object of the kind matters however few there were: policies, and namespaces.
  private static func countsToTheLast(_ id: ObjectID) -> Bool {
    if id.qualifiedResource == ResourceCatalog.namespaces.qualifiedName { return true }
    let type = ResourceCatalog.type(group: id.group, resource: id.resource)
    // What is recorded and stands in no catalogue is a policy that Ambit does not model.
    return !id.isWorkload && (type.map { $0.role == .policy } ?? true)
  }

  /// Folded kinds whose list is empty and was not in the last reading, and how long it was.
  private var emptiedLists: [String: Int] {
    var found: [String: Int] = [:]
    for now in reading.coverage where now.status == .read && now.objectCount == 0 {
      guard ResourceCatalog.type(group: now.group, resource: now.resource)?.role == .folded else { continue }
      for before in last?.coverage ?? []
      where before.qualifiedName == now.qualifiedName && before.namespace == now.namespace {
        found[now.qualifiedName, default: 0] += before.objectCount
      }
    }
    return found
  }

  /// The first list that is older than the last reading's of the same kind.
  ///
  /// Kubernetes' own versions are numbers that only grow. Other servers may use any text, which is not compared.
  private var older: ReadingDoubt? {
    guard let last else { return nil }
    var versions: [String: UInt64] = [:]
    for kind in last.coverage {
      guard let version = kind.resourceVersion.flatMap(UInt64.init) else { continue }
      versions[kind.qualifiedName] = max(version, versions[kind.qualifiedName] ?? 0)
    }
    for kind in reading.coverage {
      guard let version = kind.resourceVersion.flatMap(UInt64.init), let recorded = versions[kind.qualifiedName],
        version < recorded
      else { continue }
      let moment = Moment(milliseconds: last.capturedTo)
      return ReadingDoubt(
        kind: kind.qualifiedName, cause: .older(version: version, recorded: recorded, of: moment), missing: [])
    }
    return nil
  }
}

extension ObjectID {
  /// The kinds that make workloads, by the word that the names of workloads begin with.
  private static let controllers = Dictionary(
    ResourceCatalog.all.filter { $0.role == .folded }.map { ($0.kind.lowercased(), $0.qualifiedName) },
    uniquingKeysWith: { first, _ in first })

  /// The kind that an object counts for: of a workload that of its controller.
  fileprivate var countedKind: String {
    guard isWorkload else { return qualifiedResource }
    let controller = String(name.prefix { $0 != "." })
    return ObjectID.controllers[controller] ?? "workloads of \(controller)"
  }
}
