import Foundation

/// Stock git over a folder of files, as backup scripts use it.
struct GitPeer {
  let folder: String

  init(_ folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try run("init", "-q")
    try run("config", "user.name", "benchmark")
    try run("config", "user.email", "benchmark@localhost")
    try run("config", "gc.auto", "0")
  }

  func write(_ files: [String: [UInt8]]) throws {
    for (path, bytes) in files {
      let file = URL(filePath: "\(folder)/\(path)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
  }

  /// `git add -A && git commit`
  func commit() throws {
    try run("add", "-A")
    try run("commit", "-q", "-m", "snapshot")
  }

  private func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }
}
