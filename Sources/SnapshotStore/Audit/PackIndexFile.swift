internal import Integrity

/// The index of a pack, version 2 (gitformat-pack(5)): which object begins where.
struct PackIndexFile {
  struct Entry {
    let name: ObjectName
    let offset: Int
  }

  /// In the order of the names.
  let entries: [Entry]
  /// The pack's own checksum, as the index has it.
  let packChecksum: ObjectName

  /// - Parameter path: the file, and `name`, what messages call it.
  init(_ path: String, name: String) throws(StorageFault) {
    guard let file = try? MappedFile(path) else {
      throw StorageFault(.damagedFile, name, "the index of the pack cannot be read")
    }
    guard let index = PackIndexFile(file) else {
      throw StorageFault(.damagedFile, name, "the index of the pack is damaged, or is not of version 2")
    }
    self = index
  }

  private static let fanout = 8
  private static let names = 8 + 1_024

  private init?(_ file: MappedFile) {
    let size = file.bytes.count
    guard file.number32(at: 0) == 0xFF74_4F63, file.number32(at: 4) == 2, size >= PackIndexFile.names + 40,
      let count = file.number32(at: PackIndexFile.fanout + 1_020), let content = file.slice(0, size - 20),
      let checksum = file.name(at: size - 20), SHA1Checksum.name(of: content) == checksum,
      let packChecksum = file.name(at: size - 40), count <= (size - PackIndexFile.names - 40) / 28
    else { return nil }
    let offsets = PackIndexFile.names + count * 24
    let large = offsets + count * 4
    var entries: [Entry] = []
    entries.reserveCapacity(count)
    for place in 0..<count {
      guard let name = file.name(at: PackIndexFile.names + place * 20),
        let short = file.number32(at: offsets + place * 4)
      else { return nil }
      let offset = short & 0x8000_0000 == 0 ? short : file.number64(at: large + (short & 0x7FFF_FFFF) * 8)
      // A name that stands there twice, or out of order, would not be found by a search.
      guard let offset, entries.last.map({ $0.name < name }) ?? true else { return nil }
      entries.append(Entry(name: name, offset: offset))
    }
    self.entries = entries
    self.packChecksum = packChecksum
  }
}

extension SHA1Checksum {
  /// The checksum as git compares it with the end of its files.
  static func name(of bytes: UnsafeRawBufferPointer) -> ObjectName { withBytes(of: bytes) { ObjectName($0) } }
}
