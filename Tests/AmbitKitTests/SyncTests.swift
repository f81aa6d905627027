@testable import AmbitKit
import Foundation
import KubeModel
import SnapshotStore
import Testing

/// Parts of a sync that no command shows.
@Suite struct SyncTests {
  private let remote: RemoteAddress

  init() throws { remote = try RemoteAddress("https://me:s3cret-word@git.example.com/fleet.git", configured: nil) }

  private func policy(_ number: Int) -> String {
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p\(number), namespace: s}\nspec: {podSelector: {}}\n"
  }

  @Test func `a long history is pushed in slices, each a step of the server's reference`() async throws {
    let fixture = try StoreFixture()
    for number in 0..<8 { try fixture.record([policy(number)]) }
    let server = "\(fixture.path).server"
    defer { try? FileManager.default.removeItem(atPath: server) }
    _ = try fixture.git("init", "--quiet", "--bare", server)
    _ = try fixture.git("--git-dir=\(server)", "config", "core.logAllRefUpdates", "always")
    var options = Synchronizer.Options(variables: ProcessInfo.processInfo.environment)
    options.slice = 3
    let outcome = try await Synchronizer(fixture.ambit, remote: server, options).run()
    #expect(outcome.failure == nil)
    #expect(outcome.references.map(\.pushed) == [8, 8])
    for (name, head) in [
      ("refs/heads/c", try fixture.ambit.store.head(of: "c")),
      ("refs/ambit/observations/c", try fixture.ambit.store.observationHead(of: "c")),
    ] {
      let log = try String(contentsOfFile: "\(server)/logs/\(name)", encoding: .utf8).split(separator: "\n")
      #expect(log.count == 3)
      #expect(try fixture.ambit.store.target(of: name) == head)
      #expect(log.last?.split(separator: " ")[1] == head?.description.prefix(40))
    }
  }

  @Test(arguments: [
    "", "-x", "--upload-pack=id", "ext::sh -c id", "EXT::x", "fd::17", "https+sh://x", "file+x://y", "transport::http://x", "a\u{0}b",
  ])
  func `an address that could run a program is refused`(_ text: String) {
    let error = #expect(throws: AmbitError.self) { _ = try RemoteAddress(text, configured: nil) }
    #expect(error?.failure == .usage)
    #expect(throws: AmbitError.self) { _ = try RemoteAddress("origin", configured: text) }
  }

  @Test(arguments: [
    ("origin", nil), ("../server.git", nil), ("/srv/a b.git", nil), ("git@example.com:fleet.git", nil),
    ("ssh://git@example.com/fleet.git", nil), ("HTTPS://example.com/x", nil), ("[::1]:fleet.git", nil), ("file:///srv/x.git", nil),
  ] as [(String, String?)])
  func `an address of git's own ways is taken as it is`(_ given: (text: String, configured: String?)) throws {
    let address = try RemoteAddress(given.text, configured: given.configured)
    #expect(address.url == given.text)
    #expect(address.shown == given.text)
    #expect(try ClusterName.validated(address.name) == address.name)
  }

  @Test func `a password is shown nowhere`() throws {
    #expect(remote.shown == "https://git.example.com/fleet.git")
    #expect(remote.name == "https---git.example.com-fleet.git")
    let text = "fatal: unable to access 'https://me:s3cret-word@git.example.com/': s3cret-word"
    #expect(CarrierFailure.shown(text, of: remote) == "fatal: unable to access 'https://git.example.com/': (hidden)")
    let token = try RemoteAddress("https://t0ken-word@example.com/x", configured: nil)
    #expect(token.shown == "https://example.com/x")
    #expect(!CarrierFailure.shown("no t0ken-word for https://t0ken-word@example.com", of: token).contains("t0ken"))
  }

  @Test func `a server's answer to each reference is read`() {
    let output = """
      To ssh://x
       \t1111:refs/heads/a\tabc..def
      *\t1111:refs/heads/b\t[new branch]
      !\t1111:refs/heads/c\t[rejected] (fetch first)
      !\t1111:refs/heads/d\t[remote rejected] (hook (of \u{1b}[1m ours) declined)
      !\t1111:refs/heads/e\t[remote rejected] (cannot lock ref 'refs/heads/e': Unable to create 'x.lock')
      =\t1111:refs/heads/f\t[up to date]
      !!\t1111:refs/heads/g\tstrange
      Done
      """
    let errors = "remote: no\r\nwarning: x\nremote:   \nremote: \u{9b}1m and s3cret-word\n"
    let report = PushReport(output: Array(output.utf8), errors: Array(errors.utf8), of: remote)
    #expect(
      report.answers == [
        "refs/heads/a": .taken, "refs/heads/b": .taken, "refs/heads/c": .outdated,
        "refs/heads/d": .rejected(#"hook (of \u{1b}[1m ours) declined"#),
        "refs/heads/e": .locked("cannot lock ref 'refs/heads/e': Unable to create 'x.lock'"), "refs/heads/f": .taken,
      ])
    #expect(report.words == ["no", #"\u{9b}1m and (hidden)"#])
  }

  @Test(arguments: [
    "refs/heads/a/b", "refs/heads/", "refs/heads/HEAD", "refs/heads/-x", "refs/tags/x", "refs/notes/other", "refs/ambit/remotes/x/heads/y",
    "refs/ambit/registers/x", "refs/replace/abc", "HEAD", "refs/heads/a b", "refs/ambit/observations/..", "refs/heads/*", "refs/heads/a:b",
  ])
  func `references of other names are not shared`(_ name: String) {
    #expect(SharedReference(name) == nil)
  }

  @Test func `references move in an order in which none names what is not there yet`() {
    let names = ["refs/notes/ambit", "refs/ambit/observations/a", "refs/heads/b", "refs/ambit/journal/0123456789", "refs/ambit/changes/a", "refs/heads/a", "refs/ambit/registers"]
    #expect(
      names.compactMap { SharedReference($0) }.sorted().map(\.name) == [
        "refs/heads/a", "refs/heads/b", "refs/ambit/changes/a", "refs/ambit/observations/a", "refs/ambit/registers",
        "refs/ambit/journal/0123456789", "refs/notes/ambit",
      ])
  }
}
