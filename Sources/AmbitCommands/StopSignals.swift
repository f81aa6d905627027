import Dispatch
import Foundation
import Synchronization

/// Turns SIGTERM and SIGINT into a wish to stop; a second one ends the process at once.
final class StopSignals: Sendable {
  private struct State {
    var last: Int32?
    var stop: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())
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
    guard isFirst else {
      signal(number, SIG_DFL)
      raise(number)
      return
    }
    stop?()
  }
}
