internal import FoundationEssentials
internal import KubeModel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A pack that maintenance may replace: no recording under way and no one else has marked it as kept.
package struct StoredPack: Sendable, Hashable {
  /// The file's name without its ending.
  package let name: String
  /// With its index.
  package let bytes: Int

  package init(name: String, bytes: Int) {
    self.name = name
    self.bytes = bytes
  }
}

/// Replaces packs of a store by one that holds all of their objects. No object is ever dropped.
///
/// It takes no lock that a writer needs. Writers only add packs, and a new pack is among the others before the old
/// ones go, so that whoever looks for an object finds it in the one or in the other.
package final class PackMaintenance {
  private let store: String
  private let lock: Int32
  private let lockPath: String
  private var isBegun = false
  private var packs: String { "\(store)/objects/pack" }
  private var objects: String { "\(store)/objects" }

  /// A folder laid out as git's for objects, for what is under way; gone when this is.
  package var workspace: String { "\(store)/ambit/maintenance" }
  private var made: String { "\(workspace)/pack" }
  private var record: String { "\(store)/ambit/packed" }

  /// Begins; what an earlier maintenance left when it was killed is removed.
  ///
  /// - Throws: `.locked` where another one is under way.
  package init(_ store: String) throws(StoreError) {
    self.store = store
    lockPath = "\(store)/ambit/maintain.lock"
    do {
      try FileManager.default.createDirectory(atPath: "\(store)/ambit", withIntermediateDirectories: true)
    } catch {
      throw StoreError.writing("'\(store)/ambit'", in: store, error)
    }
    lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw StoreError.writing("'\(lockPath)'", in: store, SystemFailure(number: errno, path: lockPath))
    }
    // A program that another thread is about to start holds the file for a moment, after its fork and before its exec.
    var isHeld = flock(lock, LOCK_EX | LOCK_NB) != 0
    for _ in 0..<40 where isHeld {
      usleep(25_000)
      isHeld = flock(lock, LOCK_EX | LOCK_NB) != 0
    }
    // The file is closed by `deinit`, which runs here as well.
    guard !isHeld else {
      throw StoreError(.locked, "another ambit maintains this store", hint: "try again when it is done")
    }
    isBegun = true
    try? FileManager.default.removeItem(atPath: workspace)
    do {
      for folder in ["pack", "info"] {
        try FileManager.default.createDirectory(atPath: "\(workspace)/\(folder)", withIntermediateDirectories: true)
      }
      // Whoever takes this folder for git's objects finds the store's too.
      try Data("../../objects\n".utf8).write(to: URL(filePath: "\(workspace)/info/alternates"))
    } catch {
      throw StoreError.writing("'\(workspace)'", in: store, error)
    }
  }

  deinit {
    // Without the lock, what stands there is another's.
    if isBegun { try? FileManager.default.removeItem(atPath: workspace) }
    close(lock)
  }

  // MARK: What is there

  /// The packs that may be replaced, the smallest first.
  package static func packs(of store: String) -> [StoredPack] {
    let folder = "\(store)/objects/pack"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasPrefix("pack-") && $0.hasSuffix(".idx") }.compactMap { file in
      let name = String(file.dropLast(".idx".count))
      // Looked for after the pack was found, since a recording takes its mark away when its refs have moved.
      guard access("\(folder)/\(name).keep", F_OK) != 0, let pack = size("\(folder)/\(name).pack") else { return nil }
      return StoredPack(name: name, bytes: pack + (size("\(folder)/\(file)") ?? 0))
    }.sorted { ($0.bytes, $0.name) < ($1.bytes, $1.name) }
  }

  private static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// The objects that stand in files of their own, as git writes them where little is pushed.
  package func looseObjects() -> [ObjectName] {
    let manager = FileManager.default
    let folders = ((try? manager.contentsOfDirectory(atPath: objects)) ?? []).filter { $0.utf8.count == 2 }
    return folders.sorted().flatMap { folder in
      ((try? manager.contentsOfDirectory(atPath: "\(objects)/\(folder)")) ?? []).compactMap { ObjectName(hex: folder + $0) }
    }
  }

  /// The names of the packs whose objects were compared with each other.
  package func packedBefore() -> Set<String> {
    let data = FileManager.default.contents(atPath: record) ?? Data()
    return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
  }

  /// With how many packs an automatic maintenance failed the last time; nil where the last one succeeded.
  package var failedWith: Int? {
    get { FileManager.default.contents(atPath: lockPath).flatMap { Int(String(decoding: $0, as: UTF8.self)) } }
    set {
      let text = Array((newValue.map(String.init) ?? "").utf8)
      // Where this cannot be written, the next one tries again.
      if ftruncate(lock, 0) == 0 { _ = pwrite(lock, text, text.count, 0) }
    }
  }

  // MARK: Replacing

  /// Puts a pack that was made in the workspace in the place of others; it is on disk before they go.
  ///
  /// - Parameter name: the name that git gave it.
  /// - Throws: where it does not hold all that they hold; nothing was removed then.
  package func replace(_ old: [StoredPack], _ loose: [ObjectName] = [], by name: String) throws(StoreError) {
    guard let new = try? PackIndexFile("\(made)/\(name).idx", name: name) else {
      throw StoreError(.damaged, "the pack that git made cannot be read", hint: "run the command again")
    }
    // What another repack took away meanwhile is in the pack that it made.
    let present = old.filter { access("\(packs)/\($0.name).pack", F_OK) == 0 }
    for pack in present where pack.name != name {
      guard let index = try? PackIndexFile("\(packs)/\(pack.name).idx", name: pack.name), new.contains(index) else {
        throw StoreError(
          .damaged, "the pack that git made does not hold all of \(pack.name), so nothing was replaced",
          hint: "check the store with `git fsck`")
      }
    }
    do {
      for ending in ["pack", "idx"] { try PackFolder.sync("\(made)/\(name).\(ending)") }
      for ending in ["pack", "idx"] {
        let target = "\(packs)/\(name).\(ending)"
        try PackFolder.check(rename("\(made)/\(name).\(ending)", target), target)
      }
      try PackFolder.sync(packs)
    } catch {
      throw StoreError.writing("the store '\(store)'", in: store, error)
    }
    for pack in present where pack.name != name {
      for ending in ["idx", "pack", "rev", "bitmap", "mtimes"] { unlink("\(packs)/\(pack.name).\(ending)") }
    }
    for name in loose where new.contains(name) {
      let hex = name.description
      unlink("\(objects)/\(hex.prefix(2))/\(hex.dropFirst(2))")
    }
  }

  /// Writes down that a pack's objects were compared with each other.
  package func remember(_ name: String) {
    let present = Set(PackMaintenance.packs(of: store).map(\.name))
    let names = packedBefore().union([name]).intersection(present).sorted()
    // It saves time only: what is not in it is compared again.
    try? Data(names.map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: record), options: .atomic)
  }
}
