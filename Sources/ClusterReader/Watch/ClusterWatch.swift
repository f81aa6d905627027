package import KubeModel
import Programs

/// A cluster that is followed: every kind that a reading looks at is listed once and watched from there.
///
/// Made in one task and used by it alone; the lists are followed in tasks of their own.
package final class ClusterWatch {
  package struct Options: Sendable {
    /// Confines it to one namespace; nil follows the whole cluster.
    package var namespace: String?
    /// Between two surveys of what the server serves.
    package var interval: Duration = .seconds(300)
    /// How long nothing more must come for what came to be told.
    package var quiet: Duration = .milliseconds(250)
    /// How long what came is held back at most.
    package var longestQuiet: Duration = .seconds(1)
    /// Longest silence of one watch: servers send bookmarks about once a minute, and two were missed.
    package var idle: Duration = .seconds(130)
    /// How long one watch lasts before the server ends it.
    package var watchSeconds = 480
    /// Messages that are held before the server has to wait.
    package var capacity = 4_000

    package init() {}
  }

  package let counters = WatchCounters()
  private let client: ClusterClient
  private let options: Options
  private let queue: WatchQueue
  private let turnstile = Turnstile(3)
  private var state = WatchedState()
  private var survey: WatchSurvey?
  private var settings: (settings: [String: String]?, coverage: KindCoverage)?
  private var followers: [WatchTarget: (number: Int, task: Task<Void, Never>)] = [:]
  private var started = 0
  /// Kinds that may be read namespace by namespace only.
  private var narrowed: Set<ResourceType> = []
  /// What came and was not applied yet, in the order of the server's versions.
  private var pending: ArraySlice<WatchMessage> = []
  /// A survey that came while lists were waited for.
  private var pendingSurvey: Result<WatchSurvey, ClusterReaderError>?
  private var timer: Task<Void, Never>?
  private var reminder: Task<Void, Never>?

  private init(_ client: ClusterClient, _ options: Options) {
    self.client = client
    self.options = options
    queue = WatchQueue(capacity: options.capacity)
  }

  /// Makes a watch, lends it to `body` and ends it, also when `body` throws.
  package static func with<Result>(
    _ client: ClusterClient, _ options: Options, _ body: (ClusterWatch) async throws -> Result
  ) async throws -> Result {
    let watch = ClusterWatch(client, options)
    do {
      let result = try await body(watch)
      await watch.end()
      return result
    } catch {
      await watch.end()
      throw error
    }
  }

  private func end() async {
    timer?.cancel()
    reminder?.cancel()
    for follower in followers.values { follower.task.cancel() }
    for follower in followers.values { await follower.task.value }
    followers = [:]
  }

  /// Ends the watch from anywhere: `next` gives what came so far, and then nil.
  package var stop: @Sendable () -> Void { { [queue] in queue.stop() } }

  package var isStopped: Bool { queue.isStopped }

  /// Waits; false where the watch was stopped meanwhile.
  package func pause(_ duration: Duration) async -> Bool {
    let end = ContinuousClock.now + duration
    while !isStopped, .now < end {
      guard (try? await Task.sleep(for: min(.milliseconds(200), ContinuousClock.now.duration(to: end)))) != nil else { return false }
    }
    return !isStopped
  }

  // MARK: Following

  /// How long lists that are read anew, and what the server serves, are waited for.
  private static let longestWait: Duration = .seconds(30)

  /// Finds out what the server serves, and reads every list once.
  ///
  /// - Throws: `ClusterReaderError` where the server does not tell.
  package func start() async throws {
    survey = try await WatchSurvey(of: client)
    timer = Task { [client, queue, interval = options.interval] in
      while (try? await Task.sleep(for: interval)) != nil {
        queue.tick(await WatchSurvey.result(of: client, within: ClusterWatch.longestWait))
      }
    }
    try await listAll(within: client.options.answerTimeout)
  }

  /// Reads every list anew, whatever was known: another writer may have recorded what no watch told yet.
  package func listAll() async throws { try await listAll(within: ClusterWatch.longestWait) }

  private func listAll(within limit: Duration) async throws {
    for follower in followers.values { follower.task.cancel() }
    followers = [:]
    pending = []
    state.follow([])
    // The namespaces come first: their version is asked of all others, and where rights are given namespace by
    // namespace, they tell which.
    follow(targets.filter { $0.type == ResourceCatalog.namespaces }, at: nil)
    await settle(within: limit)
    follow(targets, at: state.versions.first)
    await settle(within: limit)
    await readSettings()
  }

  /// Follows kinds that came, and lets go of those that went. Lists that cannot be watched are read again.
  private func adopt(_ found: WatchSurvey) async {
    survey = found
    for target in state.targets where !target.isWatchable || state.hasToBeListed(target) { forget(target) }
    follow(targets, at: nil)
    await readSettings()
  }

  private func readSettings() async {
    let (client, daemonSets) = (client, state.daemonSets)
    do {
      settings = try await withTimeLimit(ClusterWatch.longestWait) {
        try await client.enforcementSettings(of: daemonSets)
      }
    } catch {
      settings = settings.map { known in
        (known.settings, KindCoverage(group: "", resource: "configmaps", namespace: known.coverage.namespace, status: .unread(reason: "not told in time")))
      }
    }
  }

  /// The lists that what is known of the server asks for.
  private var targets: [WatchTarget] {
    (survey?.plan.kinds ?? []).flatMap { kind -> [WatchTarget] in
      guard case .served(let served) = kind.source else { return [] }
      func target(_ namespace: String?) -> WatchTarget {
        WatchTarget(type: kind.type, served: served, namespace: namespace)
      }
      if let scope = options.namespace {
        return kind.type.isNamespaced || kind.type == ResourceCatalog.namespaces ? [target(scope)] : []
      }
      return narrowed.contains(kind.type) ? state.namespaces.map(target) : [target(nil)]
    }
  }

  private func follow(_ targets: [WatchTarget], at version: String?) {
    state.follow(targets)
    let wanted = Set(targets)
    for target in followers.keys where !wanted.contains(target) { forget(target) }
    for (place, target) in targets.enumerated() where followers[target] == nil {
      started += 1
      let follower = ListFollower(
        client: client, target: target, queue: queue, turnstile: turnstile, counters: counters, number: started,
        // Watches that end at different times are taken up again at different times.
        limits: .init(seconds: options.watchSeconds + place % 20 * 6, idle: options.idle), firstVersion: version)
      followers[target] = (started, Task { await follower.run() })
    }
  }

  private func forget(_ target: WatchTarget) {
    followers.removeValue(forKey: target)?.task.cancel()
  }

  /// Applies what comes until every list was read, or cannot be. One that takes longer is not read yet.
  private func settle(within limit: Duration) async {
    let end = ContinuousClock.now + limit
    remind(after: limit)
    while !state.isSettled, .now < end {
      guard let gathered = await queue.gather(quiet: .zero, longest: .zero) else { return }
      pendingSurvey = gathered.survey ?? pendingSurvey
      for message in current(gathered.messages) { apply(message) }
      narrow()
    }
  }

  /// Messages of followers that were not replaced meanwhile.
  private func current(_ messages: [WatchMessage]) -> [WatchMessage] {
    messages.filter { followers[$0.target]?.number == $0.follower }
  }

  private var toNarrow: Set<ResourceType> = []

  private func apply(_ message: WatchMessage) {
    if case .down(let error) = message.body, error.code == .forbidden, message.target.namespace == nil,
      message.target.type.isNamespaced, !state.isRead(message.target)
    {
      toNarrow.insert(message.target.type)
    }
    state.apply(message, now: .now)
  }

  /// Follows kinds namespace by namespace that may not be read all at once.
  private func narrow() {
    guard !toNarrow.isEmpty, !state.namespaces.isEmpty else { return }
    narrowed.formUnion(toNarrow)
    toNarrow = []
    follow(targets, at: nil)
  }

  // MARK: Turns

  /// What woke the one that records.
  package struct Turn: Sendable {
    /// Whether an interval is over.
    package let isInterval: Bool
    /// Why it is not known what the server serves now; what it served before counts on.
    package let surveyFailure: String?
  }

  /// Waits until something came, an interval is over or a reminder is due; nil when the watch was stopped.
  package func next() async -> Turn? {
    var survey = pendingSurvey
    pendingSurvey = nil
    if survey == nil {
      guard let gathered = await queue.gather(quiet: options.quiet, longest: options.longestQuiet) else { return nil }
      pending = ArraySlice(pending + ClusterWatch.ordered(current(gathered.messages)))
      survey = gathered.survey
    }
    switch survey {
    case nil: return Turn(isInterval: false, surveyFailure: nil)
    case .failure(let error): return Turn(isInterval: true, surveyFailure: error.message)
    case .success(let found):
      await adopt(found)
      return Turn(isInterval: true, surveyFailure: nil)
    }
  }

  /// Messages in the order of the server's versions, which count all of its writes; those of one list stay in theirs.
  static func ordered(_ messages: [WatchMessage]) -> [WatchMessage] {
    var last: [WatchTarget: UInt64] = [:]
    let keyed = messages.enumerated().map { place, message in
      let key = max(message.version ?? 0, last[message.target] ?? 0)
      last[message.target] = key
      return (key: key, place: place, message: message)
    }
    return keyed.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.message)
  }

  /// Wakes the one that records once more, after a while.
  package func remind(after wait: Duration) {
    reminder?.cancel()
    reminder = Task { [queue] in
      if (try? await Task.sleep(for: wait)) != nil { queue.remind() }
    }
  }

  package var hasPending: Bool { !pending.isEmpty }

  /// Takes a step: applies what came, up to where an object would change a second time.
  ///
  /// So each version that a watch showed is there after some step.
  ///
  /// - Returns: whether an object changed.
  package func advance() -> Bool {
    var changed: Set<ObjectID> = []
    while let message = pending.first {
      let ids = state.changes(message)
      guard changed.isDisjoint(with: ids) else { break }
      // What came before a list was lost is recorded as long as it is known to be so.
      if case .down = message.body, !changed.isEmpty { break }
      pending.removeFirst()
      changed.formUnion(ids)
      apply(message)
    }
    narrow()
    return !changed.isEmpty
  }

  // MARK: Telling

  /// Messages that wait to be recorded.
  package var backlog: Int { queue.count + pending.count }

  /// Lists that were followed and are not now, with the time since then.
  package var downtimes: [(target: WatchTarget, since: Duration)] {
    let now = ContinuousClock.now
    return state.targets.compactMap { target in state.downtime(of: target, now: now).map { (target, $0) } }
  }

  /// Whether anything is known of the cluster at this moment.
  package var isAnythingRead: Bool { coverage.contains { $0.status == .read } }

  /// How each kind stands.
  package var coverage: [KindCoverage] {
    let followed = Dictionary(grouping: state.targets, by: \.type)
    var coverage: [KindCoverage] = []
    for kind in survey?.plan.kinds ?? [] {
      func note(_ status: KindCoverage.Status) {
        coverage.append(KindCoverage(group: kind.type.group, resource: kind.type.resource, status: status))
      }
      switch kind.source {
      case .absent: note(.absent)
      case .unread(let reason): note(.unread(reason: reason))
      case .served:
        let lists = followed[kind.type] ?? []
        if lists.isEmpty { note(.unread(reason: ClusterWatch.outside(options.namespace))) }
        coverage += lists.map { state.coverage(of: $0) }
      }
    }
    return coverage + (settings.map { [$0.coverage] } ?? [])
  }

  private static func outside(_ namespace: String?) -> String {
    namespace.map { "outside of namespace '\($0)'" } ?? "not followed yet"
  }

  /// The cluster as it is known at this moment: each kind at the version that its coverage tells.
  package func reading(known: KnownObjects) -> Reading {
    let coverage = coverage
    var assembler = ReadingAssembler(
      coverage: coverage, source: .server, scope: options.namespace, settings: settings?.settings,
      isOneInstant: state.versions.count <= 1)
    assembler.serverVersion = survey?.serverVersion
    let outside = ClusterWatch.outside(options.namespace)
    assembler.isIntact = coverage.allSatisfy { ($0.unreadReason ?? outside) == outside }
    assembler.notes = client.connection.notes.map(\.message) + [ClusterWatch.note]
    return assembler.reading(of: state.parts(known: known))
  }

  /// What an observation says of how it was made.
  static let note = "from watches: each kind as of its resourceVersion"
}
