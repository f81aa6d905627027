import AmbitKit
import ClusterReader
import HistoryIndex
import KubeModel
import SnapshotStore
import Testing

@Suite struct RecorderTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private func cluster(_ uid: String, _ names: String...) -> [String] {
    [
      list("Namespace", "v1", namespace("kube-system", uid: uid), namespace("shop", uid: uid)),
      "{\"kind\":\"NetworkPolicyList\",\"apiVersion\":\"networking.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[\(names.map { policy($0) }.joined(separator: ","))]}",
    ]
  }

  @Test func `an unchanged reading adds an observation and no commit`() throws {
    let first = try fixture.record(cluster("u", "a"))
    let second = try fixture.record(cluster("u", "a"))
    #expect(first.isChanged && !second.isChanged)
    #expect(first.commit == second.commit && first.observation != second.observation)
    #expect(try fixture.git("rev-list", "--count", "c") == "1\n")
    #expect(try fixture.git("rev-list", "--count", "refs/ambit/observations/c") == "2\n")
  }

  @Test func `another cluster on a branch is refused, and nothing is written`() throws {
    try fixture.record(cluster("u", "a"))
    let error = #expect(throws: StoreError.self) { try fixture.record(cluster("other", "a")) }
    #expect(error?.code == .wrongCluster)
    #expect(error?.hint?.contains("--accept-new-cluster") == true)
    #expect(try fixture.git("rev-list", "--count", "refs/ambit/observations/c") == "1\n")
    let accepted = try fixture.record(cluster("other", "a"), accepts: true)
    #expect(accepted.isChanged && accepted.isOtherCluster)
    #expect(try !fixture.record(cluster("other", "a"), accepts: true).isOtherCluster)
  }

  @Test func `manifests do not continue the history of a live cluster`() throws {
    try fixture.record(cluster("u", "a"))
    let error = #expect(throws: StoreError.self) {
      try fixture.record(["apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}"])
    }
    #expect(error?.code == .wrongCluster)
  }

  @Test func `time does not go backwards, nor into the future`() throws {
    let time = fixture.nextTime()
    try fixture.record(cluster("u", "a"), at: time)
    let earlier = #expect(throws: StoreError.self) {
      try fixture.record(cluster("u"), at: Moment(milliseconds: time.milliseconds - 1))
    }
    #expect(earlier?.code == .timeBackwards)
    #expect(try fixture.objects().count == 3)
    let reading = try FileReader.read(
      InputFiles(name: "x", bytes: Array(cluster("u", "a").joined(separator: "\n---\n").utf8)), options: .init())
    let later = #expect(throws: StoreError.self) {
      try Recorder(fixture.ambit).record(
        reading, cluster: "c",
        Recorder.Options(
          capturedFrom: time, capturedTo: Moment(milliseconds: time.milliseconds + 2), isTimeGiven: true,
          recorded: Moment(milliseconds: time.milliseconds + 1)))
    }
    #expect(later?.code == .badTime)
    let early = #expect(throws: StoreError.self) {
      try fixture.record(cluster("u", "a"), cluster: "d", at: Moment(milliseconds: -1))
    }
    #expect(early?.code == .badTime)
  }

  @Test func `a failed reading is an observation, also before the first success`() throws {
    let time = fixture.nextTime()
    let options = Recorder.Options(capturedFrom: time, capturedTo: time, isTimeGiven: false, recorded: time)
    try Recorder(fixture.ambit).recordFailure("nobody answers", cluster: "c", scope: nil, options)
    #expect(try fixture.ambit.store.clusters() == ["c"])
    let found = try fixture.ambit.index.read { try $0.observations("c") }
    #expect(found.map(\.result) == ["failed"])
    #expect(found.first?.reason == "nobody answers")
    #expect(try fixture.record(cluster("u", "a")).isChanged)
    #expect(try fixture.git("fsck", "--strict") == "")
  }

  @Test func `deleted and made again between two readings is told apart from changed`() throws {
    try fixture.record([list("NetworkPolicy", "networking.k8s.io/v1", policy("a", uid: "1")), list("Namespace", "v1", namespace("kube-system"))])
    try fixture.record([list("NetworkPolicy", "networking.k8s.io/v1", policy("a", uid: "2")), list("Namespace", "v1", namespace("kube-system"))])
    let changes = try fixture.ambit.index.read { view in
      var filter = HistoryView.Filter()
      filter.name = "a"
      return try view.changes("c", filter)
    }
    #expect(changes.map(\.change.step) == [.recreated, .added])
  }

  @Test func `no state digest rests on git's hash: a shell computes the same`() throws {
    try fixture.record(cluster("u", "a", "../../x", ".git", "a/b", "CON", "Aa", "aA"))
    let script = """
      digest() {
        git ls-tree -z "$1" | while IFS= read -r -d '' line; do
          meta=${line%%$'\\t'*}; name=${line#*$'\\t'}; set -- $meta
          if [ "$2" = tree ]; then printf '%s  %s/\\n' "$(digest "$3")" "$name"
          else printf '%s  %s\\n' "$(git cat-file blob "$3" | sha256sum | cut -d' ' -f1)" "$name"; fi
        done | LC_ALL=C sort | sha256sum | cut -d' ' -f1
      }
      cd '\(fixture.path)' && digest c^{tree}
      """
    let digest = try shell(script)
    let trailer = try fixture.git("log", "-1", "--format=%(trailers:key=Ambit-State-SHA256,valueonly)", "c")
    #expect(digest.count == 65)
    #expect(digest == trailer.split(separator: "\n").joined() + "\n")
  }

  @Test func `what came late, from files and at which time is marked in the commit`() throws {
    try fixture.record(cluster("u", "a"))
    let message = try fixture.git("log", "-1", "--format=%B", "c")
    for trailer in [
      "Ambit-Kind: snapshot", "Ambit-Complete: false", "Ambit-Scope: cluster", "Ambit-Time: given", "Ambit-Source: dump",
      "Ambit-Captured-From: 2026-", "Ambit-Captured-To: 2026-", "Ambit-State-SHA256: ",
    ] {
      #expect(message.contains("\n\(trailer)"), "\(trailer) in\n\(message)")
    }
    let author = try fixture.git("log", "-1", "--format=%at %ct", "c").split(separator: " ")
    #expect(author.count == 2 && author[0] != author[1].dropLast())
  }
}

import Foundation

/// What bash prints.
func shell(_ script: String) throws -> String {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["bash", "-c", script]
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self)
}
