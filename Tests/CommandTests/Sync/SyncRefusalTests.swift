import Foundation
import Testing
import TestSupport

/// Servers that refuse, and remotes that hold what Ambit never wrote.
@WaitingTests @Suite struct SyncRefusalTests {
  let place: SyncFixture

  init() throws { place = try SyncFixture() }

  private func hook(_ name: String, _ script: String) throws {
    let path = try place.fixture.write("server.git/hooks/\(name)", "#!/bin/sh\n\(script)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  /// Puts a commit with a tree and trailers into the server, past all checks.
  private func plant(_ reference: String, tree: String, trailers: String = "Ambit-Kind: snapshot", parent: String? = nil) throws {
    let tree = try place.git("-C", "server.git", "mktree", input: tree).stdout.trimmed
    let commit = try place.git(
      "-C", "server.git", "commit-tree", tree, "-m", "snapshot: planted", "-m", trailers, "-p", parent ?? "refs/heads/prod"
    ).stdout.trimmed
    #expect(try place.git("-C", "server.git", "update-ref", reference, commit).status == 0)
  }

  private func blob(_ text: String) throws -> String {
    try place.git("-C", "server.git", "hash-object", "-w", "--stdin", input: text).stdout.trimmed
  }

  @Test func `a hook's refusal is told in its words, made harmless`() throws {
    try place.machine("a", cluster: "prod")
    try hook("pre-receive", "printf 'closed \\033[31m for\\007 today\\r\\n' >&2; exit 1")
    let sync = try place.ambit("a", "sync", "./server.git")
    #expect(sync.status == 1)
    #expect(sync.stdout.contains("rejected"))
    #expect(sync.stdout.contains("pre-receive hook declined"))
    #expect(sync.stdout.contains("held back"))
    #expect(sync.stderr.contains(#"The server says: closed \u{1b}[31m for\u{7} today"#))
    #expect(!(sync.stdout + sync.stderr).unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{7}" || $0 == "\r" })
    #expect(try place.references("server").isEmpty)
  }

  @Test func `one reference that is denied does not stop the others, but holds back what rests on it`() throws {
    try place.machine("a", cluster: "one")
    for number in 0..<2 { try place.record("a", cluster: "two", number) }
    try hook("update", "case $1 in refs/heads/one) echo 'not this one'; exit 1;; esac")
    let sync = try place.sync("a")
    #expect(sync.output.status == 1)
    #expect(
      sync.results == [
        "refs/heads/one": "rejected", "refs/ambit/observations/one": "heldBack", "refs/heads/two": "pushed",
        "refs/ambit/observations/two": "pushed",
      ])
    #expect(try place.references("server").keys.sorted() == ["refs/ambit/observations/two", "refs/heads/two"])
  }

  @Test func `a server's lock is waited for`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    try place.record("a", cluster: "prod", 8)
    let lock = try place.fixture.write("server.git/refs/heads/prod.lock", "")
    DispatchQueue.global().asyncAfter(deadline: .now() + 1) { try? FileManager.default.removeItem(atPath: lock) }
    let sync = try place.sync("a")
    #expect(sync.output.status == 0, "\(sync.output.stdout)")
  }

  @Test func `a repository of something else is neither fetched nor pushed to`() throws {
    try place.machine("a", cluster: "prod")
    let tree = try place.git("-C", "server.git", "mktree").stdout.trimmed
    let commit = try place.git("-C", "server.git", "commit-tree", tree, "-m", "code").stdout.trimmed
    _ = try place.git("-C", "server.git", "update-ref", "refs/heads/main", commit)
    let sync = try place.sync("a")
    #expect(sync.output.status == 65)
    #expect(sync.output.stderr.contains("is a git repository, but no store of Ambit"))
    #expect(try place.references("server").keys.sorted() == ["refs/heads/main"])
    #expect(try place.references("a")["refs/heads/main"] == nil)
  }

