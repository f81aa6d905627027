import Foundation

/// A folder that is there as long as it is worked in; one that AMBIT_BENCHMARK_FOLDER names stays, to be looked at.
enum Scratch {
  static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
    let asked = ProcessInfo.processInfo.environment["AMBIT_BENCHMARK_FOLDER"]
    let folder = asked ?? FileManager.default.temporaryDirectory.path + "/ambit-benchmark-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { if asked == nil { try? FileManager.default.removeItem(atPath: folder) } }
    return try body(folder)
  }
}
