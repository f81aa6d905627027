internal import CGit2
internal import FoundationEssentials
internal import KubeModel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The history of clusters in a git repository.
///
/// It knows paths and bytes; what they mean is its callers' business. Not for use by two threads at once:
/// each opens its own.
package final class SnapshotStore {
  private var openRepository: GitRepository?
  private let plain: PlainRepository?
  package let path: String
  /// What the operator should know, such as a recording that was interrupted and is finished now.
  package var notes: [String] = []
  /// Adds a signature to the bytes of a commit; nil where commits are not signed.
  package var sign: ((_ commit: [UInt8]) throws -> [UInt8])?
  /// What is being recorded at this moment.
  var staging: Staging?
  /// The packs that were there when they were last looked at.
  private var packed: PackedObjects?
  /// How many objects were not in them since.
  private var misses = 0

  var folder: PackFolder { PackFolder(store: path) }

  private static let versionSetting = "ambit.storeversion"
  /// Format 1 told evidence and versions in other files of an observation; such stores are read, and continued in
  /// this format.
  private static let version = "2"
  private static let readableVersions: Set<String> = ["1", "2"]
  /// A file that stands in a store while it is being made.
  private static let unfinished = "unfinished"

  // MARK: Opening

  /// Makes an empty store, or goes on with one that a process began to make when it died.
  ///
  /// - Throws: `.exists` where a store or anything else is there already.
  package static func create(at path: String) throws(StoreError) -> SnapshotStore {
    let manager = FileManager.default
    var isDirectory = false
    if manager.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory {
      throw StoreError(.exists, "'\(path)' is a file", hint: "name a new directory with --store")
    }
    let contents = (try? manager.contentsOfDirectory(atPath: path)) ?? []
    if !contents.isEmpty, (try? open(at: path)) != nil {
      throw StoreError(.exists, "'\(path)' is a store already", hint: "record into it with `ambit snapshot`")
    }
    guard contents.isEmpty || contents.contains(unfinished) else {
      throw StoreError(
        .exists, "'\(path)' is not empty and no store", hint: "name a new directory with --store")
    }
    do {
      try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: "\(path)/\(unfinished)"))
      for lock in ["config.lock", "HEAD.lock"] where contents.contains(lock) {
        try manager.removeItem(atPath: "\(path)/\(lock)")
      }
      let repository = try GitRepository.create(path)
      try repository.set("receive.denyNonFastForwards", to: "true")
      try repository.set("receive.denyDeletes", to: "true")
      try repository.set("transfer.fsckObjects", to: "true")
      // With the version, which is the last, it is a store.
      try SnapshotStore.setUp(repository)
      try manager.removeItem(atPath: "\(path)/\(unfinished)")
      return SnapshotStore(repository, PlainRepository(path), path)
    } catch {
      throw StoreError.writing("'\(path)'", in: URL(filePath: path).deletingLastPathComponent().path, error)
    }
  }

  package static func open(at path: String) throws(StoreError) -> SnapshotStore {
    guard FileManager.default.fileExists(atPath: path) else {
      throw StoreError(.noStore, "there is no store at '\(path)'", hint: "make one with `ambit init`")
    }
    if let special = SpecialFile.first(in: path) {
      throw StoreError(
        .damaged, "'\(special)' is neither a file nor a folder, and could hold up whoever reads it",
        hint: "look at it with `ls -l`, and put back what a copy of the store has there")
    }
    do {
      let plain = PlainRepository(path)
      let store = SnapshotStore(plain == nil ? try GitRepository.open(path) : nil, plain, path)
      guard let found = store.setting(versionSetting) else {
        throw StoreError(
          .notAStore, "'\(path)' is a git repository, but no store of Ambit",
          hint:
            "make one elsewhere with `ambit init --store PATH`; a clone of a store becomes one with `git config \(versionSetting) \(version)`"
        )
      }
      guard readableVersions.contains(found) else {
        throw StoreError(
          .notAStore, "the store '\(path)' has format '\(HiddenText.escaped(String(found.prefix(40))))'; this version reads up to format \(version)",
          hint: "use the version of Ambit that wrote it, or a newer one")
      }
      return store
    } catch let error as StoreError {
      throw error
    } catch {
      let number = (error as? GitFailure)?.systemError ?? 0
      if [EACCES, EPERM].contains(number) {
        throw StoreError(
          .notPermitted, "'\(path)' may not be read", hint: "check its permissions", cause: error)
      }
      throw StoreError(
        .notAStore, "'\(path)' is no store, or a damaged one",
        hint: "name the store with --store; if this is it, check it with `git fsck`", cause: error)
    }
  }

  private init(_ repository: GitRepository?, _ plain: PlainRepository?, _ path: String) {
    openRepository = repository
    self.plain = plain
    self.path = path
  }

  /// The repository through libgit2, which is begun with where it is needed.
  var repository: GitRepository {
    get throws {
      if let openRepository { return openRepository }
      let repository = try GitRepository.open(path)
      openRepository = repository
      return repository
    }
  }

  /// Lets go of the files that are open, some of which may be gone meanwhile; they are opened again where they are
  /// needed. For a process that lasts: each recording brings files of its own.
  package func closeFiles() {
    openRepository = nil
    packed = nil
  }

  /// Asks the repository's own files, and libgit2 about what is not plain there.
  private func ask<Result>(
    _ plainly: (PlainRepository) throws(PlainRepository.NotPlain) -> Result, _ otherwise: (GitRepository) throws -> Result
  ) throws -> Result {
    if let plain {
      do throws(PlainRepository.NotPlain) { return try plainly(plain) } catch {}
    }
    return try otherwise(repository)
  }

  // MARK: Reading

  /// The clusters of the store, sorted by name; also those that no reading of succeeded yet.
  ///
  /// Branches that are not Ambit's are passed over, with a note. Costs a look at the head of each cluster.
  package func clusters() throws(StoreError) -> [String] {
    let names = try git {
      let prefixes = [SnapshotStore.branch(""), SnapshotStore.observations("")]
      return Set(try prefixes.flatMap(references(beginningWith:))).sorted()
    }
    return names.filter { name in
      do throws(StoreError) {
        try checkIsRecorded(name)
        return true
      } catch {
        // What is damaged is told when it is asked for.
        guard error.code == .noCluster else { return true }
        let note = "\(error.message), and is passed over"
        if !notes.contains(note) { notes.append(note) }
        return false
      }
    }
  }

  /// Looks whether the refs of a cluster are those that Ambit made.
  ///
  /// - Throws: `.noCluster` where a branch is there that Ambit did not make; `.damaged` where the one that the last
  ///   observation tells of is gone.
  package func checkIsRecorded(_ cluster: String) throws(StoreError) {
    let heads = try presentHeads(of: cluster)
    switch (heads.state, heads.observation) {
    case (let state?, nil):
      // A clone may have the branch alone: its commits tell what they are.
      guard try commit(state).trailer("Ambit-Kind") != "snapshot" else { return }
      throw StoreError(
        .noCluster, "the branch '\(cluster)' holds no snapshots of Ambit",
        hint: "see the branches with `git for-each-ref` in the store; record under another --cluster")
    case (nil, let observation?):
      // The first recordings may all have failed: then none names a state.
      guard let state = try commit(observation).trailer("Ambit-State").flatMap({ ObjectName(hex: $0) }) else { return }
      throw StoreError.damaged(
        "the branch '\(cluster)' is gone; the last observation, \(observation), saw the snapshot \(state)",
        inspect: "git log \(state)", mend: "give the snapshot its branch back with `git update-ref`")
    default: return
    }
  }

  /// What follows `prefix` in the names of the references that begin with it, in no order.
  func references(beginningWith prefix: String) throws -> [String] {
    try ask({ plain throws(PlainRepository.NotPlain) in try plain.references(under: prefix) }) {
      try $0.references(under: prefix)
    }
  }

  package func head(of cluster: String) throws(StoreError) -> ObjectName? {
    try target(of: SnapshotStore.branch(cluster))
  }

  package func observationHead(of cluster: String) throws(StoreError) -> ObjectName? {
    try target(of: SnapshotStore.observations(cluster))
  }

  /// Where a cluster's history stands. The observation is read first, as it is the first to move.
  package func heads(of cluster: String) throws(StoreError) -> HistoryHeads {
    let observation = try observationHead(of: cluster)
    return HistoryHeads(state: try head(of: cluster), observation: observation)
  }

  package func target(of reference: String) throws(StoreError) -> ObjectName? {
    do {
      return try ask({ plain throws(PlainRepository.NotPlain) in try plain.target(of: reference) }) {
        try $0.target(of: reference)
      }
    } catch {
      throw StoreError.damaged(
        "the ref '\(reference)' in '\(path)' does not read", inspect: "git show-ref", error,
        mend: "write it again with `git update-ref`, with the commit that a copy of the store has there")
    }
  }

  package func commit(_ name: ObjectName) throws(StoreError) -> CommitRecord {
    try CommitRecord(name: name, bytes: commitBytes(name))
  }

  /// A commit as it is stored, with its signature.
  package func commitBytes(_ name: ObjectName) throws(StoreError) -> [UInt8] {
    try read(name, as: .commit, limit: SnapshotStore.largestCommit)
  }

  func tree(_ name: ObjectName) throws(StoreError) -> TreeObject {
    let bytes = try treeBytes(name)
    do {
      return try TreeObject(bytes: bytes)
    } catch {
      throw StoreError.damaged("the tree \(name) \(error.reason)", inspect: "git ls-tree \(name)")
    }
  }

  func treeBytes(_ name: ObjectName) throws(StoreError) -> [UInt8] {
    try read(name, as: .tree, limit: SnapshotStore.largestTree)
  }

  /// The bytes of a file.
  ///
  /// - Throws: `.damaged` where it is not there, does not read, or is larger than `limit` bytes.
  package func read(_ name: ObjectName, limit: Int = largestFile) throws(StoreError) -> [UInt8] {
    try read(name, as: .blob, limit: limit)
  }

  /// How many objects are read through libgit2 before the packs are looked at again.
  private static let manyMisses = 100

  private func read(_ name: ObjectName, as kind: GitObject.Kind, limit: Int) throws(StoreError) -> [UInt8] {
    if let bytes = staging?.unwritten[name] { return bytes }
    if packed == nil || misses == SnapshotStore.manyMisses {
      packed = try PackedObjects(of: path)
      misses = 0
    }
    if let bytes = packed?.bytes(of: name, kind, limit: limit) { return bytes }
    misses += 1
    do {
      return try repository.read(name, as: kind, limit: limit)
    } catch let fault as ObjectFault {
      throw fault.error(name, expected: kind, limit: limit, in: path)
    } catch {
      throw StoreError.damaged(
        "the \(kind.word) \(name) in '\(path)' does not read", inspect: "git cat-file -p \(name)", error)
    }
  }

  package func contains(_ name: ObjectName) throws(StoreError) -> Bool {
    if staging?.unwritten[name] != nil { return true }
    return try git { try repository.contains(name) }
  }

  /// The commit that a revision names as git understands it; HEAD is the cluster's own.
  package func resolve(_ revision: String, cluster: String) throws(StoreError) -> ObjectName {
    var text = revision
    for head in ["HEAD", "@"] where text == head || text.hasPrefix("\(head)~") || text.hasPrefix("\(head)^") {
      text = SnapshotStore.branch(cluster) + text.dropFirst(head.count)
    }
    guard let name = try git({ try repository.commit(named: text) }) else {
      throw StoreError(
        .noRevision, "'\(revision)' names no snapshot of cluster '\(cluster)'",
        hint: "list what is there with `ambit log`")
    }
    return name
  }

  /// The names of the commits of a branch from the first parent after `base` to the head, oldest first.
  ///
  /// Walks the commits themselves; git's commit-graph, replacements and grafts have no say.
  package func history(from head: ObjectName?, after base: ObjectName? = nil) throws(StoreError) -> [ObjectName] {
    var names: [ObjectName] = []
    var next = head
    while let name = next, name != base {
      names.append(name)
      next = CommitRecord.firstParent(try read(name, as: .commit, limit: SnapshotStore.largestCommit))
    }
    return names.reversed()
  }

  // MARK: Writing

  /// How many packs maintenance leaves alone until it begins by itself; 0 where it never does.
  package var autoPackLimit: Int { setting("ambit.autopacklimit").flatMap { Int($0) } ?? 50 }

  func move(_ reference: String, from old: ObjectName?, to new: ObjectName, why: String) throws(StoreError) {
    do {
      try repository.move(reference, from: old, to: new, why: why)
    } catch let failure as GitFailure where failure.status == GIT_ELOCKED.rawValue {
      throw StoreError(
        .locked, "\(reference) is locked",
        hint: "if no other ambit runs, remove '\(path)/\(reference).lock'", cause: failure)
    } catch let failure as GitFailure
      where failure.status == GIT_EMODIFIED.rawValue || failure.status == GIT_EEXISTS.rawValue
    {
      throw StoreError.moved(reference, failure)
    } catch {
      throw StoreError.writing("\(reference) in '\(path)'", in: path, error)
    }
  }

  /// A setting of the repository's own configuration, such as `user.signingKey`; nil where it is not set.
  package func setting(_ name: String) -> String? {
    let value = try? ask({ plain throws(PlainRepository.NotPlain) in try plain.setting(name) }) { $0.setting(name) }
    return value ?? nil
  }

  func pointHeadIfUnborn(at cluster: String) throws(StoreError) {
    do {
      try repository.pointHeadIfUnborn(at: cluster)
    } catch {
      throw StoreError.writing("HEAD in '\(path)'", in: path, error)
    }
  }

  package static func branch(_ cluster: String) -> String { "refs/heads/\(cluster)" }
  package static func observations(_ cluster: String) -> String { "refs/ambit/observations/\(cluster)" }

  func git<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do {
      return try body()
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError.damaged("the store '\(path)' does not read", inspect: "git fsck", error)
    }
  }
}

extension SnapshotStore {
  /// The name that a file's content has in git.
  package static func blobName(of bytes: [UInt8]) -> ObjectName { GitObject.name(of: bytes, .blob) }

  /// The settings that this format asks for.
  private static func setUp(_ repository: GitRepository) throws {
    // A log of refs costs twice the fsyncs of the refs themselves, and tells nothing: both histories only grow.
    try repository.set("core.logAllRefUpdates", to: "false")
    try repository.set(versionSetting, to: version)
  }

  /// Marks a store of an earlier format as one of this format, before something is added that only this one has.
  func upgradeFormat() throws(StoreError) {
    guard setting(SnapshotStore.versionSetting) != SnapshotStore.version else { return }
    removeStaleLock(of: "config")
    do {
      try SnapshotStore.setUp(repository)
    } catch {
      throw StoreError.writing("the settings of '\(path)'", in: path, error)
    }
  }
}
