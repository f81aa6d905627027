package import KubeModel

/// When a reading was taken, also where the clock was set while it was under way.
package struct CaptureTime: Sendable, Hashable {
  /// The clock's steps up to this are not told: time services make them.
  private static let ordinaryStep: Int64 = 2_000

  package let from: Moment
  package let to: Moment
  /// What the clock did meanwhile, as a text to flag the reading with.
  package let flag: String?

  /// The clock at the end counts; how long it took, a clock that cannot be set tells.
  ///
  /// - Parameter elapsed: by a monotonic clock.
  package init(started: Moment, ended: Moment, elapsed: Duration) {
    let (seconds, attoseconds) = elapsed.components
    let taken = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    from = Moment(milliseconds: ended.milliseconds - taken)
    to = ended
    let step = ended.milliseconds - started.milliseconds - taken
    flag =
      abs(step) > CaptureTime.ordinaryStep
      ? "the clock was set \(step < 0 ? "back" : "forward") by \(abs(step) / 1000) s while the reading was taken"
      : nil
  }
}
