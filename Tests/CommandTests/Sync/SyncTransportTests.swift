import Foundation
import Testing
import TestSupport

/// Real servers on the loopback address: sshd, and git's http backend.
@WaitingTests @Suite struct SyncTransportTests {
  let place: SyncFixture

  init() throws { place = try SyncFixture() }

  /// A first push, a second machine, a push from there, and the way back.
  private func exchange(_ url: String, environment: [String: String] = [:]) throws {
    try place.machine("a", cluster: "prod")
    try place.machine("b")
    for (machine, result) in [("a", "pushed"), ("b", "fetched"), ("b", "upToDate")] {
      let sync = try place.sync(machine, url, environment: environment)
      #expect(sync.output.status == 0, "\(sync.output.stderr)")
      #expect(sync.results == ["refs/heads/prod": result, "refs/ambit/observations/prod": result])
    }
    try place.record("b", cluster: "prod", 7, policies: 300)
    try place.record("b", cluster: "test", 0)
    for machine in ["b", "a"] { #expect(try place.sync(machine, url, environment: environment).output.status == 0) }
    #expect(try place.references("a") == place.references("b"))
    #expect(try place.references("a") == place.references("server"))
    for repository in ["a", "server", "b"] { #expect(try place.complaints(repository) == "") }
  }

  @Test(.enabled(if: SSHServer.obstacle == nil, "sshd cannot run here: \(SSHServer.obstacle ?? "")"))
  func `over ssh`() throws {
    let server = try SSHServer(in: place.fixture)
    defer { server.stop() }
    try exchange("ssh://127.0.0.1\(place.directory)/server.git", environment: ["GIT_SSH_COMMAND": server.command])
    // As scp writes addresses.
    let short = try place.sync("a", "127.0.0.1:\(place.directory)/server.git", environment: ["GIT_SSH_COMMAND": server.command])
    #expect(short.output.status == 0)
  }

  @Test(.enabled(if: SSHServer.obstacle == nil, "sshd cannot run here: \(SSHServer.obstacle ?? "")"))
  func `over ssh, what goes wrong is told apart`() throws {
    let server = try SSHServer(in: place.fixture)
    defer { server.stop() }
    try place.machine("a", cluster: "prod")
    func failure(_ command: String, _ path: String = "server.git") throws -> RunningProcess.Output {
      try place.sync("a", "ssh://127.0.0.1\(place.directory)/\(path)", environment: ["GIT_SSH_COMMAND": command]).output
    }
    let stranger = try failure(server.command.replacing("/ssh/user", with: "/ssh/stranger"))
    #expect(stranger.status == 77)
    #expect(stranger.stderr.contains("does not let us in"))
    let unknownHost = try failure("\(server.command) -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes".replacing("\(place.directory)/ssh/known", with: "/dev/null"))
    #expect(unknownHost.status == 77)
    #expect(try failure(server.command, "nowhere.git").status == 66)
    server.stop()
    let closed = try failure(server.command)
    #expect(closed.status == 69)
    #expect(closed.stderr.contains("Connection refused"))
  }

  @Test func `over http`() async throws {
    try await GitHTTPServer.with(root: place.directory) { port in
      try exchange("http://\(GitHTTPServer.user):\(GitHTTPServer.password)@127.0.0.1:\(port)/server.git")
    }
  }

  @Test func `over http, what goes wrong is told apart, and the password is told nowhere`() async throws {
    try place.machine("a", cluster: "prod")
    try await GitHTTPServer.with(root: place.directory) { port in
      let plain = try place.sync("a", "http://127.0.0.1:\(port)/server.git").output
      #expect(plain.status == 77)
      #expect(plain.stderr.contains("does not let us in"))
      let wrong = try place.sync("a", "http://collector:wr0ng-word@127.0.0.1:\(port)/server.git").output
      #expect(wrong.status == 77)
      let absent = try place.sync("a", "http://collector:\(GitHTTPServer.password)@127.0.0.1:\(port)/nowhere.git").output
      #expect(absent.status == 66)
      let good = try place.sync("a", "http://collector:\(GitHTTPServer.password)@127.0.0.1:\(port)/server.git").output
      #expect(good.status == 0)
      for output in [plain, wrong, absent, good] {
        #expect(!(output.stdout + output.stderr).contains("wr0ng-word"))
        #expect(!(output.stdout + output.stderr).contains(GitHTTPServer.password))
      }
      let logs = FileManager.default.enumerator(atPath: "\(place.directory)/a.git")?.compactMap { $0 as? String } ?? []
      for file in logs {
        let text = String(decoding: FileManager.default.contents(atPath: "\(place.directory)/a.git/\(file)") ?? Data(), as: UTF8.self)
        #expect(!text.contains(GitHTTPServer.password), "\(file)")
        #expect(!file.contains(GitHTTPServer.password))
      }
    }
  }

  @Test(arguments: ["git://127.0.0.1:1/x.git", "http://127.0.0.1:1/x.git", "ssh://127.0.0.1:1/x.git", "http://no-such-host.invalid/x.git"])
  func `a host that does not answer is unreachable`(_ url: String) throws {
    try place.machine("a", cluster: "prod")
    let sync = try place.sync("a", url).output
    #expect(sync.status == 69, "\(sync.stderr)")
    #expect(sync.stderr.contains("Error: '\(url)' cannot be reached"))
    #expect(sync.stderr.contains("Hint: try `git ls-remote`"))
  }
}
