/// Objects that were made and are not in the repository yet: they go into one pack.
final class Staging {
  private let writer: PackWriter
  /// Every object that was made, also those that are in the repository by now.
  private var made: Set<ObjectName> = []
  /// Trees and commits that are not in the repository yet: what is made next reads them.
  private(set) var unwritten: [ObjectName: [UInt8]] = [:]

  init() throws(StoreError) { writer = try PackWriter() }

  /// Makes an object, unless it is the one that stood in its place before.
  ///
  /// Whether it is elsewhere in the repository is not asked: that costs a look into every pack, and an object that
  /// no ref reaches may be pruned by git at any moment. Maintenance finds what is there twice.
  func make(
    _ kind: GitObject.Kind, _ content: [UInt8], unless old: ObjectName? = nil
  ) throws(StoreError) -> ObjectName {
    let name = GitObject.name(of: content, kind)
    guard name != old, made.insert(name).inserted else { return name }
    try writer.append(kind, name, content)
    if kind != .blob { unwritten[name] = content }
    return name
  }

  /// The size of the pack so far, in bytes.
  var size: Int { writer.size }

  /// The pack of what was made since the last one; nil where nothing was.
  func finish() -> PackWriter.Finished? {
    unwritten = [:]
    return writer.isEmpty ? nil : writer.finish()
  }
}
