import AmbitKit
import KubeModel

/// Times a reading, by the clock and by one that nobody can set.
struct Stopwatch {
  private let started = Moment.now
  private let instant = ContinuousClock.now

  /// From the making of the stopwatch until now.
  var time: CaptureTime {
    CaptureTime(started: started, ended: Moment.now, elapsed: instant.duration(to: .now))
  }
}
