import AmbitKit
import ArgumentParser
import KubeModel

/// A length of time as one writes it: `90s`, `15m`, `1h30m`.
struct TimeSpan: ExpressibleByArgument {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let start = Moment(milliseconds: 0)
    guard let ago = Moment("\(argument) ago", now: start, day: .start), ago < start else { return nil }
    duration = .milliseconds(-ago.milliseconds)
  }

  /// The largest unit that tells it whole.
  var defaultValueDescription: String {
    let seconds = duration.components.seconds
    for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)] where seconds % size == 0 {
      return "\(seconds / size)\(unit)"
    }
    return "\(seconds)s"
  }
}
