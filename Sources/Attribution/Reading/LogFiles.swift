internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The files that names stand for, in the order in which they are read.
enum LogFiles {
  /// One file, or why a name stands for none.
  struct Found {
    let name: String
    var problem: String?
  }

  /// Files, directories with all below them, patterns of a shell, and `-` for standard input. A file that is named twice
  /// is read once.
  static func found(_ names: [String]) -> [Found] {
    var seen: Set<String> = []
    return names.flatMap(LogFiles.found).filter { seen.insert($0.name).inserted }
  }

  private static func found(_ name: String) -> [Found] {
    var isDirectory = false
    guard name != "-", !FileManager.default.fileExists(atPath: name, isDirectory: &isDirectory) || isDirectory else {
      return [Found(name: name)]
    }
    if name == "-" { return [Found(name: name)] }
    if isDirectory { return below(name) }
    guard name.contains(where: { "*?[".contains($0) }) else { return [Found(name: name)] }
    let matches = matching(name)
    guard !matches.isEmpty else { return [Found(name: name, problem: "no file matches")] }
    return matches.sorted(by: RotatedName.precedes).flatMap(found)
  }

  private static func matching(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
  }

  /// The files below a directory, without those whose names begin with a dot, and without following links to directories.
  private static func below(_ name: String) -> [Found] {
    let manager = FileManager.default
    let directory = name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
    guard let names = try? manager.contentsOfDirectory(atPath: directory) else {
      return [Found(name: name, problem: "the directory cannot be read; check its permissions")]
    }
    var (files, directories): ([String], [String]) = ([], [])
    for name in names where !name.hasPrefix(".") {
      let path = "\(directory)/\(name)"
      var isDirectory = false
      _ = manager.fileExists(atPath: path, isDirectory: &isDirectory)
      let type = (try? manager.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
      if type == .typeDirectory {
        directories.append(path)
      } else if !isDirectory, type == .typeRegular || type == .typeSymbolicLink {
        files.append(path)
      }
    }
    return files.sorted(by: RotatedName.precedes).map { Found(name: $0) } + directories.sorted().flatMap(below)
  }
}

/// The name of a file that a log was moved to when a new one was begun.
struct RotatedName {
  /// The name that the log has while it is written.
  private let base: String
  /// What sorts older files before newer ones; nil for the log itself, which is the newest.
  private let age: Age?

  private enum Age {
    case time(String)
    /// Counted up with every file that is begun.
    case generation(Int)
  }

  init(_ path: String) {
    var name = path
    if name.hasSuffix(".gz") { name.removeLast(3) }
    let file = name.split(separator: "/").last.map(String.init) ?? name
    let folder = String(name.dropLast(file.count))
    // logrotate: `audit.log.3`, or with a date `audit.log-20251123`; the kubelet: `0.log.20251123-050245`.
    if let sign = file.lastIndex(where: { $0 == "." || $0 == "-" }), sign > file.startIndex {
      let suffix = file[file.index(after: sign)...]
      let isNumber = !suffix.isEmpty && suffix.utf8.allSatisfy { (0x30...0x39).contains($0) }
      if isNumber, suffix.utf8.count < 6, file[sign] == ".", let number = Int(suffix) {
        (base, age) = (folder + String(file[..<sign]), .generation(number))
        return
      }
      if isNumber, suffix.utf8.count == 6, file.dropLast(7).suffix(9).first == "." {
        (base, age) = (folder + String(file.dropLast(16)), .time(String(file.suffix(15))))
        return
      }
      if isNumber, suffix.utf8.count >= 8 {
        (base, age) = (folder + String(file[..<sign]), .time(String(suffix)))
        return
      }
    }
    // lumberjack, which API servers use: `audit-2025-11-23T05-02-45.123.log`.
    let stem = file.hasSuffix(".log") ? file.dropLast(4) : file[...]
    let time = stem.suffix(RotatedName.lumberjack.count)
    if stem.count > time.count, stem.dropLast(time.count).hasSuffix("-"), RotatedName.isLumberjack(time) {
      (base, age) = (folder + String(stem.dropLast(time.count + 1)) + String(file.dropFirst(stem.count)), .time(String(time)))
      return
    }
    (base, age) = (name, nil)
  }

  private static let lumberjack = "0000-00-00T00-00-00.000"

  private static func isLumberjack(_ text: Substring) -> Bool {
    text.utf8.count == lumberjack.utf8.count
      && zip(text.utf8, lumberjack.utf8).allSatisfy { byte, form in
        form == UInt8(ascii: "0") ? (0x30...0x39).contains(byte) : byte == form
      }
  }

  /// By log, and of one log the oldest first.
  static func precedes(_ left: String, _ right: String) -> Bool {
    let (one, other) = (RotatedName(left), RotatedName(right))
    guard one.base == other.base else { return one.base < other.base }
    switch (one.age, other.age) {
    case (.time(let one)?, .time(let other)?) where one != other: return one < other
    case (.generation(let one)?, .generation(let other)?) where one != other: return one > other
    case (_?, nil): return true
    case (nil, _?): return false
    default: return left < right
    }
  }
}
