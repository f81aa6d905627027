internal import Compression
internal import FoundationEssentials

/// Every object of a store, read past libgit2 and past all that git believes: from the packs and the loose files
/// themselves, each copy of each.
package final class StoredObjects: ObjectSource {
  private struct Place {
    /// The pack's number, or nil where the object has a file of its own.
    let pack: Int32?
    let offset: Int
  }

  private let objects: String
  private let inflater: Inflater
  private var packs: [PackFile] = []
  private var places: [ObjectName: Place] = [:]

  package init(of store: SnapshotStore) throws(StoreError) {
    objects = "\(store.path)/objects"
    do { inflater = try Inflater() } catch {
      throw StoreError(.damaged, "packs cannot be read", cause: error)
    }
  }

  /// Costs about the time of `git fsck`, and some hundred bytes of memory for each object.
  package func readAll(_ body: (GitObject) -> Void) -> [StorageFault] {
    var faults: [StorageFault] = []
    let files = names(in: "pack")
    for name in files where name.hasSuffix(".idx") {
      do {
        let pack = try PackFile(folder: "\(objects)/pack", name: String(name.dropLast(4)), inflater: inflater)
        try pack.index.check()
        packs.append(pack)
      } catch {
        faults.append(error)
      }
    }
    for name in files where name.hasPrefix("pack-") && name.hasSuffix(".pack") {
      guard !files.contains(name.dropLast(5) + ".idx") else { continue }
      faults.append(StorageFault(.damagedFile, "objects/pack/\(name)", "the pack has no index, so nothing in it is found"))
    }
    if files.contains("multi-pack-index") { faults += compareMultiPackIndex() }
    for number in packs.indices { faults += read(packs[number], Int32(number), body) }
    for folder in names(in: "") where folder.utf8.count == 2 { faults += readLoose(folder, body) }
    return faults
  }

  package func object(_ name: ObjectName) -> GitObject? {
    guard let place = places[name] else { return nil }
    guard let number = place.pack else { return try? loose(name) }
    return (try? packs[Int(number)].object(at: place.offset)).map { GitObject(name: name, kind: $0.kind, bytes: $0.bytes) }
  }

  private func read(_ pack: PackFile, _ number: Int32, _ body: (GitObject) -> Void) -> [StorageFault] {
    var faults = pack.faults()
    // In the order of the file, in which deltas stand near what they rest on.
    for entry in pack.index.entries.sorted(by: { $0.offset < $1.offset }) {
      do throws(StorageFault) {
        let (kind, bytes) = try pack.object(at: entry.offset)
        guard GitObject.name(of: bytes, kind) == entry.name else {
          throw StorageFault(.damagedObject, "\(pack.name).pack", "the bytes are not those that the name stands for")
        }
        places[entry.name] = Place(pack: number, offset: entry.offset)
        body(GitObject(name: entry.name, kind: kind, bytes: bytes))
      } catch {
        faults.append(StorageFault(error.code, error.file, object: entry.name, error.message))
      }
    }
    return faults
  }

  private func readLoose(_ folder: String, _ body: (GitObject) -> Void) -> [StorageFault] {
    var faults: [StorageFault] = []
    for file in names(in: folder) {
      guard let name = ObjectName(hex: folder + file) else { continue }
      do throws(StorageFault) {
        let object = try loose(name)
        // A copy in a pack is as good.
        if places[name] == nil { places[name] = Place(pack: nil, offset: 0) }
        body(object)
      } catch {
        faults.append(error)
      }
    }
    return faults
  }

  private func loose(_ name: ObjectName) throws(StorageFault) -> GitObject {
    let hex = name.description
    let path = "\(hex.prefix(2))/\(hex.dropFirst(2))"
    func fault(_ code: StorageFault.Code, _ message: String) -> StorageFault {
      StorageFault(code, "objects/\(path)", object: name, message)
    }
    guard let file = try? MappedFile("\(objects)/\(path)") else {
      throw fault(.damagedObject, "the file cannot be read")
    }
    let head = inflater.prefix(file.bytes, most: 64)
    let words = head.prefix { $0 != 0 }.split(separator: 0x20, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let kinds: [GitObject.Kind] = [.commit, .tree, .blob, .tag]
    guard let end = head.firstIndex(of: 0), words.count == 2, let kind = kinds.first(where: { $0.word == words[0] }),
      let size = Int(words[1]), size >= 0
    else { throw fault(.damagedObject, "the file does not begin as an object does") }
    guard size <= GitObject.largest else {
      throw fault(.oversizedObject, "the object claims to be absurdly large: \(size) bytes")
    }
    guard let bytes = inflater.inflate(file.bytes, size: end + 1 + size).map({ Array($0[(end + 1)...]) }) else {
      throw fault(.damagedObject, "the object does not inflate to its size")
    }
    guard GitObject.name(of: bytes, kind) == name else {
      throw fault(.damagedObject, "the bytes are not those that the name stands for")
    }
    return GitObject(name: name, kind: kind, bytes: bytes)
  }

  private func compareMultiPackIndex() -> [StorageFault] {
    let name = "objects/pack/multi-pack-index"
    guard let index = MultiPackIndexFile("\(objects)/pack/multi-pack-index") else {
      return [StorageFault(.damagedFile, name, "the index over the packs does not read")]
    }
    let byName = Dictionary(packs.map { ("\($0.name).idx", $0) }, uniquingKeysWith: { first, _ in first })
    let lie = index.entries.first { byName["objects/pack/\($0.pack)"]?.offset(of: $0.object) != $0.offset }
    guard let lie else { return [] }
    return [
      StorageFault(
        .damagedFile, name, object: lie.object, "git believes it, and it tells another place of the object than its pack's index")
    ]
  }

  private func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(objects)/\(folder)")) ?? []).sorted()
  }
}
