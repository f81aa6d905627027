import Compression
import Foundation
import KubeModel
@testable import SnapshotStore
import Testing

/// Stores that are damaged, or were made to do harm: each is told with the thing and a command, and ends.
@Suite struct HostileStoreTests {
  private let store: SnapshotStore
  private let heads: HistoryHeads
  private let folder: Folder

  /// A folder that goes with the test.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/ambit-hostile-\(UUID().uuidString).git"
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private var path: String { folder.path }

  init() throws {
    folder = Folder()
    store = try SnapshotStore.create(at: folder.path)
    let who = Signature(name: "Ambit", email: "ambit@c", time: 1_000)
    func text(_ kind: String, _ state: ObjectName? = nil) -> CommitText {
      CommitText(
        author: who, committer: who, subject: kind,
        trailers: [("Ambit-Kind", kind)] + (state.map { [("Ambit-State", $0.description)] } ?? []))
    }
    heads = try store.record(
      Recording(
        edits: ["cluster.yaml": Array("a: 1\n".utf8), "cluster/nodes/n.yaml": Array("b: 1\n".utf8)],
        snapshot: { _ in text("snapshot") },
        observation: { state, _ in (["observation.yaml": Array("c: 1\n".utf8)], text("observation", state)) }),
      in: "c", onto: HistoryHeads(), digests: FolderDigests())
  }

  // MARK: Making damage

  @discardableResult
  private func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
    let process = Process()
    let (output, given) = (Pipe(), "\(path)/input")
    try Data(input).write(to: URL(filePath: given))
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", path] + arguments
    process.standardInput = FileHandle(forReadingAtPath: given)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  private func object(_ kind: String, _ bytes: [UInt8]) throws -> ObjectName {
    let name = try git(["hash-object", "-t", kind, "--literally", "-w", "--stdin"], input: bytes)
    return try #require(ObjectName(hex: name))
  }

  private func tree(_ entries: [(mode: String, name: String, object: ObjectName)]) throws -> ObjectName {
    try object("tree", entries.flatMap { Array("\($0.mode) \($0.name)\0".utf8) + $0.object.bytes })
  }

  private func write(_ text: String, to file: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(file)"))
  }

  private func expect(
    _ words: String..., from body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation, performing: body)
    let told = "\(error?.message ?? "") | \(error?.hint ?? "")"
    for word in words { #expect(told.contains(word), "\(told)", sourceLocation: sourceLocation) }
    #expect(!told.unicodeScalars.contains(where: HiddenText.isHidden), sourceLocation: sourceLocation)
    if error?.code == .damaged {
      #expect(error?.failure == .badInput && error?.hint?.contains("`") == true, sourceLocation: sourceLocation)
    }
  }

  // MARK: Trees

  @Test(arguments: [
    ("100644", "..", "the name '..'"), ("40000", ".git", "the name '.git'"), ("100644", "a/b", "the name 'a/b'"),
    ("100644", "a\u{1B}[31m", "the name 'a\\u{1b}[31m'"), ("100644", "", "the name ''"), ("120000", "a", "mode 120000"),
    ("160000", "a", "mode 160000"), ("100755", "a", "mode 100755"), ("040000", "a", "mode 040000"),
    ("1\u{7}", "a", "mode 1\\u{7}"),
  ])
  func `an entry that no state has`(_ given: (mode: String, name: String, told: String)) throws {
    let blob = try object("blob", [])
    let made = try tree([(given.mode, given.name, blob)])
    expect(given.told, made.description, "`git ls-tree \(made)`") { _ = try store.files(in: made) }
    expect(given.told) { _ = try store.changes(from: nil, to: made) }
    expect(given.told) { _ = try store.stateDigest(of: made, known: FolderDigests()) }
  }

  @Test(arguments: [["b", "a"], ["a", "a"], ["a", "a-b", "a/"], ["a.b", "a-b"]])
  func `entries out of order or twice`(_ names: [String]) throws {
    let blob = try object("blob", [])
    let entries = names.map { name in
      name.hasSuffix("/") ? ("40000", String(name.dropLast()), blob) : ("100644", name, blob)
    }
    let made = try tree(entries)
    expect(made.description) { _ = try store.files(in: made) }
  }

  @Test func `a tree that is cut short`() throws {
    let made = try object("tree", Array("100644 a\0abc".utf8))
    expect("cut short", made.description) { _ = try store.files(in: made) }
  }

  @Test func `folders ten thousand deep`() throws {
    var made = try tree([("100644", "x", try object("blob", []))])
    // Loose objects as git writes them, without a process for each; zlib's stored blocks need no compressor.
    for _ in 0..<10_000 {
      let content = Array("40000 d\0".utf8) + made.bytes
      let whole = Array("tree \(content.count)\0".utf8) + content
      made = GitObject.name(of: content, .tree)
      let name = made.description
      var bytes: [UInt8] = []
      try Deflater().append(whole, to: &bytes)
      try FileManager.default.createDirectory(
        atPath: "\(path)/objects/\(name.prefix(2))", withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(filePath: "\(path)/objects/\(name.prefix(2))/\(name.dropFirst(2))"))
    }
    expect("16 folders deep") { _ = try store.files(in: made) }
    expect("16 folders deep") { _ = try store.changes(from: nil, to: made) }
    expect("16 folders deep") { _ = try store.stateDigest(of: made, known: FolderDigests()) }
  }

