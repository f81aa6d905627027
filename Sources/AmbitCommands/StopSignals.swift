import Dispatch
import Foundation
import Synchronization

/// Turns SIGTERM and SIGINT into a wish to stop. A second one ends the process at once, and so does a wish that is not
/// fulfilled in time.
final class StopSignals: Sendable {
  private struct State {
    var last: Int32?
    var stop: (@Sendable () -> Void)?
  }

  /// Shorter than what Kubernetes gives a pod: an API server that does not answer holds up no end.
  private static let patience = 25.0

  private let state = Mutex(State())
  /// Set up before anyone else can see this, and touched again only when no one can any more.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  init() {
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: .global())
    }
    for (number, source) in zip([SIGTERM, SIGINT], sources) {
      source.setEventHandler { [weak self] in self?.receive(number) }
      source.resume()
    }
  }

  deinit { for source in sources { source.cancel() } }

  /// The signal that came, if any did.
  var last: Int32? { state.withLock { $0.last } }

  /// Calls `stop` when a signal comes, or at once where one came already.
  func onSignal(_ stop: @escaping @Sendable () -> Void) {
    let isDue = state.withLock { state in
      state.stop = stop
      return state.last != nil
    }
    if isDue { stop() }
  }

  private func receive(_ number: Int32) {
    let (isFirst, stop) = state.withLock { state in
      defer { state.last = state.last ?? number }
      return (state.last == nil, state.stop)
    }
    guard isFirst else { return StopSignals.end(by: number) }
    DispatchQueue.global().asyncAfter(deadline: .now() + StopSignals.patience) { StopSignals.end(by: number) }
    stop?()
  }

  private static func end(by number: Int32) {
    signal(number, SIG_DFL)
    raise(number)
  }
}
