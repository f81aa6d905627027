import Foundation
import TestSupport

/// Runs the script with the Python that `scripts/setup --tests` prepares, or else the system's.
enum ExportValidator {
  static let script = "\(CommandFixture.package)/Tests/EvidenceTests/validate-exports"
  static let isThere = (try? run([]).status) == 0

  static func run(_ arguments: [String]) throws -> RunningProcess.Output {
    let own = "\(CommandFixture.package)/.build/python/bin/python3"
    let python = FileManager.default.isExecutableFile(atPath: own) ? [own] : ["python3"]
    return try RunningProcess("/usr/bin/env", python + [script] + arguments, in: "/").wait()
  }
}
