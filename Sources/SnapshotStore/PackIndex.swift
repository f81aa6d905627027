internal import FoundationEssentials

/// Which objects a pack holds, as its index file tells: version 2 of gitformat-pack(5).
struct PackIndex {
  private let bytes: Data
  /// The number of objects in the pack.
  let count: Int

  /// Where the names begin: after the mark with the version, and 256 counts.
  private static let start = 8 + 256 * 4
  private static let mark: [UInt8] = [0xFF, 0x74, 0x4F, 0x63, 0, 0, 0, 2]

  /// Nil where the file is not there, or is no whole index of this version.
  init?(path: String) {
    guard let bytes = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe),
      bytes.count >= PackIndex.start, bytes.starts(with: PackIndex.mark)
    else { return nil }
    self.bytes = bytes
    count = PackIndex.count(upTo: 255, in: bytes)
    guard bytes.count >= PackIndex.start + count * ObjectName.length else { return nil }
  }

  /// How many names begin with this byte or a lesser one.
  private static func count(upTo byte: Int, in bytes: Data) -> Int {
    bytes.withUnsafeBytes { Int(UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: 8 + byte * 4, as: UInt32.self))) }
  }

  private subscript(place: Int) -> ObjectName {
    let start = PackIndex.start + place * ObjectName.length
    return bytes.withUnsafeBytes { ObjectName(UnsafeRawBufferPointer(rebasing: $0[start..<start + ObjectName.length])) }
  }

  func contains(_ name: ObjectName) -> Bool {
    let first = Int(name.firstByte)
    var low = first == 0 ? 0 : PackIndex.count(upTo: first - 1, in: bytes)
    var high = min(PackIndex.count(upTo: first, in: bytes), count)
    while low < high {
      let middle = (low + high) / 2
      let found = self[middle]
      if found == name { return true }
      if found < name { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// Whether this pack holds all that another one holds.
  func contains(_ other: PackIndex) -> Bool { (0..<other.count).allSatisfy { contains(other[$0]) } }
}
