internal import KubeModel

/// A cluster as lists and the watches after them tell it.
///
/// Kept in the form in which objects are recorded, so that it is as large as what it holds, however long it lasts.
struct WatchedState {
  /// What is known of one list.
  private struct Cache {
    enum Status {
      /// Not read yet.
      case starting
      case current
      /// Read, with an object that cannot be used: of none can it be said that it is gone.
      case tainted(String)
      /// Not followed at this moment.
      case down(String, since: ContinuousClock.Instant)
    }

    var status = Status.starting
    /// Whether it was ever read.
    var isRead = false
    var version: String?
    var parts: [ObjectID: ReadingPart] = [:]
    /// The uids of objects that were deleted last, the latest at the end: none of them comes back.
    var gone: [String] = []

    /// Versions of one list only grow; where a server uses other texts than numbers, the last one counts.
    mutating func move(to version: String) {
      if let old = self.version.flatMap(UInt64.init), let new = UInt64(version), new < old { return }
      self.version = version
    }

    mutating func remove(_ id: ObjectID, uid: String?) {
      parts[id] = nil
      guard let uid else { return }
      if gone.count == WatchedState.keptGone { gone.removeFirst() }
      gone.append(uid)
    }

    /// Whether an event tells of what is over, as those do that a server sends once more.
    func isPast(_ event: (id: ObjectID, uid: String?, version: String)) -> Bool {
      if let uid = event.uid, gone.contains(uid) { return true }
      guard let part = parts[event.id], part.uid == event.uid, let known = part.version.flatMap(UInt64.init),
        let version = UInt64(event.version)
      else { return false }
      return version < known
    }
  }

  /// How many deleted objects of a list are remembered.
  private static let keptGone = 200

  /// In the order of the plan.
  private(set) var targets: [WatchTarget] = []
  private var caches: [WatchTarget: Cache] = [:]

  // MARK: Targets

  /// Follows these lists from here on; what is known of others is let go.
  mutating func follow(_ targets: [WatchTarget]) {
    self.targets = targets
    let kept = Set(targets)
    for target in caches.keys where !kept.contains(target) { caches[target] = nil }
    for target in targets where caches[target] == nil { caches[target] = Cache() }
  }

  /// Whether every list was read or is known not to be readable now.
  var isSettled: Bool {
    targets.allSatisfy { if case .starting = caches[$0]?.status { false } else { true } }
  }

  /// How long a list that was followed has not been; nil where it is.
  func downtime(of target: WatchTarget, now: ContinuousClock.Instant) -> Duration? {
    guard let cache = caches[target], cache.isRead, case .down(_, let since) = cache.status else { return nil }
    return since.duration(to: now)
  }

  /// Whether only another list can tell more: no watch begins where there is no version, and what could not be used
  /// may be gone.
  func hasToBeListed(_ target: WatchTarget) -> Bool {
    guard let cache = caches[target] else { return true }
    if case .tainted = cache.status { return true }
    return cache.version == nil
  }

  func isRead(_ target: WatchTarget) -> Bool { caches[target]?.isRead ?? false }

  /// The names of the namespaces, sorted.
  var namespaces: [String] {
    caches.filter { $0.key.type == ResourceCatalog.namespaces }.flatMap { $0.value.parts.keys.map(\.name) }.sorted()
  }

  var daemonSets: Set<DaemonSetName> {
    caches.values.reduce(into: []) { found, cache in
      for part in cache.parts.values { found.formUnion(part.traits.daemonSets) }
    }
  }

  // MARK: Messages

  /// Objects that a message would change; nil where it changes none.
  func changes(_ message: WatchMessage) -> [ObjectID] {
    guard let cache = caches[message.target] else { return [] }
    switch message.body {
    case .changed(let part, let version):
      if cache.isPast((part.id, part.uid, version)) { return [] }
      return cache.parts[part.id].map { $0.isSame(as: part) } == true ? [] : [part.id]
    case .deleted(let id, let uid, let version):
      return cache.parts[id] == nil || cache.isPast((id, uid, version)) ? [] : [id]
    case .listed(let parts, _, _):
      let listed = Set(parts.lazy.map(\.id))
      return parts.filter { part in cache.parts[part.id].map { $0.isSame(as: part) } != true }.map(\.id)
        + cache.parts.keys.filter { !listed.contains($0) }
    case .bookmark, .opened, .down: return []
    }
  }

  mutating func apply(_ message: WatchMessage, now: ContinuousClock.Instant) {
    guard var cache = caches.removeValue(forKey: message.target) else { return }
    switch message.body {
    case .listed(let parts, let version, let taint):
      cache.parts = Dictionary(parts.lazy.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      cache.version = version
      cache.status = taint.map { .tainted($0) } ?? .current
      cache.isRead = true
    case .changed(let part, let version):
      if !cache.isPast((part.id, part.uid, version)) { cache.parts[part.id] = part }
      cache.move(to: version)
    case .deleted(let id, let uid, let version):
      if !cache.isPast((id, uid, version)) { cache.remove(id, uid: uid) }
      cache.move(to: version)
    case .bookmark(let version): cache.move(to: version)
    case .opened: if case .down = cache.status, cache.isRead { cache.status = .current }
    case .down(let error):
      if case .down = cache.status { break }
      cache.status = .down(error.message, since: now)
    }
    caches[message.target] = cache
  }

  // MARK: Readings

  /// How the lists of these targets came out.
  func coverage(of target: WatchTarget) -> KindCoverage {
    guard let cache = caches[target] else { return WatchedState.coverage(target, .unread(reason: "not followed")) }
    switch cache.status {
    case .starting: return WatchedState.coverage(target, .unread(reason: "not read yet"))
    case .down(let reason, _): return WatchedState.coverage(target, .unread(reason: reason))
    case .tainted(let reason):
      return WatchedState.coverage(
        target, .unread(reason: reason), count: cache.parts.count, version: cache.version)
    case .current: return WatchedState.coverage(target, .read, count: cache.parts.count, version: cache.version)
    }
  }

  private static func coverage(
    _ target: WatchTarget, _ status: KindCoverage.Status, count: Int = 0, version: String? = nil
  ) -> KindCoverage {
    KindCoverage(
      group: target.type.group, resource: target.type.resource, namespace: target.namespace, status: status,
      objectCount: count, resourceVersion: version)
  }

  /// All that is known of lists that are followed now. One that is not may have changed since: what is recorded of
  /// it stays as it is.
  func parts(known: KnownObjects) -> ReadingParts {
    var parts = ReadingParts(known: known)
    for target in targets {
      guard let cache = caches[target] else { continue }
      switch cache.status {
      case .starting, .down: continue
      case .current, .tainted: parts.add(cache.parts.values)
      }
    }
    return parts
  }

  /// The versions that the lists which are followed are known at.
  var versions: Set<String> {
    Set(
      caches.values.compactMap { cache in
        switch cache.status {
        case .current, .tainted: cache.version
        case .starting, .down: nil
        }
      })
  }
}

extension ReadingPart {
  /// Whether a recording of both would be the same.
  func isSame(as other: ReadingPart) -> Bool {
    guard uid == other.uid, traits == other.traits else { return false }
    return switch (content, other.content) {
    case (.object(let left, let noise), .object(let right, let otherNoise)):
      left.bytes == right.bytes && noise == otherNoise
    case (.folded(let left, _, _), .folded(let right, _, _)): left == right
    default: false
    }
  }
}
