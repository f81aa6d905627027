internal import Dispatch
internal import Synchronization

/// One piece of work after another, each on a thread of its own beside the caller's.
final class BackgroundWork: Sendable {
  private let group = DispatchGroup()
  private let failure = Mutex<(any Error)?>(nil)

  /// Starts a piece of work; wait for the one before first.
  func start(_ work: @escaping @Sendable () throws -> Void) {
    DispatchQueue.global().async(group: group) {
      do { try work() } catch { self.failure.withLock { $0 = error } }
    }
  }

  /// Waits until the work is done.
  ///
  /// - Throws: what the work threw.
  func wait() throws {
    group.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
