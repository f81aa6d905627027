package import Integrity
internal import KubeModel
internal import SnapshotStore

/// The observations of a cluster as a transparency log: each commit's raw bytes are a leaf of a Merkle tree (RFC 6962).
package struct ObservationLog: Sendable, Hashable {
  package let cluster: String
  package private(set) var tree = MerkleTree()
  /// The hash of the first leaf, by which the log is told from every other.
  private var first: MerkleHash?

  package init(_ cluster: String) { self.cluster = cluster }

  package mutating func append(_ commit: [UInt8]) {
    let leaf = MerkleHash.leaf(commit)
    if first == nil { first = leaf }
    tree.append(leaf)
  }

  /// The log's name, unique in the world: `ambit/<cluster>/` and the first 16 hexadecimal digits of its first leaf's hash.
  package var origin: String? {
    first.map { leaf in
      let digits = leaf.bytes.prefix(8).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
      return "ambit/\(ObservationLog.noteName(cluster))/\(digits.joined())"
    }
  }

  /// A cluster's name as it can stand in the name of a note's key, where `+` and blanks cannot.
  static func noteName(_ cluster: String) -> String {
    cluster.unicodeScalars.map { scalar in
      scalar == "+" || scalar == "%" || scalar.properties.isWhitespace
        ? String(scalar).utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined() : String(scalar)
    }.joined()
  }
}

extension ObservationLog {
  /// The log of a cluster as it stands.
  ///
  /// Costs a look at each observation.
  init(of cluster: String, to head: ObjectName?, in store: SnapshotStore) throws {
    self.init(cluster)
    for name in try store.history(from: head) { append(try store.commitBytes(name)) }
  }
}
