internal import Integrity
internal import KubeModel

/// Evidence that stands on its own: files, a manifest that describes each, and their checksums.
///
/// The same heads and the same request give the same bytes. Who made it, when, and signatures stand beside it.
package struct Pack: Sendable {
  static let manifest = "MANIFEST.json"
  static let sums = "SHA256SUMS"
  static let bundle = "history.bundle"
  static let heads = "heads.txt"
  /// The folder that an archive unpacks to.
  static let folder = "pack"

  /// Sorted by path; the manifest and the checksums among them.
  package let files: [PackFile]

  /// - Parameter facts: what the manifest says besides the files.
  init(_ contents: [PackFile], facts: Mapping) {
    var manifest = facts
    let sorted = contents.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    manifest["schemaVersion"] = 1
    manifest["kind"] = "Pack"
    manifest["files"] = .list(
      sorted.map { file in
        [
          "path": .string(file.path), "size": .int(Int64(file.bytes.count)), "sha256": .string(file.digest),
          "mediaType": .string(file.mediaType), "controls": .list(file.controls.map(Value.string)),
        ]
      })
    let described = PackFile(
      Pack.manifest, Array((JSONWriter.string(of: .map(manifest)) + "\n").utf8), PackFile.MediaType.json)
    let summed = (sorted + [described]).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    let sums = PackFile(Pack.sums, lines: summed.map { "\($0.digest)  \($0.path)" })
    files = (summed + [sums]).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// Files that were read, whatever they are.
  init(read files: [PackFile]) {
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  package subscript(path: String) -> PackFile? { files.first { $0.path == path } }

  /// The SHA-256 of the checksums, which stands for the whole pack.
  package var digest: String { self[Pack.sums]?.digest ?? "" }

  /// The SHA-256 of the population's table; nil in a pack of a moment.
  package var populationDigest: String? { self[PackPopulation.table]?.digest }

  /// How many changes the population has; nil in a pack of a moment.
  package var populationSize: Int? { lines(of: PackPopulation.list) }

  /// How many of these were made while it was recorded.
  package var madeSize: Int? { lines(of: PackPopulation.made) }

  private func lines(of path: String) -> Int? { self[path].map { $0.bytes.count { $0 == 0x0A } } }
}
