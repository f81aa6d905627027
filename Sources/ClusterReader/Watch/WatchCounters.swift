internal import KubeModel
import Synchronization

/// What happened to watches since the start, by kind, for who looks after them.
package final class WatchCounters: Sendable {
  package struct Counts: Sendable, Hashable {
    /// Events about objects.
    package var events = 0
    /// Watches that the server ended in good order.
    package var restarts = 0
    /// Lists that were read again because their version was no longer there.
    package var relists = 0
    /// Requests that were refused or broke.
    package var errors = 0
  }

  private let counts = Mutex<[String: Counts]>([:])

  package init() {}

  /// By the kind's qualified name.
  package var byKind: [String: Counts] { counts.withLock { $0 } }

  private func add(_ target: WatchTarget, _ count: WritableKeyPath<Counts, Int>) {
    counts.withLock { $0[target.type.qualifiedName, default: Counts()][keyPath: count] += 1 }
  }

  func event(_ target: WatchTarget) { add(target, \.events) }
  func restart(_ target: WatchTarget) { add(target, \.restarts) }
  func relist(_ target: WatchTarget) { add(target, \.relists) }
  func fail(_ target: WatchTarget) { add(target, \.errors) }
}
