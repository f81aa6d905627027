#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A repository's settings and references, read from its own files where they stand there plainly.
///
/// libgit2 needs some five milliseconds to begin, as long as many a command takes. So it is asked only about what is
/// not written as git and Ambit write it, or is damaged: what is wrong is its to tell.
struct PlainRepository {
  /// Says that libgit2 is to be asked.
  struct NotPlain: Error {}

  private let path: String

  /// Nil where it is not plain that there is a repository that libgit2 would open.
  init?(_ path: String) {
    self.path = path
    let isWhole = ["objects", "refs"].allSatisfy { PlainRepository.kind("\(path)/\($0)") == S_IFDIR }
    guard isWhole, PlainRepository.kind("\(path)/HEAD") == S_IFREG, PlainRepository.kind("\(path)/commondir") == nil,
      let settings = try? settings(), settings["core.repositoryformatversion"] == "0"
    else { return nil }
  }

  // MARK: Settings

  /// A setting of the repository; nil where it is not set.
  func setting(_ name: String) throws(NotPlain) -> String? { try settings()[name.lowercased()] }

  /// The settings in sections without a second name.
  private func settings() throws(NotPlain) -> [String: String] {
    guard let text = try text("config") else { throw NotPlain() }
    var settings: [String: String] = [:]
    var section: String?
    for line in text.split(separator: "\n") {
      let line = PlainRepository.trimmed(line)
      if line.hasPrefix("#") || line.hasPrefix(";") || line.isEmpty { continue }
      if line.hasPrefix("[") {
        let title = line.dropFirst().dropLast()
        guard line.hasSuffix("]"), !title.contains("]"), !title.contains("\\"), !title.lowercased().hasPrefix("include")
        else { throw NotPlain() }
        section = title.contains { !$0.isLetter } ? nil : title.lowercased()
        continue
      }
      // Quotes, escapes and comments behind a value.
      guard !line.contains(where: { "\"\\#;".contains($0) }) else { throw NotPlain() }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw NotPlain() }
      guard let section else { continue }
      settings["\(section).\(PlainRepository.trimmed(parts[0]).lowercased())"] = String(PlainRepository.trimmed(parts[1]))
    }
    return settings
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  // MARK: References

  /// What a reference points to; nil where there is none of this name.
  func target(of reference: String) throws(NotPlain) -> ObjectName? {
    // A reference that is packed at this moment is in the one file before it goes from the other.
    if let target = try loose(reference) { return target }
    return try packed()[reference]
  }

  /// What follows `prefix` in the names of the references that begin with it, in no order.
  func references(under prefix: String) throws(NotPlain) -> [String] {
    guard prefix.hasSuffix("/") else { throw NotPlain() }
    var names: [String] = []
    try collect(String(prefix.dropLast()), into: &names)
    let loose = Set(names)
    names += try packed().keys.filter { $0.hasPrefix(prefix) && !loose.contains($0) }
    return names.map { String($0.dropFirst(prefix.count)) }
  }

  /// The names of references in files of their own.
  private func collect(_ folder: String, into names: inout [String]) throws(NotPlain) {
    guard let entries = FolderEntries.of("\(path)/\(folder)") else {
      if errno == ENOENT { return }
      throw NotPlain()
    }
    for entry in entries where !entry.name.hasSuffix(".lock") {
      let reference = "\(folder)/\(entry.name)"
      switch entry.kind {
      case Int32(DT_DIR): try collect(reference, into: &names)
      case Int32(DT_REG): if try loose(reference) != nil { names.append(reference) }
      default: throw NotPlain()
      }
    }
  }

  private func loose(_ reference: String) throws(NotPlain) -> ObjectName? {
    guard reference.hasPrefix("refs/"),
      reference.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ TreePath.isSafe(String($0)) })
    else { throw NotPlain() }
    guard let text = try text(reference) else { return nil }
    guard text.utf8.count == 41, text.utf8.last == UInt8(ascii: "\n") else { throw NotPlain() }
    return try PlainRepository.name(text.dropLast())
  }

  private func packed() throws(NotPlain) -> [String: ObjectName] {
    guard let text = try text("packed-refs") else { return [:] }
    var targets: [String: ObjectName] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("^") {
      let parts = line.split(separator: " ")
      guard parts.count == 2 else { throw NotPlain() }
      targets[String(parts[1])] = try PlainRepository.name(parts[0])
    }
    return targets
  }

  private static func name(_ hex: Substring) throws(NotPlain) -> ObjectName {
    guard hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let name = ObjectName(hex: String(hex))
    else { throw NotPlain() }
    return name
  }

  // MARK: Files

  private static let largestFile = 4 << 20

  /// The text of a file; nil where it is not there.
  private func text(_ file: String) throws(NotPlain) -> String? {
    let descriptor = open("\(path)/\(file)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw NotPlain()
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= PlainRepository.largestFile
    else { throw NotPlain() }
    let size = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, size))
    }
    guard bytes.count == size, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw NotPlain()
    }
    return text
  }

  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
