import AmbitKit
import ClusterReader
import HistoryIndex
import KubeModel
import SnapshotStore
import Testing

@Suite struct RecordStatusTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private let minute: Int64 = 60_000

  private func status(after minutes: Int64 = 0, of moment: Moment, isSigned: Bool = false) throws -> RecordStatus {
    try RecordStatus(
      of: "c", in: fixture.ambit, isSigned: isSigned,
      now: Moment(milliseconds: moment.milliseconds + minutes * minute))
  }

  private func record() throws -> Moment {
    let time = fixture.nextTime()
    try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop"))], at: time)
    return time
  }

  private func fail(_ reason: String, at time: Moment) throws {
    try Recorder(fixture.ambit).recordFailure(
      reason, cluster: "c", scope: nil,
      Recorder.Options(capturedFrom: time, capturedTo: time, isTimeGiven: false, recorded: time))
  }

  @Test func `a record is fresh up to the age that is allowed, and always where none is said`() throws {
    let time = try record()
    #expect(try status(after: 15, of: time).isFresh(within: .seconds(900)))
    #expect(try !status(after: 16, of: time).isFresh(within: .seconds(900)))
    #expect(try status(after: 10_000, of: time).isFresh(within: nil))
  }

  @Test func `a reading that is said to be of the future tells nothing`() throws {
    let time = try record()
    #expect(try status(after: -1, of: time).isFresh(within: .seconds(900)))
    #expect(try !status(after: -3, of: time).isFresh(within: .seconds(900)))
  }

  @Test func `readings that failed are counted and make nothing fresh`() throws {
    let time = try record()
    try fail("no route", at: Moment(milliseconds: time.milliseconds + 20 * minute))
    try fail("no name", at: Moment(milliseconds: time.milliseconds + 25 * minute))
    let status = try status(after: 26, of: time)
    #expect(!status.isFresh(within: .seconds(900)))
    #expect(status.failure?.count == 2 && status.failure?.last.reason == "no name")
    #expect(status.age == .seconds(26 * 60))
    try fixture.record(
      [list("Namespace", "v1", namespace("kube-system"))], at: Moment(milliseconds: time.milliseconds + 30 * minute))
    #expect(try self.status(after: 31, of: time).failure == nil)
  }

  @Test func `a cluster of which every reading failed is not fresh`() throws {
    let time = fixture.nextTime()
    try fail("no route", at: time)
    let status = try status(of: time)
    #expect(status.last == nil && status.failure?.count == 1 && !status.isFresh(within: nil))
  }

  @Test func `kinds that were not read, and the last complete reading, are told`() throws {
    let time = try record()
    let status = try status(of: time)
    #expect(status.lastComplete == nil && status.unread.contains { $0.kind == "networkpolicies.networking.k8s.io" })
    let complete = fixture.nextTime()
    try fixture.record([list("Namespace", "v1", namespace("kube-system"), namespace("shop"))], at: complete, { $0.isComplete = true })
    #expect(try self.status(of: complete).lastComplete?.capturedTo == complete.milliseconds)
    let partial = try record()
    #expect(try self.status(of: partial).lastComplete?.capturedTo == complete.milliseconds)
  }

  @Test func `heads without a signature are told where commits are to be signed`() throws {
    let time = try record()
    #expect(try status(of: time).unsigned == [])
    #expect(try status(of: time, isSigned: true).unsigned.count == 2)
    fixture.ambit.sign(with: try SignerFixture.make().key)
    let signed = fixture.nextTime()
    try fixture.record([list("Namespace", "v1", namespace("kube-system"))], at: signed)
    #expect(try status(of: signed, isSigned: true).unsigned == [])
  }

  @Test func `commits that a remote is not known to have are counted, as far as a sync met it`() async throws {
    _ = try record()
    let other = try StoreFixture()
    var time = try record()
    #expect(try status(of: time).unpushed.isEmpty)
    func sync() async throws {
      _ = try await Synchronizer(fixture.ambit, remote: other.path, .init(variables: ["PATH": "/usr/bin:/bin"])).run()
    }
    try await sync()
    #expect(try status(of: time).unpushed.isEmpty)
    time = try record()
    time = try record()
    let unpushed = try status(of: time).unpushed
    #expect(unpushed.map(\.observations) == [2] && unpushed.map(\.snapshots) == [0])
    try await sync()
    #expect(try status(of: time).unpushed.isEmpty)
  }

  @Test func `an index that is behind is told once`() throws {
    let time = try record()
    #expect(try !status(of: time).isIndexBehind)
    _ = try fixture.git("update-ref", "refs/heads/d", "refs/heads/c")
    _ = try fixture.git("update-ref", "refs/ambit/observations/d", "refs/ambit/observations/c")
    func other() throws -> RecordStatus { try RecordStatus(of: "d", in: fixture.ambit, isSigned: false, now: time) }
    #expect(try other().isIndexBehind)
    #expect(try !other().isIndexBehind)
  }
}
