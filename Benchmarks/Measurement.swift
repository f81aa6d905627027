import Foundation

/// What a piece of work cost: time on the clock, and time of the processor in this process and its children.
struct Measurement {
  let wall: Double
  let cpu: Double

  static func of(_ work: () throws -> Void) rethrows -> Measurement {
    let (wall, cpu) = (Date().timeIntervalSince1970, processorTime())
    try work()
    return Measurement(wall: Date().timeIntervalSince1970 - wall, cpu: processorTime() - cpu)
  }

  /// The one in the middle, by time of the processor.
  static func median(_ measurements: [Measurement]) -> Measurement {
    measurements.sorted { $0.cpu < $1.cpu }[measurements.count / 2]
  }

  /// The one of some runs that took the least time on the clock.
  static func fastest(of runs: Int, _ work: () throws -> Void) rethrows -> Measurement {
    let all = try (0..<runs).map { _ in try Measurement.of(work) }
    return all.min { $0.wall < $1.wall } ?? all[0]
  }

  /// The most memory that the process has had, in MB.
  static var peakMemory: Int {
    var usage = rusage()
    getrusage(0, &usage)
    return usage.ru_maxrss / 1_024
  }

  private static func processorTime() -> Double {
    // RUSAGE_SELF and RUSAGE_CHILDREN, whose types differ from system to system.
    ([0, -1] as [Int32]).reduce(0) { sum, who in
      var usage = rusage()
      getrusage(who, &usage)
      return sum + seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
  }

  /// A line with both times in milliseconds.
  func print(_ name: String) {
    Swift.print("  \(name.padding(toLength: 52, withPad: " ", startingAt: 0)) \(text(cpu)) ms CPU \(text(wall)) ms wall")
  }

  private func text(_ seconds: Double) -> String {
    let digits = String(Int((seconds * 10_000).rounded()))
    let padded = String(repeating: "0", count: max(0, 2 - digits.count)) + digits
    let number = "\(padded.dropLast()).\(padded.suffix(1))"
    return String(repeating: " ", count: max(0, 9 - number.count)) + number
  }

  /// What the peer needed for each unit that this needed: above 1, this is the faster one.
  func printRatio(_ name: String, to peer: Measurement) {
    let ratio = (peer.cpu / cpu * 100).rounded() / 100
    let wallRatio = (peer.wall / wall * 100).rounded() / 100
    Swift.print("  \(name): \(ratio) times as fast as the peer by CPU, \(wallRatio) by wall time")
  }
}
