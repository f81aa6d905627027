internal import Crypto

/// The SHA-256 hash of a leaf or of a node in a Merkle tree, as in RFC 6962 section 2.1.
package struct MerkleHash: Sendable, Hashable {
  /// Always 32 bytes.
  package let bytes: [UInt8]

  /// Nil where there are other than 32 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  fileprivate init(digest: some Sequence<UInt8>) { bytes = Array(digest) }

  /// The hash of an entry. Leaves and nodes are told apart, so that neither can pass for the other.
  package static func leaf(_ entry: [UInt8]) -> MerkleHash {
    var hasher = SHA256()
    hasher.update(data: [0])
    hasher.update(data: entry)
    return MerkleHash(digest: hasher.finalize())
  }

  static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    var hasher = SHA256()
    hasher.update(data: [1])
    hasher.update(data: left.bytes)
    hasher.update(data: right.bytes)
    return MerkleHash(digest: hasher.finalize())
  }

  /// The root of a tree without leaves.
  static let empty = MerkleHash(digest: SHA256.hash(data: [UInt8]()))
}

/// A growing Merkle tree of which only the roots of its whole subtrees are kept: one for each bit that is
/// set in its size, the largest first.
///
/// Appending and the root cost O(log n) hashes. Proofs need the leaves: `MerkleProof`.
package struct MerkleTree: Sendable, Hashable {
  package private(set) var size = 0
  /// What has to be kept to go on, beside the size.
  package private(set) var subtrees: [MerkleHash] = []

  package init() {}

  package init(leaves: some Sequence<MerkleHash>) {
    for leaf in leaves { append(leaf) }
  }

  /// Goes on from a state that was kept; nil where the number of subtrees is not that of the size.
  package init?(size: Int, subtrees: [MerkleHash]) {
    guard size >= 0, size.nonzeroBitCount == subtrees.count else { return nil }
    self.size = size
    self.subtrees = subtrees
  }

  package mutating func append(_ leaf: MerkleHash) {
    var right = leaf
    // As in counting: each bit that is carried over is a pair of subtrees that becomes one.
    for _ in 0..<(~size).trailingZeroBitCount {
      guard let left = subtrees.popLast() else { break }
      right = .node(left, right)
    }
    subtrees.append(right)
    size += 1
  }

  package var root: MerkleHash {
    guard var root = subtrees.last else { return .empty }
    for left in subtrees.dropLast().reversed() { root = .node(left, root) }
    return root
  }
}
