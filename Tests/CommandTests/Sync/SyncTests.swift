import Foundation
import Synchronization
import Testing
import TestSupport

/// Two stores and a bare repository between them, reached by its path.
@WaitingTests @Suite struct SyncTests {
  let place: SyncFixture

  init() throws { place = try SyncFixture() }

  @Test func `what a user sees`() throws {
    try place.machine("store", cluster: "prod", readings: 2)
    try Golden.expect(
      "sync",
      [
        "sync ./server.git", "sync ./server.git", "sync ./server.git --cluster prot", "sync origin", "sync ./nowhere",
        "sync -- -x", "sync 'ext::sh -c id'", "sync https+sh://x", "sync ./server.git --cluster ../x",
      ], in: place.fixture)
  }

  @Test func `a second machine answers the same, byte for byte`() throws {
    let example = try CommandFixture.example()
    try FileManager.default.moveItem(atPath: example.store, toPath: "\(place.directory)/a.git")
    try place.machine("b")
    #expect(try place.sync("a").output.status == 0)
    let fetched = try place.sync("b")
    #expect(fetched.output.status == 0)
    #expect(fetched.results == ["refs/heads/shop": "fetched", "refs/ambit/observations/shop": "fetched"])
    #expect(try place.references("a") == place.references("b"))
    #expect(try String(contentsOfFile: "\(place.directory)/b.git/HEAD", encoding: .utf8) == "ref: refs/heads/shop\n")
    let at = "2026-11-23T05:04:21Z"
    for line in [
      "log", "log --observations", "log netpol/default-deny -n payments -o json", "list netpol --at \(at)",
      "list workloads -n monitoring --at \(at)", "blame netpol/gateway-egress -n payments --at \(at)", "diff shop~3 shop",
      "check --at \(at) -o json", "check --framework pci --at \(at) -o json", "index check",
    ] {
      let answers = try ["a", "b"].map {
        try place.fixture.run(Golden.words(line), environment: ["AMBIT_STORE": "\($0).git"])
      }
      #expect(answers[0].stdout == answers[1].stdout, "\(line)")
      #expect(answers[0].stderr == answers[1].stderr, "\(line)")
      #expect(answers[0].status == answers[1].status, "\(line)")
    }
    for repository in ["a", "server", "b"] { #expect(try place.complaints(repository) == "") }
  }

  @Test func `what one machine records reaches the other through the server`() throws {
    try place.machine("a", cluster: "prod")
    try place.machine("b")
    for number in 3..<6 {
      #expect(try place.sync("a").output.status == 0)
      #expect(try place.sync("b").output.status == 0)
      #expect(try place.references("a") == place.references("b"))
      try place.record("a", cluster: "prod", number)
    }
    // The reading changes hands.
    #expect(try place.sync("a").output.status == 0)
    #expect(try place.sync("b").output.status == 0)
    #expect(try place.record("b", cluster: "prod", 9).status == 0)
    let pushed = try place.sync("b")
    #expect(pushed.results["refs/heads/prod"] == "pushed")
    #expect(try place.sync("a").results["refs/heads/prod"] == "fetched")
    #expect(try place.references("a") == place.references("server"))
    #expect(try place.ambit("a", "index", "check").status == 0)
  }

  @Test func `a store is pushed from two sides without one disturbing the other`() throws {
    try place.machine("a", cluster: "one")
    try place.machine("b", cluster: "two")
    #expect(try place.sync("a").output.status == 0)
    let both = try place.sync("b")
    #expect(both.output.status == 0)
    #expect(
      both.results == [
        "refs/heads/one": "fetched", "refs/ambit/observations/one": "fetched", "refs/heads/two": "pushed",
        "refs/ambit/observations/two": "pushed",
      ])
    let narrow = try place.sync("a", clusters: ["one"])
    #expect(narrow.results.keys.sorted() == ["refs/ambit/observations/one", "refs/heads/one"])
    #expect(try place.references("a")["refs/heads/two"] == nil)
  }

