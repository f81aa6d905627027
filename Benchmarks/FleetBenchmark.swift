import AmbitKit
import Foundation
import SnapshotStore

/// Commands on one cluster of a store that holds 64, beside the same commands on a store that holds that one.
enum FleetBenchmark {
  private static let clusters = 64
  private static let snapshots = 50

  static func run() throws {
    let history = SyntheticHistory(count: 1_000)
    let recordings = try (0...snapshots).map(history.recording)
    try Scratch.with { folder in
      var measured: [String: [String: Measurement]] = [:]
      for (name, count) in [("alone", 1), ("among \(clusters)", clusters)] {
        let path = "\(folder)/\(count).git"
        let store = try SnapshotStore.create(at: path)
        for cluster in 0..<count {
          _ = try store.record(in: "c\(cluster)", onto: HistoryHeads(), digests: FolderDigests()) {
            recordings.makeIterator()
          }
        }
        for cluster in 0..<count { try Ambit(path: path).catchUp("c\(cluster)") }
        for command in [["log", "netpol/policy-7"], ["list", "netpol"], ["check", "-n", "team-3"]] {
          let measurement = try Measurement.fastest(of: 7) {
            try BuiltProgram.run(command + ["--cluster", "c0"], store: path)
          }
          measurement.print("ambit \(command.joined(separator: " ")), \(name)")
          measured[command[0], default: [:]][name] = measurement
        }
      }
      for (command, pair) in measured.sorted(by: { $0.key < $1.key }) {
        if let alone = pair["alone"] { pair["among \(clusters)"]?.printRatio("\(command) among \(clusters)", to: alone) }
      }
    }
  }
}

/// The program that is built beside this one, as a user runs it.
enum BuiltProgram {
  static func run(_ arguments: [String], store: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "ambit")
    process.arguments = arguments + ["--store", store]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    // 1 says that a check found something.
    guard [0, 1, 2].contains(process.terminationStatus) else { throw CocoaError(.executableLoad) }
  }
}
