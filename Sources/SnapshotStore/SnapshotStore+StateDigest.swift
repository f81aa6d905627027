internal import Integrity
internal import KubeModel

extension SnapshotStore {
  /// The SHA-256 of everything in a tree, so that integrity does not rest on git's SHA-1.
  ///
  /// A folder's digest is the SHA-256 of its lines: `<sha256>  <name>` for each file and
  /// `<digest>  <name>/` for each folder, each ended by a newline, sorted by their bytes. The digest of the
  /// root is the state's.
  ///
  /// - Parameter known: digests of folders by tree, read and added to; whole folders that are known are
  ///   not read again.
  package func stateDigest(
    of tree: ObjectName, known: inout [ObjectName: String]
  ) throws(StoreError) -> String {
    if let digest = known[tree] { return digest }
    var lines: [[UInt8]] = []
    for entry in try TreeObject(bytes: read(tree)).entries {
      let line =
        entry.isFolder
        ? "\(try stateDigest(of: entry.object, known: &known))  \(entry.name)/\n"
        : "\(SHA256Digest.hex(try read(entry.object)))  \(entry.name)\n"
      lines.append(Array(line.utf8))
    }
    lines.sort { $0.lexicographicallyPrecedes($1) }
    let digest = SHA256Digest.hex(Array(lines.joined()))
    known[tree] = digest
    return digest
  }
}
