/// An index over several packs (gitformat-pack(5)). git believes it where there is one, and takes what stands at the
/// place that it tells; an audit compares it with the packs' own indexes.
struct MultiPackIndexFile {
  struct Entry {
    let object: ObjectName
    /// The file's name of the pack's index.
    let pack: String
    let offset: Int
  }

  let entries: [Entry]

  /// Reads a file; nil where it does not read.
  init?(_ path: String) {
    guard let file = try? MappedFile(path), file.number32(at: 0) == 0x4D49_4458,
      let chunkCount = file.slice(6, 1)?.first.map(Int.init), let packCount = file.number32(at: 8)
    else { return nil }
    var chunks: [Int: (start: Int, end: Int)] = [:]
    for place in 0..<chunkCount {
      let start = 12 + place * 12
      guard let id = file.number32(at: start), let offset = file.number64(at: start + 4),
        let end = file.number64(at: start + 16), offset <= end, end <= file.bytes.count
      else { return nil }
      chunks[id] = (offset, end)
    }
    // PNAM, OIDF, OIDL and OOFF; LOFF is there for packs of over two gigabytes only.
    guard let names = chunks[0x504E_414D], let fanout = chunks[0x4F49_4446], let objects = chunks[0x4F49_444C],
      let offsets = chunks[0x4F4F_4646], let count = file.number32(at: fanout.start + 1_020), count <= file.bytes.count / 28
    else { return nil }
    let packs = file.bytes[names.start..<names.end].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    guard packs.count >= packCount else { return nil }
    var entries: [Entry] = []
    for place in 0..<count {
      guard let object = file.name(at: objects.start + place * 20), let pack = file.number32(at: offsets.start + place * 8),
        pack < packCount, let short = file.number32(at: offsets.start + place * 8 + 4)
      else { return nil }
      var offset: Int? = short
      if short & 0x8000_0000 != 0, let large = chunks[0x4C4F_4646] {
        offset = file.number64(at: large.start + (short & 0x7FFF_FFFF) * 8)
      }
      guard let offset else { return nil }
      entries.append(Entry(object: object, pack: packs[pack], offset: offset))
    }
    self.entries = entries
  }
}
