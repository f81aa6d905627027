internal import KubeModel

/// Follows one list: reads it, watches it from there, and takes the watch up again wherever it ends.
///
/// Runs until it is cancelled. What it cannot do now is told, and tried again later and later.
struct ListFollower: Sendable {
  let client: ClusterClient
  let target: WatchTarget
  let queue: WatchQueue
  let turnstile: Turnstile
  let counters: WatchCounters
  /// Tells this follower from an earlier one of the same list.
  let number: Int
  let limits: ClusterClient.WatchLimits
  /// The version that other lists were read at, for the first time that this one is read.
  let firstVersion: String?

  /// The longest wait where the server itself ended a watch in good order.
  private static let longestPause = Duration.seconds(1)

  private static let longestAbsence = Duration.seconds(8)

  /// Where the watch stands, shared with the closures that it calls.
  private actor Position {
    var version: String?
    /// Whether something came since the watch was opened.
    var hasMoved = false

    func restart() { (version, hasMoved) = (nil, false) }
    func move(to version: String) { (self.version, hasMoved) = (version, true) }
    func open() { hasMoved = false }
  }

  func run() async {
    let position = Position()
    var attempts = 0
    var exactVersion = firstVersion
    while !Task.isCancelled {
      do {
        if await position.version == nil {
          let version = try await turnstile.pass { [exactVersion] in try await list(exactVersion) }
          exactVersion = nil
          guard target.isWatchable, let version else { return }
          await position.move(to: version)
        }
        await position.open()
        try await watch(position)
        // It ended in good order. One that brought nothing may do so again at once.
        attempts = await position.hasMoved ? 0 : attempts + 1
        counters.restart(target)
        try await pause(attempts, atMost: ListFollower.longestPause)
      } catch is CancellationError {
        return
      } catch let error where ListFollower.isOutdated(error) {
        counters.relist(target)
        attempts = await position.hasMoved ? 0 : attempts + 1
        await position.restart()
        guard (try? await pause(attempts, atMost: client.options.retry.maximumDelay)) != nil else { return }
      } catch {
        attempts = await position.hasMoved ? 1 : attempts + 1
        guard let code = await tell(error, attempts) else { return }
        if ListFollower.isListedAgain(after: code, attempts) { await position.restart() }
      }
    }
  }

  private func pause(_ attempts: Int, atMost longest: Duration) async throws {
    guard attempts > 0 else { return }
    try await client.options.retry.sleep(min(client.options.retry.delay(attempts), longest))
  }

  /// Whether the server no longer has the version to go on from, as it says in one of two ways.
  private static func isOutdated(_ error: any Error) -> Bool {
    error is WatchEnd || (error as? WatchFailure)?.error.code == .expired
  }

  /// Whether what was seen so far may be no place to go on from.
  private static func isListedAgain(after code: ClusterReaderError.Code, _ attempts: Int) -> Bool {
    switch code {
    // An event that does not read may be an object that does, or the list tells that it does not; and a kind or a
    // right that comes back may be of another server.
    case .badAnswer, .absent, .forbidden: true
    case .unreachable, .timedOut: false
    default: attempts > 3
    }
  }

  /// Tells what went wrong and waits; nil where there is nothing to try again.
  private func tell(_ error: any Error, _ attempts: Int) async -> ClusterReaderError.Code? {
    let failure = error as? WatchFailure
    // Whatever it was, a list that is not followed must not look as if it were.
    let described =
      failure?.error ?? error as? ClusterReaderError
      ?? ClusterReaderError(.serverError, "following \(target.title) ended: \(type(of: error))", cause: error)
    counters.fail(target)
    let retry = client.options.retry
    var delay = min(retry.delay(attempts), retry.maximumDelay)
    switch described.code {
    // A matter of rights or of kinds, which hardly changes within seconds.
    case .forbidden, .absent, .unauthorized: delay = retry.maximumDelay
    // A server that is back is to be met soon, and one that is away has no load.
    case .unreachable, .timedOut: delay = min(delay, ListFollower.longestAbsence)
    default: break
    }
    if let asked = failure?.retryAfter { delay = min(max(delay, asked), retry.maximumDelay) }
    do {
      try await queue.send(WatchMessage(target: target, follower: number, body: .down(described)))
      try await retry.sleep(delay)
      return described.code
    } catch {
      return nil
    }
  }

  // MARK: The list

  private func list(_ exactVersion: String?) async throws -> String? {
    var parts: [ReadingPart] = []
    var taint: String?
    let list = target.list
    let origin = RawObject.Origin(file: target.type.qualifiedName, line: nil)
    func add(_ item: JSONPart) throws {
      do {
        let raw = try list.object(of: try item.value(), origin: origin)
        if let defect = RawObject.defect(of: raw.object, type: raw.type) {
          taint = taint ?? "\(raw.type.kind) \(defect) is left out"
        } else {
          parts.append(ReadingPart(raw, folder: WorkloadFolder()))
        }
      } catch let error as ListedKind.Defect {
        taint = taint ?? error.message
      } catch let error as KubeModelError {
        throw ClusterReaderError(.badAnswer, "an item of \(target.type.qualifiedName) does not read: \(error.message)")
      }
    }
    var version: String?
    if target.isOneNamespace {
      let name = target.namespace ?? ""
      let body = try await client.object(
        group: target.served.group, version: target.served.version, resource: target.served.resource, namespace: nil,
        name: name)
      try add(try JSONDocument(answer: body, to: "the namespace '\(name)'").root)
    } else {
      version = try await client.items(
        of: list, servedAs: target.served, namespace: target.namespace, exactVersion: exactVersion,
        begin: { (parts, taint) = ([], nil) }, page: { items in for item in items { try add(item) } })
    }
    try await queue.send(
      WatchMessage(target: target, follower: number, body: .listed(parts, version: version, taint: taint)))
    return version
  }

  // MARK: The watch

  private func watch(_ position: Position) async throws {
    guard let version = await position.version else { return }
    let (queue, target, number, list, counters) = (queue, target, number, target.list, counters)
    @Sendable func send(_ body: WatchMessage.Body) async throws {
      try await queue.send(WatchMessage(target: target, follower: number, body: body))
    }
    try await client.watch(target.request, from: version, limits, opened: { try await send(.opened) }) { line in
      switch try WatchEvent(line, of: list) {
      case .changed(let part, let version):
        counters.event(target)
        try await send(.changed(part, version: version))
        await position.move(to: version)
      case .deleted(let id, let uid, let version):
        counters.event(target)
        try await send(.deleted(id, uid: uid, version: version))
        await position.move(to: version)
      case .bookmark(let version):
        try await send(.bookmark(version: version))
        await position.move(to: version)
      case .expired: throw WatchEnd.relist
      case .failed(let error): throw WatchFailure(error: error)
      }
    }
  }
}