  @Test func `references of other names are passed over and counted`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    for name in ["refs/tags/v1", "refs/heads/a/b", "refs/replace/x", "refs/ambit/remotes/x/heads/y", "refs/ambit/strange", "refs/notes/other"] {
      #expect(try place.git("-C", "server.git", "update-ref", name, "refs/heads/prod").status == 0)
    }
    try place.machine("b")
    let sync = try place.ambit("b", "sync", "./server.git")
    #expect(sync.status == 0)
    #expect(sync.stderr.contains("Passed over 6 references of ./server.git that are not Ambit's"))
    #expect(try place.references("a") == place.references("b"))
  }

  /// Each is a tree entry's mode, type and name, and a word of the refusal.
  @Test(arguments: [
    ("120000 blob", "link", "'link' with mode 120000"), ("100755 blob", "run", "'run' with mode 100755"),
    ("160000 commit", "module", "'module' with mode 160000"), ("100644 blob", "git~2", "the name 'git~2'"),
    ("100644 blob", "a\\b", #"the name 'a\b'"#), ("100644 blob", ".git", "git refused it: "), ("100644 blob", "..", "git refused it: "),
  ])
  func `a tree that Ambit never wrote is refused by its place`(_ given: (kind: String, name: String, words: String)) throws {
    try place.machine("a", cluster: "prod")
    try place.record("a", cluster: "good", 0)
    #expect(try place.sync("a").output.status == 0)
    try place.machine("b")
    #expect(try place.sync("b").output.status == 0)
    let before = try place.references("b")
    let object = given.kind.hasSuffix("commit") ? String(repeating: "1", count: 40) : try blob("x")
    try plant("refs/heads/prod", tree: "\(given.kind) \(object)\t\(given.name)\n")
    try place.record("a", cluster: "good", 4)
    #expect(try place.sync("a", clusters: ["good"]).output.status == 0)
    let sync = try place.sync("b")
    #expect(sync.output.status == 1)
    #expect(sync.results["refs/heads/prod"] == "refused")
    #expect(sync.results["refs/heads/good"] == "fetched")
    #expect(sync.output.stdout.replacing(#"\\"#, with: #"\"#).contains(given.words), "\(sync.output.stdout)")
    #expect(try place.references("b")["refs/heads/prod"] == before["refs/heads/prod"])
  }

  @Test(arguments: [
    ("refs/heads/prod", "Signed-off-by: someone", "is not Ambit's"), ("refs/heads/prod", "Ambit-Kind: observation", "does not belong there"),
    ("refs/heads/new", "Hello", "is not Ambit's"), ("refs/ambit/observations/prod", "Ambit-Kind: snapshot", "does not belong there"),
  ])
  func `a commit that is not Ambit's is refused`(_ given: (reference: String, trailers: String, words: String)) throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    let before = try place.references("a")
    try plant(given.reference, tree: "", trailers: given.trailers, parent: before[given.reference])
    let sync = try place.sync("a")
    #expect(sync.output.status == 1)
    #expect(sync.results[given.reference] == "refused")
    #expect(sync.output.stdout.contains(given.words), "\(sync.output.stdout)")
    #expect(try place.references("a") == before)
  }

  @Test func `a merge and folders without end are refused`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    let before = try place.references("a")
    var tree = "100644 blob \(try blob("x"))\tx\n"
    for _ in 0..<40 { tree = "040000 tree \(try place.git("-C", "server.git", "mktree", input: tree).stdout.trimmed)\td\n" }
    try plant("refs/heads/prod", tree: tree)
    #expect(try place.sync("a").output.stdout.contains("over 32 levels"))
    let empty = try place.git("-C", "server.git", "mktree").stdout.trimmed
    let merge = try place.git(
      "-C", "server.git", "commit-tree", empty, "-m", "x", "-m", "Ambit-Kind: snapshot", "-p", before["refs/heads/prod"] ?? "",
      "-p", before["refs/ambit/observations/prod"] ?? "").stdout.trimmed
    _ = try place.git("-C", "server.git", "update-ref", "refs/heads/prod", merge)
    #expect(try place.sync("a").output.stdout.contains("is a merge"))
    #expect(try place.references("a") == before)
  }

  @Test func `a file that would fill the memory is refused`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    let before = try place.references("a")
    try plant("refs/heads/prod", tree: "100644 blob \(try blob(String(repeating: "x", count: 65 << 20)))\tlarge.yaml\n")
    let sync = try place.sync("a")
    #expect(sync.output.status == 1)
    #expect(sync.output.stdout.contains("is larger than 64 MiB"))
    #expect(try place.references("a") == before)
  }

  @Test func `an observation of a snapshot that its branch does not have is not taken`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    let before = try place.references("a")
    let other = try place.git(
      "-C", "server.git", "commit-tree", "refs/heads/prod^{tree}", "-m", "x", "-m", "Ambit-Kind: snapshot").stdout.trimmed
    _ = try place.git("-C", "server.git", "update-ref", "refs/tags/keep", other)
    try plant(
      "refs/ambit/observations/prod", tree: "", trailers: "Ambit-Kind: observation\nAmbit-State: \(other)",
      parent: before["refs/ambit/observations/prod"])
    let sync = try place.sync("a")
    #expect(sync.output.status == 1)
    #expect(sync.results["refs/ambit/observations/prod"] == "refused")
    #expect(sync.output.stdout.contains("names the snapshot \(other.prefix(10)), which its branch does not have"))
    #expect(try place.references("a") == before)
  }

  @Test func `a store that lost an object on the server is told, and ours stays whole`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    try plant("refs/heads/prod", tree: "100644 blob \(try blob("lost"))\tlost\n")
    let name = try place.git("-C", "server.git", "rev-parse", "refs/heads/prod:lost").stdout.trimmed
    try FileManager.default.removeItem(atPath: "\(place.directory)/server.git/objects/\(name.prefix(2))/\(name.dropFirst(2))")
    let before = try place.references("a")
    let sync = try place.sync("a")
    #expect(sync.output.status != 0)
    #expect(try place.references("a") == before)
    #expect(try place.complaints("a") == "")
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
