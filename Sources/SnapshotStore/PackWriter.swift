internal import Compression
internal import Integrity

/// Builds a pack and its index, object by object and without deltas.
///
/// A pack costs a handful of fsyncs where loose objects cost one each. Its index is written here too: the names
/// are known already, and libgit2's indexer would inflate and hash every object a second time. Deltas are left to
/// maintenance, since they cost more than they save on a few objects.
/// Formats: gitformat-pack(5).
final class PackWriter {
  /// A pack as it goes to disk.
  struct Finished {
    /// The file's name without its ending: `pack-` and the checksum.
    let name: String
    let pack: [UInt8]
    let index: [UInt8]
  }

  private struct Entry {
    let name: ObjectName
    let checksum: UInt32
    let offset: UInt32
  }

  private let deflater: Deflater
  private var bytes: [UInt8] = []
  private var entries: [Entry] = []

  init() throws(StoreError) {
    do { deflater = try Deflater() } catch { throw PackWriter.failure(error) }
    clear()
  }

  private static func failure(_ cause: CompressionError) -> StoreError {
    StoreError(.unwritable, "an object could not be compressed", cause: cause)
  }

  private func clear() {
    bytes = Array("PACK".utf8) + PackWriter.bigEndian(2) + PackWriter.bigEndian(0)
    entries = []
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The size of the pack so far, in bytes.
  var size: Int { bytes.count }

  /// Adds an object, which must not be in this pack already.
  func append(_ kind: GitObject.Kind, _ name: ObjectName, _ content: [UInt8]) throws(StoreError) {
    let offset = bytes.count
    var size = content.count
    var byte = kind.rawValue << 4 | UInt8(size & 15)
    size >>= 4
    while size > 0 {
      bytes.append(byte | 0x80)
      byte = UInt8(size & 0x7F)
      size >>= 7
    }
    bytes.append(byte)
    do { try deflater.append(content, to: &bytes) } catch { throw PackWriter.failure(error) }
    let checksum = bytes.withUnsafeBytes { CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: $0[offset...])) }
    entries.append(Entry(name: name, checksum: checksum, offset: UInt32(offset)))
  }

  /// The pack and its index; the writer is empty again after it.
  func finish() -> Finished {
    for (place, byte) in PackWriter.bigEndian(UInt32(entries.count)).enumerated() { bytes[8 + place] = byte }
    let checksum = SHA1Checksum.bytes(bytes)
    bytes += checksum
    let name = ObjectName(bytes: checksum)?.description ?? ""
    let finished = Finished(name: "pack-\(name)", pack: bytes, index: index(packChecksum: checksum))
    clear()
    return finished
  }

  /// Version 2: names in order, with a table of where each first byte begins.
  private func index(packChecksum: [UInt8]) -> [UInt8] {
    entries.sort { $0.name < $1.name }
    var index: [UInt8] = [0xFF, 0x74, 0x4F, 0x63] + PackWriter.bigEndian(2)
    index.reserveCapacity(8 + 1024 + entries.count * 28 + 40)
    var counts = Array(repeating: UInt32(0), count: 256)
    for entry in entries { counts[Int(entry.name.firstByte)] += 1 }
    var sum: UInt32 = 0
    for count in counts {
      sum += count
      index += PackWriter.bigEndian(sum)
    }
    for entry in entries { entry.name.append(to: &index) }
    for entry in entries { index += PackWriter.bigEndian(entry.checksum) }
    for entry in entries { index += PackWriter.bigEndian(entry.offset) }
    index += packChecksum
    index += SHA1Checksum.bytes(index)
    return index
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
