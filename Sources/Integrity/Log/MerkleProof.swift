/// Proofs of RFC 6962, and their verification as in RFC 9162 section 2.1.
package enum MerkleProof {
  /// The hashes that lead from a leaf to the root of the tree of these leaves, or nil where there is no such
  /// leaf. Costs O(n) hashes.
  package static func inclusion(of index: Int, in leaves: [MerkleHash]) -> [MerkleHash]? {
    guard leaves.indices.contains(index) else { return nil }
    var path: [MerkleHash] = []
    var range = leaves.indices
    while range.count > 1 {
      let middle = range.lowerBound + split(range.count)
      let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
      path.append(root(leaves[index < middle ? right : left]))
      range = index < middle ? left : right
    }
    return path.reversed()
  }

  /// Whether a leaf stands at an index of the tree with this size and root.
  package static func isIncluded(
    _ leaf: MerkleHash, at index: Int, size: Int, root: MerkleHash, proof: [MerkleHash]
  ) -> Bool {
    guard index >= 0, index < size else { return false }
    var (node, last) = (index, size - 1)
    var hash = leaf
    for other in proof {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = .node(other, hash)
        let shift = node & 1 == 1 ? 0 : node.trailingZeroBitCount
        node >>= shift
        last >>= shift
      } else {
        hash = .node(hash, other)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// The hashes that show that the tree of these leaves only adds to the tree of the first `size` of them, or
  /// nil where it has fewer. Empty for none and for all of them. Costs O(n) hashes.
  package static func consistency(from size: Int, in leaves: [MerkleHash]) -> [MerkleHash]? {
    guard size >= 0, size <= leaves.count else { return nil }
    guard size > 0 else { return [] }
    var path: [MerkleHash] = []
    var range = leaves.indices
    var isWhole = true
    while range.upperBound != size {
      let middle = range.lowerBound + split(range.count)
      if size <= middle {
        path.append(root(leaves[middle..<range.upperBound]))
        range = range.lowerBound..<middle
      } else {
        path.append(root(leaves[range.lowerBound..<middle]))
        range = middle..<range.upperBound
        isWhole = false
      }
    }
    if !isWhole { path.append(root(leaves[range])) }
    return path.reversed()
  }

  /// Whether the tree with the second size and root only adds to that with the first.
  package static func isConsistent(
    from first: (size: Int, root: MerkleHash), to second: (size: Int, root: MerkleHash), proof: [MerkleHash]
  ) -> Bool {
    guard first.size >= 0, first.size <= second.size else { return false }
    if first.size == second.size { return proof.isEmpty && first.root == second.root }
    if first.size == 0 { return proof.isEmpty && first.root == .empty }
    // Where the first tree is one whole subtree of the second, its root is the start and is not sent.
    let isWhole = first.size.nonzeroBitCount == 1
    guard let start = isWhole ? first.root : proof.first else { return false }
    let shift = (~(first.size - 1)).trailingZeroBitCount
    var (node, last) = ((first.size - 1) >> shift, (second.size - 1) >> shift)
    var (old, new) = (start, start)
    for other in isWhole ? proof[...] : proof.dropFirst() {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        (old, new) = (.node(other, old), .node(other, new))
        let shift = node & 1 == 1 ? 0 : node.trailingZeroBitCount
        node >>= shift
        last >>= shift
      } else {
        new = .node(new, other)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && old == first.root && new == second.root
  }

  private static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash { MerkleTree(leaves: leaves).root }

  /// The largest power of two below a count of at least two.
  private static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }
}
