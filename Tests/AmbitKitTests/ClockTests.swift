import AmbitKit
import ClusterReader
import HistoryIndex
import KubeModel
import SnapshotStore
import Testing

/// A clock that jumps stops no recording and is told.
@Suite struct ClockTests {
  let fixture: StoreFixture
  private static let hour: Int64 = 3_600_000
  private static let noon = Moment(milliseconds: 1_790_000_000_000)

  init() throws { fixture = try StoreFixture() }

  private func hours(_ count: Int64) -> Moment {
    Moment(milliseconds: ClockTests.noon.milliseconds + count * ClockTests.hour)
  }

  /// Records a reading of these policies by a clock that says `time`.
  private func record(_ policies: [String], at time: Moment) throws -> Recorder.Outcome {
    let items = policies.map { policy($0) }.joined(separator: ",")
    let text =
      #"{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"},"items":[\#(items)]}"#
    var options = FileReader.Options()
    options.isAllNamespaces = true
    let reading = try FileReader.read(InputFiles(name: "input", bytes: Array(text.utf8)), options: options)
    return try Recorder(fixture.ambit).record(
      reading, cluster: "c",
      Recorder.Options(capturedFrom: time, capturedTo: time, isTimeGiven: false, recorded: time))
  }

  private func policies(at time: Moment, now: Moment) throws -> [String] {
    let history = try ClusterHistory(fixture.ambit, cluster: "c", now: now)
    return try history.entries(at: history.point(time.text)).filter { $0.kind == "NetworkPolicy" }.map(\.id.name)
  }

  @Test func `a clock that went back is flagged once, and readings go on`() throws {
    #expect(try record(["a"], at: hours(0)).flags.isEmpty)
    #expect(try record(["a", "ahead"], at: hours(100)).flags.isEmpty)
    let back = try record(["a", "ahead", "back"], at: hours(1))
    #expect(
      back.flags == [
        "the clock went back: it says \(hours(1).text), and the last reading was said to be of \(hours(100).text)"
      ])
    #expect(try record(["a", "after"], at: hours(2)).flags.isEmpty)
    let observations = try fixture.ambit.index.read { try $0.observations("c") }
    #expect(observations.map(\.notes) == [[], [], back.flags, []])
  }

  @Test func `a moment shows what was recorded last of all that the clock said up to it`() throws {
    _ = try record(["a"], at: hours(0))
    _ = try record(["a", "ahead"], at: hours(100))
    _ = try record(["a", "ahead", "back"], at: hours(1))
    _ = try record(["a", "after"], at: hours(2))
    #expect(try policies(at: hours(0), now: hours(3)) == ["a"])
    #expect(try policies(at: hours(1), now: hours(3)) == ["a", "ahead", "back"])
    #expect(try policies(at: hours(3), now: hours(3)) == ["a", "after"])
    #expect(try policies(at: hours(200), now: hours(200)) == ["a", "after"])
  }

  @Test func `a time that someone gave still may not go back`() throws {
    _ = try record(["a"], at: hours(2))
    let error = #expect(throws: StoreError.self) {
      try fixture.record([list("NetworkPolicy", "networking.k8s.io/v1", policy("a"))], at: hours(1))
    }
    #expect(error?.code == .timeBackwards)
  }

  @Test(arguments: [
    (0, 1_000, 1_000, nil), (0, 2_500, 1_000, nil), (5_000, 4_500, 1_000, nil),
    (100_000, 10_000, 5_000, "the clock was set back by 95 s while the reading was taken"),
    (0, 100_000, 5_000, "the clock was set forward by 95 s while the reading was taken"),
  ] as [(Int64, Int64, Int64, String?)])
  func `the end is the clock's, the length is measured`(
    _ given: (started: Int64, ended: Int64, elapsed: Int64, flag: String?)
  ) {
    let time = CaptureTime(
      started: Moment(milliseconds: given.started), ended: Moment(milliseconds: given.ended),
      elapsed: .milliseconds(given.elapsed))
    #expect(time.to.milliseconds == given.ended)
    #expect(time.from.milliseconds == given.ended - given.elapsed)
    #expect(time.flag == given.flag)
  }

  @Test func `what the clock did while a reading was taken is flagged`() throws {
    let reading = try FileReader.read(
      InputFiles(name: "input", bytes: Array(list("NetworkPolicy", "networking.k8s.io/v1", policy("a")).utf8)),
      options: .init())
    let time = CaptureTime(started: hours(3), ended: hours(1), elapsed: .seconds(2))
    var options = Recorder.Options(
      capturedFrom: time.from, capturedTo: time.to, isTimeGiven: false, recorded: time.to)
    options.clockFlag = time.flag
    let outcome = try Recorder(fixture.ambit).record(reading, cluster: "c", options)
    #expect(outcome.flags == ["the clock was set back by 7202 s while the reading was taken"])
  }
}