  @Test func `ten folders of ten, ten levels deep, which are one object each`() throws {
    var made = try tree([("100644", "x", try object("blob", []))])
    for _ in 0..<10 {
      let next = made
      made = try tree((0..<10).map { ("40000", "\($0)", next) })
    }
    expect("1000000 files") { _ = try store.changes(from: nil, to: made) }
    // Each is read once for the digest, whatever the number of its places.
    #expect(try store.stateDigest(of: made, known: FolderDigests()).count == 64)
  }

  // MARK: Files

  @Test func `a file that is too large is not read`() throws {
    // The size stands at the front of a loose object; what follows is not looked at.
    let name = try object("blob", [1])
    let file = "\(path)/objects/\(name.description.prefix(2))/\(name.description.dropFirst(2))"
    var bytes: [UInt8] = []
    try Deflater().append(Array("blob 1073741824\0x".utf8), to: &bytes)
    try FileManager.default.removeItem(atPath: file)
    try Data(bytes).write(to: URL(filePath: file))
    expect("1073741824 bytes", "none over 33554432", "`git cat-file -s \(name)`") { _ = try store.read(name) }
  }

  @Test func `a file that is missing, of another kind, or overwritten`() throws {
    let missing = try #require(ObjectName(hex: String(repeating: "1", count: 40)))
    expect("blob \(missing) is missing", "`git fsck`", "`git fetch`") { _ = try store.read(missing) }
    let state = try #require(heads.state)
    expect("a blob was expected", "is a commit") { _ = try store.read(state) }
    expect("a tree was expected", "is a commit") { _ = try store.files(in: state) }
    let name = try object("blob", Array("abc".utf8))
    let file = "\(path)/objects/\(name.description.prefix(2))/\(name.description.dropFirst(2))"
    try FileManager.default.removeItem(atPath: file)
    try Data([1, 2, 3]).write(to: URL(filePath: file))
    expect(name.description) { _ = try store.read(name) }
  }

  @Test func `a tree that is too wide`() throws {
    let line = Array("100644 0000000\0".utf8) + ObjectName.none.bytes
    let made = try object("tree", (0..<500_000).flatMap { _ in line })
    expect("none over 16777216", "`git cat-file -s \(made)`") { _ = try store.files(in: made) }
  }

  // MARK: Packs

