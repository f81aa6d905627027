internal import Controls

extension Timeline {
  /// The longest stretch that fails; of several as long, the first.
  var longestViolation: Interval? {
    violations.reduce(nil) { longest, interval in
      longest.map { $0.length >= interval.length } == true ? longest : interval
    }
  }

  /// Milliseconds in which nobody looked; no conclusion is about them.
  var unobserved: Int64 { intervals.reduce(0) { $0 + ($1.isGap ? $1.length : 0) } }

  /// What has to be said beside a conclusion over a period that has gaps.
  var reservation: String? {
    unobserved == 0 ? nil : "nobody looked for \(unobserved / 1000) seconds of the period, of which this says nothing"
  }

  /// The part of observed time that had a status, from 0 to 1; 0 where nobody looked.
  func share(of status: ControlStatus) -> Double {
    observed == 0 ? 0 : Double(length(of: status)) / Double(observed)
  }
}
