import AmbitKit
import Foundation
import KubeModel
import SnapshotStore

/// A history of a synthetic cluster: a first snapshot, and then ten objects that change in each.
struct SyntheticHistory {
  let count: Int
  /// Milliseconds since 1970 of the first snapshot; five minutes lie between two.
  private let start: Int64 = 1_700_000_000_000
  private let layout: StoreLayout
  /// What else is there from the first snapshot on, in canonical form.
  private let surroundings: [(id: ObjectID, object: KubeObject)]

  init(count: Int, among surroundings: [(id: ObjectID, object: KubeObject)] = []) {
    self.count = count
    self.surroundings = surroundings
    var layout = StoreLayout()
    layout.fit((0..<count).map(SyntheticHistory.id))
    self.layout = layout
  }

  private static func id(_ index: Int) -> ObjectID {
    ObjectID(
      group: "networking.k8s.io", resource: "networkpolicies", namespace: "team-\(index / 50)", name: "policy-\(index)")
  }

  /// The objects that a snapshot changes. The first object changes in every hundredth, so that it has many versions.
  func changed(_ snapshot: Int) -> [Int] {
    guard snapshot > 0 else { return Array(0..<count) }
    return (0..<10).map { $0 == 0 && snapshot % 100 == 0 ? 0 : 1 + (snapshot &* 7_919 &+ $0 &* 104_729) % (count - 1) }
  }

  /// The files of the state that a snapshot writes.
  func files(_ snapshot: Int) throws -> [String: [UInt8]?] {
    var files: [String: [UInt8]?] = [:]
    for index in changed(snapshot) {
      files[layout.path(of: SyntheticHistory.id(index))] = .some(try object(index, version: snapshot))
    }
    if snapshot == 0 {
      for (id, object) in surroundings { files[layout.path(of: id)] = .some(CanonicalYAML.bytes(of: object.value)) }
    }
    return files
  }

  private func object(_ index: Int, version: Int) throws -> [UInt8] {
    let text = SyntheticCluster.policy(index, version: version)
    guard var map = try JSONDocument(Array(text.utf8)).root.value().map else { return [] }
    map["apiVersion"] = "networking.k8s.io/v1"
    map["kind"] = "NetworkPolicy"
    let type = ResourceCatalog.type(named: "networkpolicies")
    guard let type else { return [] }
    return CanonicalYAML.bytes(of: CanonicalForm.object(KubeObject(.map(map)), type: type).value)
  }

  // MARK: What is said of a snapshot

  func time(_ snapshot: Int) -> Moment { Moment(milliseconds: start + Int64(snapshot) * 300_000) }

  func trailers(_ snapshot: Int) -> [(key: String, value: String)] {
    [
      ("Ambit-Complete", "true"), ("Ambit-Scope", "cluster"), ("Ambit-Captured-From", time(snapshot).text),
      ("Ambit-Captured-To", time(snapshot).text), ("Ambit-Time", "clock"), ("Ambit-Source", "server"),
      ("Ambit-Version", Ambit.version),
    ]
  }

  func observationTrailers(_ snapshot: Int, state: String) -> [(key: String, value: String)] {
    [("Ambit-Kind", "observation")] + trailers(snapshot)
      + [("Ambit-Result", "changed"), ("Ambit-State", state), ("Ambit-Resource-Version", "\(4_000 + snapshot)")]
  }

  /// The files of an observation: what was looked at, and the versions and field managers of what changed.
  func observationFiles(_ snapshot: Int) -> [String: [UInt8]] {
    var files = ["observation.yaml": SyntheticHistory.testimony]
    for (namespace, indexes) in Dictionary(grouping: changed(snapshot), by: { $0 / 50 }) {
      var text = "form: \(CanonicalForm.version)\nnamespace: team-\(namespace)\n"
      for index in Set(indexes).sorted() {
        text += """
          ---
          about: networkpolicies.networking.k8s.io/policy-\(index)
          generation: \(snapshot + 1)
          managedFields:
          - apiVersion: networking.k8s.io/v1
            fieldsType: FieldsV1
            fieldsV1:
              f:spec:
                f:egress: {}
                f:ingress: {}
                f:podSelector: {}
                f:policyTypes: {}
            manager: gitops
            operation: Apply
            time: "2026-01-01T00:00:00Z"
          resourceVersion: "\(1_000 + index + snapshot)"
          sha256: "\(String(repeating: "0", count: 56))\(snapshot % 90_000_000 + 10_000_000)"

          """
      }
      files["seen/namespaces/team-\(namespace).yaml"] = Array(text.utf8)
    }
    return files
  }

  static let testimony: [UInt8] = {
    let kinds = ResourceCatalog.all.map { type in
      "  - group: \(type.group.isEmpty ? "\"\"" : type.group)\n    objects: 0\n    resource: \(type.resource)\n    status: read\n"
    }
    return Array(
      ("apiVersion: ambit/v1\nkind: Observation\nspec:\n  complete: true\n  coverage:\n" + kinds.joined()
        + "  diagnostics: []\n  notes: []\n  oneInstant: true\n  source: server\n  tool: ambit\n").utf8)
  }()

  /// What the store is given for a snapshot.
  func recording(_ snapshot: Int) throws -> Recording {
    let seconds = time(snapshot).seconds
    let who = Signature(name: "Ambit", email: "ambit@c", time: seconds)
    let observation = observationFiles(snapshot)
    return Recording(
      edits: try files(snapshot),
      snapshot: { digest in
        CommitText(
          author: who, committer: who, subject: "snapshot: 10 changed",
          trailers: [("Ambit-Kind", "snapshot")] + trailers(snapshot) + [("Ambit-State-SHA256", digest)])
      },
      observation: { state, _ in
        (
          observation,
          CommitText(
            author: who, committer: who, subject: "observation: changed",
            trailers: observationTrailers(snapshot, state: state?.description ?? ""))
        )
      })
  }
}
