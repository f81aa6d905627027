import Foundation

/// A file of commands for `git fast-import`.
struct FastImportStream {
  private let file: FileHandle
  private var buffer = Data()
  private var mark = 0
  let path: String

  init(_ path: String) throws {
    self.path = path
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    file = try FileHandle(forWritingTo: URL(filePath: path))
  }

  /// Adds a commit on top of a branch; nil removes a file.
  ///
  /// - Returns: its mark.
  @discardableResult
  mutating func commit(
    _ branch: String, time: Int64, message: String, replacesAll: Bool = false, _ files: [String: [UInt8]?]
  ) throws -> Int {
    mark += 1
    add("commit \(branch)\nmark :\(mark)\ncommitter Ambit <ambit@c> \(time) +0000\ndata \(message.utf8.count)\n\(message)\n")
    if replacesAll { add("deleteall\n") }
    for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
      guard let bytes else {
        add("D \(path)\n")
        continue
      }
      add("M 100644 inline \(path)\ndata \(bytes.count)\n")
      buffer.append(contentsOf: bytes)
      add("\n")
    }
    if buffer.count > 8 << 20 {
      try file.write(contentsOf: buffer)
      buffer = Data()
    }
    return mark
  }

  private mutating func add(_ text: String) { buffer.append(contentsOf: text.utf8) }

  mutating func finish() throws {
    try file.write(contentsOf: buffer)
    buffer = Data()
    try file.close()
  }
}