  /// Damages the only pack, or its index, of a copy: libgit2 keeps an open pack for all stores of a path.
  private func damaged(_ ending: String, _ change: (Data) -> Data?) throws -> (pack: String, state: () throws -> Void) {
    let copy = "\(path)/copy.git"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: "\(path)/objects", toPath: "\(copy)/objects")
    for name in ["config", "HEAD", "refs"] {
      try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: "\(copy)/\(name)")
    }
    let packs = "\(copy)/objects/pack"
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: packs).first { $0.hasSuffix(ending) })
    let file = URL(filePath: "\(packs)/\(name)")
    let bytes = try Data(contentsOf: file)
    try FileManager.default.removeItem(at: file)
    if let changed = change(bytes) { try changed.write(to: file) }
    let state = try #require(heads.state)
    return (String(name.prefix { $0 != "." }), { _ = try SnapshotStore.open(at: copy).commit(state) })
  }

  @Test(arguments: [
    ("pack", 0, "do not belong together"), ("pack", 11, "do not belong together"), ("pack", 200, "do not belong together"),
    ("idx", 0, "do not belong together"), ("idx", 100, "do not belong together"), ("pack", -1, "is missing"),
    ("idx", -1, "has no index"),
  ])
  func `a pack or its index that is gone or cut short`(_ given: (ending: String, length: Int, told: String)) throws {
    let copy = try damaged(given.ending) { given.length < 0 ? nil : $0.prefix(given.length) }
    expect(given.told, copy.pack, try #require(heads.state).description, from: copy.state)
  }

  @Test func `bytes that are overwritten within a pack`() throws {
    let copy = try damaged("pack") { bytes in
      var bytes = bytes
      for index in 12..<(bytes.count - 20) { bytes[index] ^= 0x55 }
      return bytes
    }
    expect(try #require(heads.state).description, from: copy.state)
  }

  // MARK: Commits

  private func commit(_ rest: String, times: String = "1000", tree: ObjectName? = nil) throws -> ObjectName {
    let tree = try tree ?? object("tree", [])
    return try object(
      "commit", Array("tree \(tree)\nauthor A <a@b> \(times) +0000\ncommitter A <a@b> \(times) +0000\n\(rest)".utf8))
  }

  @Test(arguments: ["-1", "253402300800", "9223372036854775807", "99999999999999999999", "x", ""])
  func `a commit of a time that is none`(_ time: String) throws {
    let made = try commit("\nx\n", times: time)
    expect("the commit \(made)", "between 1970 and 9999", "`git cat-file -p \(made)`") { _ = try store.commit(made) }
  }

  @Test func `commits whose lines are not those of a commit`() throws {
    let tree = String(repeating: "1", count: 40)
    let who = "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n"
    for text in [
      "", "\n", "tree \(tree)\n", "tree \(tree)\n\nx", "tree 1\n\(who)\n", "\(who)tree \(tree)\n\n",
      "tree \(tree)\nparent 1\n\(who)\n", "tree \(tree)\nauthor >A< 1 +0000\ncommitter A <> 1\n\n", "tree \(tree)\n\(who)\na\0b",
      "tree \(tree)\ntree \(tree)\n\(who)\n",
    ] {
      let made = try object("commit", Array(text.utf8))
      expect("the commit \(made)") { _ = try store.commit(made) }
    }
  }

  @Test func `a commit with a million trailers`() throws {
    let made = try commit("\nx\n\n" + String(repeating: "A: b\n", count: 1_000_000))
    expect("bytes; Ambit writes none over 1048576") { _ = try store.commit(made) }
  }

  // MARK: Refs and files beside them

  @Test(arguments: ["garbage", "", "ref: refs/heads/c\n"])
  func `a branch that does not read`(_ text: String) throws {
    try write(text, to: "refs/heads/c")
    expect("'refs/heads/c'", "`git show-ref`", "`git update-ref`") { _ = try store.head(of: "c") }
    #expect(try store.clusters() == ["c"])
  }

  @Test func `a branch that leads to something else, or nowhere`() throws {
    let blob = try object("blob", [])
    for target in [blob.description, String(repeating: "1", count: 40)] {
      try write(target + "\n", to: "refs/heads/c")
      expect(target) { _ = try store.history(from: store.head(of: "c")) }
    }
    try write("ref: refs/heads/nowhere\n", to: "refs/heads/c")
    expect("the branch 'c' is gone", "`git update-ref`") { try store.checkIsRecorded("c") }
  }

  @Test func `branches that are not Ambit's are passed over with a word, and never recorded into`() throws {
    let plain = try commit("\nfirst\n")
    try git(["update-ref", "refs/heads/main", plain.description])
    let merge = try git([
      "-c", "user.name=a", "-c", "user.email=b", "commit-tree", "-p", plain.description, "-p", "c", "-m", "merge", "c^{tree}",
    ])
    try git(["update-ref", "refs/heads/merged", merge])
    #expect(try store.clusters() == ["c"])
    #expect(store.notes.filter { $0.contains("passed over") }.count == 2)
    let error = #expect(throws: StoreError.self) {
      try store.record(
        in: "main", onto: store.heads(of: "main"), digests: FolderDigests()) { [Recording]().makeIterator() }
    }
    #expect(error?.code == .noCluster && error?.failure == .notFound)
  }

  @Test func `a branch without its observations, as in a clone, is a cluster`() throws {
    try git(["update-ref", "-d", "refs/ambit/observations/c"])
    #expect(try store.clusters() == ["c"])
    #expect(store.notes.isEmpty)
  }

  @Test(arguments: ["config", "HEAD", "refs/heads/c", "ambit/index.sqlite", "objects/pack/pack-1.idx", "packed-refs"])
  func `a pipe or a device in the place of a file holds nobody up`(_ file: String) throws {
    for make in ["mkfifo", "ln -s /dev/zero"] {
      try? FileManager.default.removeItem(atPath: "\(path)/\(file)")
      let process = try Process.run(URL(filePath: "/bin/sh"), arguments: ["-c", "\(make) '\(path)/\(file)'"])
      process.waitUntilExit()
      expect("/\(file)' is neither a file nor a folder", "`ls -l`") { _ = try SnapshotStore.open(at: path) }
    }
  }

  @Test func `a store of a format from nowhere`() throws {
    try git(["config", "ambit.storeversion", String(repeating: "9", count: 10_000)])
    let error = #expect(throws: StoreError.self) { try SnapshotStore.open(at: path) }
    #expect(error?.code == .notAStore && (error?.message.count ?? 0) < 300)
  }

  @Test func `an intent that would move or unlock what is not its cluster's does nothing`() throws {
    try write("", to: "victim.lock")
    let zero = String(repeating: "0", count: 40)
    for reference in ["../victim", "victim", "refs/heads/other", "refs/heads/c/../../victim"] {
      #expect(RecordingIntent("ambit recording c\n\(zero) \(heads.state ?? .none) \(reference)\n")?.moves == [])
      try write(
        "ambit recording c\n\(zero) \(heads.state ?? .none) \(reference)\n", to: "objects/pack/pack-\(zero).keep")
      try store.recoverInterrupted("c")
    }
    #expect(FileManager.default.fileExists(atPath: "\(path)/victim.lock"))
  }
}
