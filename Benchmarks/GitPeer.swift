import Foundation

/// Stock git, as the tools that Ambit is compared with use it.
struct GitPeer {
  let folder: String

  /// A repository with a work tree.
  init(_ folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try run("init", "-q")
    try run("config", "user.name", "benchmark")
    try run("config", "user.email", "benchmark@localhost")
    try run("config", "gc.auto", "0")
  }

  /// A repository that is there.
  init(existing folder: String) { self.folder = folder }

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

  func run(_ arguments: String...) throws { try run(arguments, input: nil) }

  /// Runs git with a file as its standard input, its output thrown away.
  func run(_ arguments: [String], input: String?) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + arguments
    if let input { process.standardInput = try FileHandle(forReadingFrom: URL(filePath: input)) }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }

  /// The size of the repository's objects on disk, in bytes.
  static func size(_ folder: String) -> Int {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.reduce(0) { sum, file in
      sum + ((try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)"))?[.size] as? Int ?? 0)
    }
  }
}
