import AmbitKit
import Foundation
import SnapshotStore

/// What someone can do who may write to the files of a store.
extension StoreFixture {
  /// The object that a revision names.
  func name(_ revision: String) throws -> String { String(try git("rev-parse", revision).prefix(40)) }

  func write(_ file: String, _ text: String) throws { try replace(file, Data(text.utf8)) }

  /// Puts a file in the place of one, which may be read-only.
  func replace(_ file: String, _ contents: Data) throws {
    let target = URL(filePath: "\(path)/\(file)")
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? FileManager.default.removeItem(at: target)
    try contents.write(to: target)
  }

  /// Adds a blob that no ref reaches, as a loose object.
  func evilBlob() throws -> String { String(try git("hash-object", "-w", "--stdin", input: "evil\n").prefix(40)) }

  /// Makes a commit from another one, and has a ref point to it.
  func rewrite(_ revision: String, _ reference: String, _ change: (String) throws -> String) throws {
    let commit = try change(git("cat-file", "commit", revision))
    let name = try git("hash-object", "-t", "commit", "-w", "--stdin", input: commit).prefix(40)
    _ = try git("update-ref", reference, String(name))
  }

  /// Removes the index, as someone does who knows that it remembers.
  func forgetIndex() throws {
    try FileManager.default.removeItem(atPath: Ambit.indexPath(path))
    for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: Ambit.indexPath(path) + ending) }
  }
}

extension StoreFixture {
  /// The SHA-1 of some bytes, as coreutils computes it.
  func sha1(_ bytes: Data) throws -> Data {
    let file = "\(path)/sum"
    try bytes.write(to: URL(filePath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sha1sum", file]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Data(ObjectName(hex: String(text.prefix(40)))?.bytes ?? [])
  }
}
