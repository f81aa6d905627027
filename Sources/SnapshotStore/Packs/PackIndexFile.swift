internal import Integrity

/// The index of a pack, version 2 (gitformat-pack(5)): which object begins where.
///
/// Names are searched in the file itself. What is damaged in it shows as objects that are not found, or are not where
/// it has them; `check` tells of it.
struct PackIndexFile {
  struct Entry {
    let name: ObjectName
    let offset: Int
  }

  /// The number of objects in the pack.
  let count: Int
  /// The pack's own checksum, as the index has it.
  let packChecksum: ObjectName
  private let file: MappedFile
  /// What messages call the file.
  private let name: String

  private static let fanout = 8
  private static let names = 8 + 1_024

  /// - Parameter path: the file, and `name`, what messages call it.
  init(_ path: String, name: String) throws(StorageFault) {
    guard let file = try? MappedFile(path) else {
      throw StorageFault(.damagedFile, name, "the index of the pack cannot be read")
    }
    let size = file.bytes.count
    guard file.number32(at: 0) == 0xFF74_4F63, file.number32(at: 4) == 2, size >= PackIndexFile.names + 40,
      let count = file.number32(at: PackIndexFile.fanout + 1_020), count <= (size - PackIndexFile.names - 40) / 28,
      let packChecksum = file.name(at: size - 40)
    else { throw PackIndexFile.damaged(name) }
    self.file = file
    self.name = name
    self.count = count
    self.packChecksum = packChecksum
  }

  private static func damaged(_ name: String) -> StorageFault {
    StorageFault(.damagedFile, name, "the index of the pack is damaged, or is not of version 2")
  }

  /// Looks at all of it.
  ///
  /// - Throws: where a bit of it was changed, or an object would not be found by a search.
  func check() throws(StorageFault) {
    let end = file.bytes.count - ObjectName.length
    guard let content = file.slice(0, end), SHA1Checksum.name(of: content) == file.name(at: end) else {
      throw PackIndexFile.damaged(name)
    }
    let entries = entries
    // A name that stands there twice, or out of order, would not be found by a search.
    guard entries.count == count, zip(entries, entries.dropFirst()).allSatisfy({ $0.name < $1.name }) else {
      throw PackIndexFile.damaged(name)
    }
  }

  // MARK: Looking up

  /// In the order of the names.
  var entries: [Entry] {
    (0..<count).compactMap { place in
      guard let name = object(at: place), let offset = offset(at: place) else { return nil }
      return Entry(name: name, offset: offset)
    }
  }

  /// Where an object begins; nil where the index does not name it.
  func offset(of name: ObjectName) -> Int? { place(of: name).flatMap(offset) }

  /// Whether this pack holds all that another one holds.
  func contains(_ other: PackIndexFile) -> Bool {
    (0..<other.count).allSatisfy { place in other.object(at: place).map(contains) ?? false }
  }

  func contains(_ name: ObjectName) -> Bool { place(of: name) != nil }

  private func place(of name: ObjectName) -> Int? {
    let first = Int(name.firstByte)
    var low = first == 0 ? 0 : file.number32(at: PackIndexFile.fanout + (first - 1) * 4) ?? 0
    var high = min(file.number32(at: PackIndexFile.fanout + first * 4) ?? 0, count)
    guard low < high else { return nil }
    // Names are spread evenly, so that one is near the place that its own bytes tell: to look there first spares looks
    // at pages of the file that are far from each other.
    let guess = low + Int(Double(high - low) * name.fraction)
    let reach = 2 * Int(Double(high - low).squareRoot()) + 1
    if guess - reach > low, let found = object(at: guess - reach), found < name { low = guess - reach }
    if guess + reach < high, let found = object(at: guess + reach), name < found { high = guess + reach }
    while low < high {
      let middle = (low + high) / 2
      guard let found = object(at: middle) else { return nil }
      if found == name { return middle }
      if found < name { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  private func object(at place: Int) -> ObjectName? { file.name(at: PackIndexFile.names + place * ObjectName.length) }

  private func offset(at place: Int) -> Int? {
    let offsets = PackIndexFile.names + count * 24
    guard let short = file.number32(at: offsets + place * 4) else { return nil }
    return short & 0x8000_0000 == 0 ? short : file.number64(at: offsets + count * 4 + (short & 0x7FFF_FFFF) * 8)
  }
}

extension SHA1Checksum {
  /// The checksum as git compares it with the end of its files.
  static func name(of bytes: UnsafeRawBufferPointer) -> ObjectName { withBytes(of: bytes) { ObjectName($0) } }
}
