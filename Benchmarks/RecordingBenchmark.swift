import AmbitKit
import ClusterReader
import Foundation
import KubeModel
import SnapshotStore

/// Readings of 10,000 objects, from the API server's answers to a durable commit, its observation and an index that
/// knows it, beside a script that dumps the same answers into files for `git add -A && git commit`.
enum RecordingBenchmark {
  static let count = 10_000
  static let rounds = 5

  static func run() throws {
    try Scratch.with { folder in
      _ = try SnapshotStore.create(at: "\(folder)/store.git")
      let lists = "\(folder)/lists"
      let peer = try GitPeer("\(folder)/files")
      var cluster = SyntheticCluster(count: count)
      try cluster.write(to: lists)
      var time: Int64 = 1_700_000_000_000

      /// As a command does: with a store that is opened for it.
      func record() throws -> Recorder.Outcome {
        time += 60_000
        let ambit = try Ambit(path: "\(folder)/store.git")
        let recorder = Recorder(ambit)
        var options = FileReader.Options()
        options.known = try recorder.known("c")
        let reading = try FileReader.read(InputFiles(path: lists), options: options)
        let now = Moment(milliseconds: time)
        return try recorder.record(
          reading, cluster: "c", Recorder.Options(capturedFrom: now, capturedTo: now, isTimeGiven: true, recorded: now))
      }
      func dump() throws {
        try DumpPeer.run(from: lists, to: peer.folder)
        try peer.commit()
      }

      compare("first snapshot of \(count) objects", try Measurement.of { _ = try record() }, try Measurement.of(dump))
      var ours: [Measurement] = []
      var theirs: [Measurement] = []
      for round in 1...rounds {
        for change in 0..<10 { cluster.versions[(round * 997 + change * 1_009) % count] = round }
        try cluster.write(to: lists)
        ours.append(try Measurement.of { _ = try record() })
        theirs.append(try Measurement.of(dump))
      }
      compare("ten of \(count) changed (median of \(rounds))", Measurement.median(ours), Measurement.median(theirs))
      let unchanged = try (1...4 * rounds).map { _ in try Measurement.of { _ = try record() } }
      Measurement.median(unchanged).print("ambit, \(count) unchanged (median of \(4 * rounds))")
    }
  }

  private static func compare(_ name: String, _ ours: Measurement, _ theirs: Measurement) {
    ours.print("ambit, \(name)")
    theirs.print("dump, git add -A && git commit")
    ours.printRatio(name, to: theirs)
  }
}

/// A script such as those that keep clusters in git: a file for each object, without what the server adds.
enum DumpPeer {
  private static let script = """
    import json, os, sys
    for name in sorted(os.listdir(sys.argv[1])):
        with open(os.path.join(sys.argv[1], name)) as file:
            answer = json.load(file)
        for item in answer["items"]:
            item["kind"], item["apiVersion"] = answer["kind"][:-4], answer["apiVersion"]
            metadata = item["metadata"]
            for key in ("managedFields", "resourceVersion", "generation", "uid"):
                metadata.pop(key, None)
            folder = os.path.join(sys.argv[2], metadata.get("namespace", "_cluster"))
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, item["kind"] + "-" + metadata["name"] + ".json"), "w") as file:
                file.write(json.dumps(item, sort_keys=True))
    """

  static func run(from lists: String, to folder: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, lists, folder]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }
}
