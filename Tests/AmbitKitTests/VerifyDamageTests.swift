import AmbitKit
import Foundation
import SnapshotStore
import Testing

/// Damage of every kind at places of every kind: it is found, and nothing crashes or runs on.
@Suite struct VerifyDamageTests {
  /// Numbers that are the same in each run.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private func fixture() throws -> StoreFixture {
    let fixture = try StoreFixture()
    for port in 1..<12 {
      let services = (0..<5).map { "{apiVersion: v1, kind: Service, metadata: {name: s\($0), namespace: a}, spec: {ports: [{port: \(port)}]}}" }
      try fixture.record(services)
    }
    // With deltas, and a chain of them.
    _ = try fixture.git("-c", "pack.depth=50", "gc", "--quiet", "--prune=now")
    return fixture
  }

  private func findings(_ fixture: StoreFixture) throws -> [StoreFinding] {
    try StoreVerifier(Ambit(path: fixture.path), StoreVerifier.Options()).run().findings
  }

  @Test(arguments: 0..<8) func `bytes that were changed, cut off or doubled in packs and their indexes`(_ seed: Int) throws {
    let fixture = try fixture()
    var numbers = Numbers(state: UInt64(seed))
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(fixture.path)/objects/pack")
      .filter { $0.hasSuffix(".pack") || $0.hasSuffix(".idx") }.sorted()
    #expect(files.count == 2)
    for round in 0..<25 {
      let file = "objects/pack/\(files[round % 2])"
      let sound = try Data(contentsOf: URL(filePath: "\(fixture.path)/\(file)"))
      var bytes = sound
      let place = Int.random(in: 0..<bytes.count, using: &numbers)
      switch round % 4 {
      case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
      case 2: bytes.removeSubrange(place...)
      default: bytes.insert(contentsOf: bytes[place..<min(place + 64, bytes.count)], at: place)
      }
      try fixture.replace(file, bytes)
      #expect(try !findings(fixture).isEmpty, "round \(round): \(file) at \(place)")
      try fixture.replace(file, sound)
    }
    #expect(try findings(fixture).isEmpty)
  }

  @Test func `a pack in which two deltas rest on each other`() throws {
    let fixture = try fixture()
    let (one, two) = ([UInt8](repeating: 0x11, count: 20), [UInt8](repeating: 0x22, count: 20))
    // Two REF_DELTA entries of two bytes, in zlib's stored form, and an index that has each at its place.
    let body: [UInt8] = [0x78, 0x01, 0x01, 2, 0, 0xFD, 0xFF, 0, 0, 0, 2, 0, 1]
    let entry = { (base: [UInt8]) in [0x72] + base + body }
    var pack = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 2] + entry(two) + entry(one)
    pack += [UInt8](repeating: 0, count: 20)
    let second = UInt8(12 + entry(two).count)
    var index: [UInt8] = [0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2]
    for byte in 0..<256 { index += [0, 0, 0, byte < 0x11 ? 0 : byte < 0x22 ? 1 : 2] }
    index += one + two + [UInt8](repeating: 0, count: 8) + [0, 0, 0, 12, 0, 0, 0, second] + [UInt8](repeating: 0, count: 20)
    try fixture.replace("objects/pack/pack-x.pack", Data(pack))
    let unsigned = try fixture.sha1(Data(index))
    try fixture.replace("objects/pack/pack-x.idx", Data(index) + unsigned)
    let findings = try findings(fixture)
    #expect(findings.count { $0.code == .damagedObject && $0.message.contains("lead nowhere") } == 2, "\(findings)")
  }

  @Test func `a store with any number of damaged objects is told in a hundred findings`() throws {
    let fixture = try fixture()
    for number in 0..<300 {
      let name = String(number + 0x1000, radix: 16) + String(repeating: "0", count: 36)
      try fixture.write("objects/\(name.prefix(2))/\(name.dropFirst(2))", "no object")
    }
    let report = try StoreVerifier(Ambit(path: fixture.path), StoreVerifier.Options()).run()
    #expect(report.findings.count == 100 && report.unlisted == [.damagedObject: 200])
  }
}
