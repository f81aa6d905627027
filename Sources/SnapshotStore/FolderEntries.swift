#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What stands in a folder, with its kinds as the file system tells them without a look at each.
enum FolderEntries {
  struct Entry {
    let name: String
    /// `DT_REG`, `DT_DIR`, …; `DT_UNKNOWN` on file systems that do not tell.
    let kind: Int32
  }

  /// Nil, with `errno`, where the folder cannot be read.
  static func of(_ folder: String) -> [Entry]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var entries: [Entry] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { entries.append(Entry(name: name, kind: Int32(entry.pointee.d_type))) }
    }
    return entries
  }
}