  @Test func `writers of several clusters push to one server at once`() throws {
    let place = place
    let names = ["one", "two", "three"]
    for name in names { try place.machine(name, cluster: name, readings: 1) }
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: names.count) { index in
      let name = names[index]
      for number in 1..<5 {
        do {
          try place.record(name, cluster: name, number)
          let output = try place.sync(name, clusters: [name]).output
          if output.status != 0 { failures.withLock { $0.append(output.stdout + output.stderr) } }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(failures.withLock { $0 } == [])
    let server = try place.references("server")
    for name in names {
      #expect(try place.references(name).allSatisfy { server[$0.key] == $0.value })
    }
    #expect(server.count == 2 * names.count)
    #expect(try place.complaints("server") == "")
  }

  @Test func `two writers of one cluster are told apart, and nothing moves`() throws {
    try place.machine("a", cluster: "prod", readings: 2)
    try place.machine("b")
    #expect(try place.sync("a").output.status == 0)
    #expect(try place.sync("b").output.status == 0)
    try place.record("a", cluster: "prod", 5)
    try place.record("b", cluster: "prod", 6)
    try place.record("b", cluster: "prod", 7)
    #expect(try place.sync("a").output.status == 0)
    let before = try (place.references("a"), place.references("b"), place.references("server"))
    let diverged = try place.ambit("b", "sync", "./server.git")
    #expect(diverged.status == 1)
    #expect(diverged.stdout.contains("2 commits here and 1 there since "))
    #expect(diverged.stdout.contains("refs/ambit/remotes/server.git/heads/prod"))
    #expect(diverged.stderr.contains("docs/fleets.md"))
    let results = try place.sync("b").results
    #expect(results == ["refs/heads/prod": "diverged", "refs/ambit/observations/prod": "diverged"])
    #expect(try (place.references("a"), place.references("b"), place.references("server")) == before)
    // Their side is there to look at, and the page's way out keeps both.
    let theirs = try place.git("-C", "b.git", "rev-parse", "refs/ambit/remotes/server.git/heads/prod").stdout
    #expect(theirs == before.2["refs/heads/prod"].map { "\($0)\n" })
    for (old, new) in [("refs/heads/prod", "refs/heads/prod-b"), ("refs/ambit/observations/prod", "refs/ambit/observations/prod-b")] {
      #expect(try place.git("-C", "b.git", "update-ref", new, old).status == 0)
      #expect(try place.git("-C", "b.git", "update-ref", "-d", old).status == 0)
    }
    #expect(try place.sync("b").output.status == 0)
    #expect(try place.references("b")["refs/heads/prod"] == before.0["refs/heads/prod"])
    #expect(try place.references("server")["refs/heads/prod-b"] == before.1["refs/heads/prod"])
    #expect(try place.ambit("b", "index", "check").status == 0)
    #expect(try place.ambit("b", "log", "--cluster", "prod-b").status == 0)
  }

  @Test func `a server that was rewound is told, and gets back what it lost`() throws {
    try place.machine("a", cluster: "prod")
    #expect(try place.sync("a").output.status == 0)
    let whole = try place.references("server")
    for name in whole.keys { _ = try place.git("-C", "server.git", "update-ref", name, "\(name)~1") }
    #expect(try place.sync("a").results.values.allSatisfy { $0 == "pushed" })
    #expect(try place.references("server") == whole)
  }

  @Test func `what git would do besides is not done`() throws {
    try place.machine("a", cluster: "prod")
    // A mirror's configuration would move our references where it pleases; hooks would run.
    for (name, value) in [
      ("remote.origin.url", "\(place.directory)/server.git"), ("remote.origin.mirror", "true"),
      ("remote.origin.fetch", "+refs/*:refs/*"), ("remote.origin.prune", "true"), ("fetch.prune", "true"), ("gc.auto", "1"),
    ] {
      _ = try place.git("-C", "a.git", "config", name, value)
    }
    for hook in ["pre-push", "reference-transaction", "post-fetch", "pre-auto-gc"] {
      let path = try place.fixture.write("a.git/hooks/\(hook)", "#!/bin/sh\ntouch '\(place.directory)/hook-ran'\nexit 1\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    let before = try place.references("a")
    #expect(try place.sync("a", "origin").output.status == 0)
    try place.record("a", cluster: "prod", 8)
    let ahead = try place.references("a")
    #expect(ahead["refs/heads/prod"] != before["refs/heads/prod"])
    #expect(try place.sync("a", "origin").output.status == 0)
    #expect(try place.references("a") == ahead)
    #expect(try place.references("server") == ahead)
    #expect(!FileManager.default.fileExists(atPath: "\(place.directory)/hook-ran"))
  }

  @Test func `a variable that points git elsewhere has no say`() throws {
    try place.machine("a", cluster: "prod")
    try place.machine("other", cluster: "secret")
    let sync = try place.sync(
      "a", environment: ["GIT_DIR": "\(place.directory)/other.git", "GIT_OBJECT_DIRECTORY": "/nowhere", "GIT_NAMESPACE": "x"])
    #expect(sync.output.status == 0)
    #expect(try place.references("server") == place.references("a"))
  }

  @Test func `without git the other commands work, and sync says what is missing`() throws {
    try place.machine("a", cluster: "prod")
    let sync = try place.sync("a", environment: ["PATH": "/nowhere"])
    #expect(sync.output.status == 78)
    #expect(sync.output.stderr.contains("Error: 'git' is not in the PATH"))
  }
}
