import Foundation
import TestSupport
import Testing

/// `ambit maintain` as it is typed, killed, and where the disk takes no more.
@Suite struct MaintainTests {
  private func git(_ fixture: CommandFixture, _ arguments: String...) throws -> String {
    let output = try fixture.run(["-C", fixture.store] + arguments, program: "/usr/bin/git")
    return output.stdout + output.stderr
  }

  private func objects(_ fixture: CommandFixture) throws -> String {
    try git(fixture, "cat-file", "--batch-all-objects", "--batch-check", "--unordered").split(separator: "\n").sorted()
      .joined(separator: "\n")
  }

  @Test func `commands print the same bytes after it`() throws {
    let fixture = try CommandFixture.example()
    let commands = [
      ["log", "-o", "json"], ["log", "--observations", "-o", "json"], ["blame", "netpol/gateway-egress"],
      ["list", "--at", "2026-11-23T05:01:00Z", "-o", "json"], ["diff", "HEAD~2", "HEAD"],
    ]
    let before = try commands.map { try fixture.run($0).stdout }
    let maintained = try fixture("maintain")
    #expect(maintained.status == 0 && maintained.stdout.contains("became 1 pack of"))
    #expect(try fixture("maintain").stdout.contains("nothing to do"))
    #expect(try commands.map { try fixture.run($0).stdout } == before)
    #expect(try fixture("index", "check").status == 0)
    #expect(try git(fixture, "fsck", "--strict") == "")
  }

  @Test func `killed at any moment, it leaves every object and a store that the next one finishes`() throws {
    let fixture = try CommandFixture.example()
    let objects = try objects(fixture)
    for delay in ["0.005", "0.02", "0.04", "0.06", "0.08", "0.1", "0.13", "0.17"] {
      let script = "'\(CommandFixture.builtBinary)' maintain & sleep \(delay); kill -9 $!"
      _ = try fixture.run(["-c", script], program: "/bin/sh")
      #expect(try self.objects(fixture) == objects)
      #expect(try git(fixture, "fsck", "--strict") == "")
    }
    // git may work on for a moment in the workspace of the one that was killed.
    Thread.sleep(forTimeInterval: 0.5)
    #expect(try fixture("maintain").status == 0)
    #expect(try self.objects(fixture) == objects)
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.store)/ambit/maintenance"))
  }

  @Test func `where nothing more can be written, the store stays as it was`() throws {
    let fixture = try CommandFixture.example()
    let packs = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.store)/objects/pack").sorted()
    // The bound is on the size of a file: git's pack is over it.
    let output = try fixture.run(
      ["-c", "trap '' XFSZ; ulimit -f 8; exec '\(CommandFixture.builtBinary)' maintain"], program: "/bin/sh")
    #expect(output.status != 0)
    #expect(output.stderr.contains("it was left as it was"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(fixture.store)/objects/pack").sorted() == packs)
    #expect(try git(fixture, "fsck", "--strict") == "")
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.store)/ambit/maintenance"))
  }

  @Test func `a snapshot joins small packs by itself, and says so`() throws {
    let fixture = try CommandFixture.example()
    _ = try git(fixture, "config", "ambit.autoPackLimit", "3")
    let output = try fixture(
      "snapshot", "--from", "\(CommandFixture.package)/examples/shop/2026-11-23T050421Z", "--cluster", "shop", "--at",
      "2026-11-23T06:00:00Z")
    #expect(output.status == 0)
    // On a busy machine, it may be given up; either way the snapshot is whole and told.
    #expect(output.stdout.contains("unchanged") && output.stderr.contains("small packs"))
    #expect(try git(fixture, "fsck", "--strict") == "")
  }

  @Test func `retain tells what would go, and writes a store that says so`() throws {
    let fixture = try CommandFixture.example()
    let told = try fixture("retain", "--keep", "2026-11-23T05:01:00Z")
    #expect(told.status == 0 && told.stderr.contains("3 snapshots and 3 observations would go"))
    let written = try fixture("retain", "--keep", "2026-11-23T05:01:00Z", "--to", "kept.git", "--by", "J. Doe")
    #expect(written.status == 0, "\(written.stderr)")
    #expect(try fixture("index", "check", "--store", "kept.git").status == 0)
    let list = ["list", "--at", "2026-11-23T05:02:30Z", "-n", "payments"]
    #expect(try fixture.run(list).stdout == fixture.run(list + ["--store", "kept.git"]).stdout)
    #expect(try fixture("retain", "--keep", "2026-11-23T05:01:00Z", "--to", "kept.git").status == 65)
    #expect(try fixture("retain", "--keep", "soon").status == 64)
    #expect(try fixture("retain", "--keep", "13mo", "--by", "x").status == 64)
  }
}
