@testable import AmbitKit
import Foundation
import KubeModel
import SnapshotStore
import Testing

/// Packs that are joined, and everything that must be as it was.
@Suite struct MaintenanceTests {
  let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private var environment: [String: String] { ProcessInfo.processInfo.environment }
  private var packs: [StoredPack] { PackMaintenance.packs(of: fixture.path) }

  private func policy(_ number: Int, version: Int = 0) -> String {
    """
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: p\(number), namespace: s}
    spec: {podSelector: {matchLabels: {version: "\(version)"}}}

    """
  }

  private func record(_ count: Int) throws {
    for number in 0..<count { try fixture.record([policy(number % 5, version: number)]) }
  }

  private func objects() throws -> String { try fixture.git("cat-file", "--batch-all-objects", "--batch-check") }

  @Test func `all packs become one, which holds every object, and commands answer as before`() async throws {
    try record(12)
    let loose = try fixture.git("-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", "c^{tree}", "-m", "a commit that no reference leads to").prefix(40)
    let titles = try fixture.objects()
    let (objects, log) = (try objects(), try fixture.git("log", "--raw", "c", "refs/ambit/observations/c"))
    let outcome = try await Maintainer(fixture.ambit, variables: environment).run()
    #expect(outcome.before.packs == 12 && outcome.after.packs == 1 && outcome.loose == 1)
    #expect(outcome.after.bytes < outcome.before.bytes)
    #expect(try self.objects() == objects)
    #expect(objects.contains(loose))
    #expect(try fixture.git("log", "--raw", "c", "refs/ambit/observations/c") == log)
    #expect(try fixture.git("count-objects", "-v").contains("count: 0\n"))
    #expect(try !fixture.git("fsck", "--strict").contains("error"))
    // The store that was open meanwhile reads on, as does one that is opened now.
    #expect(try fixture.objects() == titles)
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil)
    #expect(try IndexComparison(Ambit(path: fixture.path)).firstDifference == nil)
    let again = try await Maintainer(fixture.ambit, variables: environment).run()
    #expect(again.before == again.after && again.after == outcome.after)
  }

  @Test func `snapshots and readings go on beside it`() async throws {
    try record(10)
    let path = fixture.path
    async let reading: Void = Task.detached {
      let store = try SnapshotStore.open(at: path)
      for _ in 0..<8 {
        for name in try store.history(from: store.head(of: "c")) {
          for file in try store.files(in: store.commit(name).tree) { _ = try store.read(file.blob) }
        }
      }
    }.value
    async let maintaining: Void = Task.detached {
      let maintainer = Maintainer(try Ambit(path: path), variables: ProcessInfo.processInfo.environment)
      for _ in 0..<6 { _ = try await maintainer.run() }
    }.value
    for number in 0..<30 {
      try fixture.record([policy(number % 5, version: 100 + number)])
      await Task.yield()
    }
    try await maintaining
    try await reading
    #expect(try fixture.git("rev-list", "--count", "c") == "40\n")
    #expect(try fixture.git("rev-list", "--count", "refs/ambit/observations/c") == "40\n")
    #expect(try fixture.git("fsck", "--strict") == "")
    #expect(try IndexComparison(fixture.ambit).firstDifference == nil)
  }

  @Test func `one maintenance at a time`() async throws {
    try record(2)
    let first = try PackMaintenance(fixture.path)
    let maintainer = Maintainer(fixture.ambit, variables: environment)
    let error = await #expect(throws: StoreError.self) { _ = try await maintainer.run() }
    #expect(error?.failure == .locked)
    withExtendedLifetime(first) {}
  }

  @Test func `the pack of a recording under way stays, and so do objects that are in it too`() async throws {
    try record(3)
    let kept = try #require(packs.first).name
    let mark = "\(fixture.path)/objects/pack/\(kept).keep"
    try Data("someone's\n".utf8).write(to: URL(filePath: mark))
    _ = try await Maintainer(fixture.ambit, variables: environment).run()
    #expect(FileManager.default.fileExists(atPath: "\(fixture.path)/objects/pack/\(kept).pack"))
    #expect(packs.count == 1)
    try FileManager.default.removeItem(atPath: mark)
    _ = try await Maintainer(fixture.ambit, variables: environment).run()
    #expect(packs.count == 1)
    #expect(try fixture.git("fsck", "--strict") == "")
  }

  @Test func `what a maintenance left that was killed is removed by the next one`() async throws {
    try record(4)
    let workspace = "\(fixture.path)/ambit/maintenance/pack"
    try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
    try Data(count: 1000).write(to: URL(filePath: "\(workspace)/tmp_pack_x"))
    _ = try await Maintainer(fixture.ambit, variables: environment).run()
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.path)/ambit/maintenance"))
    #expect(packs.count == 1)
  }

  @Test func `a damaged pack is not replaced`() async throws {
    try record(4)
    let pack = "\(fixture.path)/objects/pack/\(try #require(packs.last).name).pack"
    var bytes = try #require(FileManager.default.contents(atPath: pack))
    bytes[bytes.count / 2] ^= 0xFF
    try FileManager.default.removeItem(atPath: pack)
    try bytes.write(to: URL(filePath: pack))
    let before = packs
    let maintainer = Maintainer(fixture.ambit, variables: environment)
    let error = await #expect(throws: AmbitError.self) { _ = try await maintainer.run() }
    #expect(error?.message.contains("left as it was") == true)
    #expect(packs == before)
  }

  @Test func `a pack that does not hold all is not put in the place of others`() throws {
    try record(3)
    let before = packs
    let maintenance = try PackMaintenance(fixture.path)
    let made = "\(maintenance.workspace)/pack"
    for ending in ["pack", "idx"] {
      try FileManager.default.copyItem(
        atPath: "\(fixture.path)/objects/pack/\(before[0].name).\(ending)", toPath: "\(made)/\(before[0].name).\(ending)")
    }
    #expect(throws: StoreError.self) { try maintenance.replace(before, by: before[0].name) }
    #expect(packs == before)
  }

  // MARK: By itself

  @Test func `small packs are joined once there are more than the setting says`() async throws {
    _ = try fixture.git("config", "ambit.autoPackLimit", "4")
    var maintainer = Maintainer(try Ambit(path: fixture.path), variables: environment)
    // On a machine that is busy with other tests, what gives way to all others waits long.
    maintainer.automaticLimit = .seconds(600)
    try record(4)
    #expect(await maintainer.runIfDue() == nil)
    try record(1)
    #expect(await maintainer.runIfDue() == "joined 5 small packs of the store")
    #expect(packs.count == 1)
    #expect(try fixture.git("fsck", "--strict") == "")
    _ = try fixture.git("config", "ambit.autoPackLimit", "0")
    try record(9)
    #expect(await Maintainer(try Ambit(path: fixture.path), variables: environment).runIfDue() == nil)
  }

  @Test func `where it cannot be done, it says so once until there are twice as many`() async throws {
    _ = try fixture.git("config", "ambit.autoPackLimit", "2")
    try record(3)
    let maintainer = Maintainer(try Ambit(path: fixture.path), variables: ["PATH": "/nowhere"])
    #expect(await maintainer.runIfDue()?.contains("the store has 3 small packs, and joining them did not succeed") == true)
    #expect(await maintainer.runIfDue() == nil)
    try record(3)
    #expect(await maintainer.runIfDue() != nil)
    #expect(packs.count == 6)
  }

  @Test(arguments: [([], 0), ([5], 0), ([5, 5], 2), ([5, 20], 0), ([1, 1, 1, 50, 200], 3), ([1, 1, 1, 50, 60], 5), ([1, 2, 6, 18], 0)])
  func `packs are joined up to the last that is not twice as large as all before it`(_ given: (sizes: [Int], joined: Int)) {
    let packs = given.sizes.enumerated().map { StoredPack(name: "\($0.offset)", bytes: $0.element) }
    #expect(Maintainer.uneven(packs).count == given.joined)
  }
}
