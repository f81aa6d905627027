import AmbitKit
import ClusterReader
import Foundation
import HistoryIndex
import KubeModel
import SnapshotStore
import TestSupport

/// A store in a folder of its own, and readings that are written down as YAML.
final class StoreFixture {
  let path: String
  let ambit: Ambit
  private var clock: Int64 = 1_790_000_000_000

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/ambit-store-\(UUID().uuidString).git"
    _ = try SnapshotStore.create(at: path)
    ambit = try Ambit(path: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// An hour later each time.
  func nextTime() -> Moment {
    clock += 3_600_000
    return Moment(milliseconds: clock)
  }

  /// Records files, each a name and its text.
  @discardableResult
  func record(
    _ files: [String], cluster: String = "c", at time: Moment? = nil,
    _ change: (inout FileReader.Options) -> Void = { _ in }, accepts: Bool = false
  ) throws -> Recorder.Outcome {
    var options = FileReader.Options()
    change(&options)
    let reading = try FileReader.read(
      InputFiles(name: "input", bytes: Array(files.joined(separator: "\n---\n").utf8)), options: options)
    return try record(reading, cluster: cluster, at: time, accepts: accepts)
  }

  @discardableResult
  func record(
    _ reading: Reading, cluster: String = "c", at time: Moment? = nil, accepts: Bool = false
  ) throws -> Recorder.Outcome {
    let time = time ?? nextTime()
    var options = Recorder.Options(
      capturedFrom: time, capturedTo: time, isTimeGiven: true,
      recorded: Moment(milliseconds: max(time.milliseconds, clock) + 1000))
    options.acceptsNewCluster = accepts
    return try Recorder(ambit).record(reading, cluster: cluster, options)
  }

  /// The titles of the objects in force, without the cluster's own facts.
  func objects(_ cluster: String = "c", at commit: String = "HEAD") throws -> [String] {
    let history = try ClusterHistory(ambit, cluster: cluster, now: Moment(milliseconds: clock + 1_000_000))
    return try history.entries(at: history.point(commit)).map(\.id)
      .filter { $0.resource != "cluster" }.map(\.title).sorted()
  }

  /// The store's own journal.
  var journal: String { ambit.store.ownReference(of: .journal) ?? "" }

  /// Runs stock git on the store and gives what it printed.
  func git(_ arguments: String..., input: String = "") throws -> String {
    try StockGit(path).run(arguments, input: input).text
  }
}

/// A typed list as an API server answers it.
func list(_ kind: String, _ apiVersion: String, version: Int = 1, remaining: Int? = nil, _ items: String...) -> String {
  let more = remaining.map { #","continue":"t","remainingItemCount":\#($0)"# } ?? ""
  return """
    {"kind":"\(kind)List","apiVersion":"\(apiVersion)","metadata":{"resourceVersion":"\(version)"\(more)},\
    "items":[\(items.joined(separator: ","))]}
    """
}

func namespace(_ name: String, uid: String = "u") -> String {
  #"{"metadata":{"name":"\#(name)","uid":"\#(uid)-\#(name)"}}"#
}

func policy(_ name: String, in namespace: String = "shop", uid: String = "1", spec: String = #"{"podSelector":{}}"#)
  -> String
{
  #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)","uid":"\#(uid)"},"spec":\#(spec)}"#
}
