#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Pipes, sockets and devices among a store's files: opening one can wait for ever, and reading one may never end.
enum SpecialFile {
  /// Deeper than any folder of a store; a link that leads in a circle ends here.
  private static let deepest = 8

  /// The path of the first one; nil where there is none. Costs a look into each folder, not one at each file.
  static func first(in folder: String, depth: Int = 0) -> String? {
    guard depth < deepest, let entries = FolderEntries.of(folder) else { return nil }
    var folders: [String] = []
    for entry in entries {
      let path = "\(folder)/\(entry.name)"
      switch kind(entry.kind, path) {
      case Int32(DT_REG): continue
      case Int32(DT_DIR): folders.append(path)
      case nil: continue
      default: return path
      }
    }
    for folder in folders {
      if let found = first(in: folder, depth: depth + 1) { return found }
    }
    return nil
  }

  /// The kind of what a name leads to; nil where it leads nowhere.
  private static func kind(_ told: Int32, _ path: String) -> Int32? {
    guard told == Int32(DT_LNK) || told == Int32(DT_UNKNOWN) else { return told }
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Int32((status.st_mode & S_IFMT) >> 12)
  }
}
