import Foundation
import FuzzTargets
import Testing

/// What libFuzzer found, and a few files made by hand, through the same functions as there.
@Suite struct CorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

  private func files(_ target: FuzzTarget) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: CorpusTests.folder.appending(path: target.rawValue), includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `what must hold of bytes of any kind holds for the corpus`(_ target: FuzzTarget) throws {
    let files = try files(target)
    #expect(!files.isEmpty)
    for file in files {
      let fault = target.fault(in: Array(try Data(contentsOf: file)))
      #expect(fault == nil, "\(target.rawValue)/\(file.lastPathComponent) \(fault ?? "")")
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `and for each of its files cut short, or with a byte changed`(_ target: FuzzTarget) throws {
    for file in try files(target) {
      let bytes = Array(try Data(contentsOf: file).prefix(400))
      for place in bytes.indices {
        var changed = bytes
        changed[place] ^= 0x21
        for given in [Array(bytes[..<place]), changed] {
          let fault = target.fault(in: given)
          #expect(fault == nil, "\(target.rawValue)/\(file.lastPathComponent) at \(place): \(fault ?? "")")
        }
      }
    }
  }

  @Test func `every folder of the corpus is a target's`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: CorpusTests.folder.path).sorted()
    #expect(folders == FuzzTarget.allCases.map(\.rawValue).sorted())
  }
}
