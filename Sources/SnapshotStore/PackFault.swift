internal import Foundation
internal import KubeModel

/// A pack that git does not read from, so that all objects in it seem to be missing.
struct PackFault: Equatable {
  let message: String
  /// What may bring the objects back.
  let mend: String

  /// The first one among a store's packs; nil where each stands beside the index that was made of it.
  ///
  /// Looks at the ends of the files only: an index ends in the checksum of its pack, and a pack in its own.
  static func first(in store: String) -> PackFault? {
    let folder = "\(store)/objects/pack"
    let files = Set((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    let names = Set(files.filter { $0.hasSuffix(".pack") || $0.hasSuffix(".idx") }.map { $0.prefix { $0 != "." } })
    for name in names.sorted() {
      let shown = "'objects/pack/\(HiddenText.escaped(String(name.prefix(60))))'"
      let remake = "make the index again with `git index-pack` of the pack, which also tells whether the pack is whole"
      guard files.contains("\(name).pack") else {
        return PackFault(message: "the pack of the index \(shown) is missing", mend: fetch)
      }
      guard files.contains("\(name).idx") else {
        return PackFault(message: "the pack \(shown) has no index", mend: remake)
      }
      guard let pack = end(of: "\(folder)/\(name).pack", 20), let index = end(of: "\(folder)/\(name).idx", 40),
        index.prefix(20) == pack
      else {
        return PackFault(
          message: "the pack \(shown) and its index do not belong together, or one is cut short",
          mend: "\(remake); \(fetch)")
      }
    }
    return nil
  }

  static let fetch = "get what is missing with `git fetch` from a copy of the store"

  /// The last bytes of a file; nil where it has not so many.
  private static func end(of path: String, _ count: UInt64) -> Data? {
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd(), size >= count,
      (try? file.seek(toOffset: size - count)) != nil
    else { return nil }
    return try? file.read(upToCount: Int(count))
  }
}
