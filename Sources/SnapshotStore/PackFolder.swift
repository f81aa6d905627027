internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The packs of a store, and how a new one comes among them so that it is whole on disk or not there at all.
struct PackFolder {
  let store: String

  private var packs: String { "\(store)/objects/pack" }
  private var ambit: String { "\(store)/ambit" }

  /// Where the pack of a cluster's recording is written before it joins the others. Not under git's own names
  /// for temporary files, which `git prune` removes.
  private func incoming(_ cluster: String, _ ending: String) -> String {
    "\(ambit)/incoming/\(cluster).\(ending)"
  }

  private func keep(_ name: String) -> String { "\(packs)/\(name).keep" }

  /// Adds a pack; it is on disk when this returns, with the intent beside it.
  ///
  /// Costs four fsyncs: the pack, its index, the intent, the folder.
  func add(_ pack: PackWriter.Finished, _ intent: RecordingIntent) throws {
    try FileManager.default.createDirectory(atPath: "\(ambit)/incoming", withIntermediateDirectories: true)
    try PackFolder.write(pack.pack, to: incoming(intent.cluster, "pack"))
    try PackFolder.write(pack.index, to: incoming(intent.cluster, "idx"))
    try PackFolder.write(Array(intent.text.utf8), to: incoming(intent.cluster, "keep"))
    // git sees a pack as soon as its index is there, and must find it kept.
    for ending in ["keep", "pack", "idx"] {
      try PackFolder.check(
        rename(incoming(intent.cluster, ending), "\(packs)/\(pack.name).\(ending)"), "\(packs)/\(pack.name).\(ending)")
    }
    try PackFolder.sync(packs)
  }

  /// Removes the mark of a recording that is done.
  func release(_ name: String) { unlink(keep(name)) }

  /// Gives up a pack that no ref leads into.
  ///
  /// One that git could see stays, without its mark: git may have dropped other copies of its objects meanwhile, for
  /// the sake of these. git removes in time what no ref reaches.
  func abandon(_ name: String) {
    if access("\(packs)/\(name).idx", F_OK) != 0 { unlink("\(packs)/\(name).pack") }
    release(name)
  }

  /// The packs that recordings brought and did not release, with what they were about to do.
  ///
  /// - Parameter cluster: whose recordings; nil for all.
  func unreleased(_ cluster: String? = nil) -> [(name: String, intent: RecordingIntent)] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: packs)) ?? []
    return files.filter { $0.hasSuffix(".keep") }.sorted().compactMap { file in
      guard let data = FileManager.default.contents(atPath: "\(packs)/\(file)"),
        let intent = RecordingIntent(String(decoding: data, as: UTF8.self)),
        cluster == nil || intent.cluster == cluster
      else { return nil }
      return (String(file.dropLast(".keep".count)), intent)
    }
  }

  /// Removes what a recording wrote before its pack was among the others; false where there is nothing.
  func removeIncoming(_ cluster: String) -> Bool {
    let removed = ["pack", "idx", "keep"].map { unlink(incoming(cluster, $0)) == 0 }
    return removed.contains(true)
  }

  // MARK: Files

  /// Writes a file anew, so that it is on disk. Readable by all, as git's packs are.
  private static func write(_ bytes: [UInt8], to path: String) throws {
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o444)
    try check(file, path)
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      try check(Int32(clamping: count), path)
      written += count
    }
    try check(fsync(file), path)
  }

  /// Brings a file or a folder to disk.
  static func sync(_ path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    try check(file, path)
    defer { close(file) }
    try check(fsync(file), path)
  }

  static func check(_ status: Int32, _ path: String) throws {
    if status < 0 { throw SystemFailure(number: errno, path: path) }
  }
}

/// A call to the system that did not succeed.
struct SystemFailure: Error, CustomStringConvertible {
  let number: Int32
  let path: String
  var description: String { "\(path): \(String(cString: strerror(number)))" }
}
