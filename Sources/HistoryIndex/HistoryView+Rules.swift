internal import FoundationEssentials
internal import GRDB
internal import Integrity
package import KubeModel

extension HistoryView {
  /// How long each statement of a policy stood, up to a snapshot; in the order in which they came.
  ///
  /// What was taken out later still stands at the snapshot. Costs a row for each version that brought a statement or took
  /// one away.
  package func rules(of id: ObjectID, in cluster: String, upTo commit: String) throws -> [RuleInterval] {
    let steps = try all(
      """
      SELECT snapshot.name, version.rules FROM version JOIN snapshot ON snapshot.id = version.snapshot
      WHERE object = (SELECT object.id FROM object WHERE cluster = (SELECT id FROM cluster WHERE name = ?1)
          AND resource = ?2 AND apiGroup = ?3 AND namespace = ?4 AND name = ?5)
        AND version.snapshot <= (SELECT wanted.id FROM snapshot AS wanted
          WHERE wanted.cluster = (SELECT id FROM cluster WHERE name = ?1) AND wanted.name = ?6)
        AND version.rules IS NOT NULL
      ORDER BY version.snapshot
      """, [cluster, id.resource, id.group, id.namespace ?? "", id.name, HexName.data(commit)]
    ) { row in (commit: try row.name(0), change: try row.rules(1)) }
    var intervals: [RuleInterval] = []
    var standing: [SHA256Value: Int] = [:]
    for (commit, change) in steps {
      for digest in change.removed {
        guard let place = standing.removeValue(forKey: digest) else { continue }
        intervals[place] = RuleInterval(digest: digest, added: intervals[place].added, removed: commit)
      }
      for digest in change.added {
        standing[digest] = intervals.count
        intervals.append(RuleInterval(digest: digest, added: commit, removed: nil))
      }
    }
    return intervals
  }
}

extension RuleChange {
  /// How many statements came, in two bytes, and the digests of those and of the ones that went; nil where there are none.
  var encoded: Data? {
    guard !added.isEmpty || !removed.isEmpty, added.count <= UInt16.max else { return nil }
    var data = Data([UInt8(added.count >> 8), UInt8(added.count & 0xFF)])
    for digest in added + removed { data.append(contentsOf: digest.bytes) }
    return data
  }

  /// Reads what `encoded` wrote; nil where it is something else.
  init?(encoded data: Data) {
    let bytes = Array(data)
    let length = SHA256Value.length
    guard bytes.count >= 2, (bytes.count - 2) % length == 0 else { return nil }
    let digests = stride(from: 2, to: bytes.count, by: length).compactMap { SHA256Value(bytes: bytes[$0..<($0 + length)]) }
    let count = Int(bytes[0]) << 8 | Int(bytes[1])
    guard count <= digests.count else { return nil }
    self.init(added: Array(digests[..<count]), removed: Array(digests[count...]))
  }
}
