@testable import Integrity
import Testing

/// The entries, roots and proofs are those that the tests of Certificate Transparency use (RFC 6962).
@Suite struct MerkleTests {
  private static let entries: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57), Array(0x60...0x6F),
  ]
  private static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  private func hex(_ hash: MerkleHash) -> String {
    hash.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The leaves whose entries are one byte each, their number.
  private func leaves(_ count: Int) -> [MerkleHash] { (0..<count).map { .leaf([UInt8(truncatingIfNeeded: $0)]) } }

  @Test func `roots are those of Certificate Transparency`() {
    var tree = MerkleTree()
    #expect(hex(tree.root) == MerkleTests.roots[0])
    for (entry, root) in zip(MerkleTests.entries, MerkleTests.roots.dropFirst()) {
      tree.append(.leaf(entry))
      #expect(hex(tree.root) == root)
    }
  }

  @Test func `proofs are those of Certificate Transparency`() throws {
    let leaves = MerkleTests.entries.map { MerkleHash.leaf($0) }
    #expect(
      try #require(MerkleProof.inclusion(of: 5, in: leaves)).map(hex) == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", MerkleTests.roots[4],
      ])
    #expect(
      try #require(MerkleProof.consistency(from: 6, in: leaves)).map(hex) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", MerkleTests.roots[4],
      ])
  }

  /// The digest was computed by a program that follows the recursive definitions of RFC 6962, word for word.
  @Test func `all roots and proofs up to 64 leaves are those of the definition`() throws {
    var bytes: [UInt8] = []
    for size in 1...64 {
      let leaves = leaves(size)
      bytes += MerkleTree(leaves: leaves).root.bytes
      for index in 0..<size { bytes += try #require(MerkleProof.inclusion(of: index, in: leaves)).flatMap(\.bytes) }
      for first in 1...size { bytes += try #require(MerkleProof.consistency(from: first, in: leaves)).flatMap(\.bytes) }
    }
    #expect(SHA256Digest.hex(bytes) == "ebc1ff7339d56f1ab98569c086845c15cbcf6aea95545173b9963631cac4758e")
  }

  @Test func `each proof of inclusion holds for its leaf, place and root, and for no other`() throws {
    var numbers = SeededNumbers(seed: 11)
    for size in 1...33 {
      let leaves = leaves(size)
      let root = MerkleTree(leaves: leaves).root
      for index in 0..<size {
        let proof = try #require(MerkleProof.inclusion(of: index, in: leaves))
        func holds(_ leaf: MerkleHash, _ index: Int, _ size: Int, _ root: MerkleHash, _ proof: [MerkleHash]) -> Bool {
          MerkleProof.isIncluded(leaf, at: index, size: size, root: root, proof: proof)
        }
        #expect(holds(leaves[index], index, size, root, proof))
        for other in -1...(size + 1) where other != index { #expect(!holds(leaves[index], other, size, root, proof)) }
        #expect(!holds(.leaf([9, 9]), index, size, root, proof))
        #expect(!holds(leaves[index], index, size, .empty, proof))
        for damaged in damagedProofs(proof, &numbers) { #expect(!holds(leaves[index], index, size, root, damaged)) }
      }
      #expect(MerkleProof.inclusion(of: size, in: leaves) == nil && MerkleProof.inclusion(of: -1, in: leaves) == nil)
    }
  }

  @Test func `each proof of consistency holds for its two trees, and for no others`() throws {
    var numbers = SeededNumbers(seed: 12)
    let roots = (0...33).map { MerkleTree(leaves: leaves($0)).root }
    for size in 0...33 {
      for first in 0...size {
        let proof = try #require(MerkleProof.consistency(from: first, in: leaves(size)))
        func holds(_ first: (Int, MerkleHash), _ second: (Int, MerkleHash), _ proof: [MerkleHash]) -> Bool {
          MerkleProof.isConsistent(from: first, to: second, proof: proof)
        }
        let (one, two) = ((first, roots[first]), (size, roots[size]))
        #expect(holds(one, two, proof), "from \(first) to \(size)")
        for damaged in damagedProofs(proof, &numbers) { #expect(!holds(one, two, damaged)) }
        guard first > 0, first < size else { continue }
        #expect(!holds((first, .leaf([7])), two, proof))
        #expect(!holds(one, (size, .leaf([7])), proof))
        #expect(!holds(two, one, proof))
      }
      #expect(MerkleProof.consistency(from: size + 1, in: leaves(size)) == nil)
    }
    #expect(!MerkleProof.isConsistent(from: (-1, .empty), to: (3, roots[3]), proof: []))
  }

  /// Proofs with a hash changed, left out, put in or moved.
  private func damagedProofs(_ proof: [MerkleHash], _ numbers: inout SeededNumbers) -> [[MerkleHash]] {
    var damaged = [proof + [.empty], [.empty] + proof]
    guard !proof.isEmpty else { return damaged }
    damaged += [Array(proof.dropLast()), Array(proof.dropFirst()), proof + [proof[0]]]
    var changed = proof
    changed[Int.random(in: 0..<proof.count, using: &numbers)] = .leaf([1, 2, 3])
    damaged.append(changed)
    if proof.count > 1 { damaged.append(proof.reversed()) }
    return damaged
  }

  @Test func `a tree goes on from what was kept`() {
    for size in 0...40 {
      var whole = MerkleTree(leaves: leaves(size))
      var kept = MerkleTree(size: size, subtrees: whole.subtrees)
      #expect(MerkleTree(size: size, subtrees: whole.subtrees + [.empty]) == nil)
      whole.append(.leaf([1]))
      kept?.append(.leaf([1]))
      #expect(kept == whole)
    }
    #expect(MerkleTree(size: -1, subtrees: []) == nil)
  }
}
