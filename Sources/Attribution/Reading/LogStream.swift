/// Opens a log for reading: what it is packed in is told by its content.
enum LogStream {
  /// What the beginning of other formats looks like.
  private static let foreign: [(offset: Int, bytes: [UInt8], name: String)] = [
    (257, Array("ustar".utf8), "a tar archive; unpack it first"), (0, [0x50, 0x4B, 3, 4], "a zip archive; unpack it first"),
    (0, [0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd; decompress it first"),
    (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz; decompress it first"),
    (0, Array("BZh".utf8), "compressed with bzip2; decompress it first"),
    (0, [0xFF, 0xFE], "UTF-16 text; convert it to UTF-8 first"), (0, [0xFE, 0xFF], "UTF-16 text; convert it to UTF-8 first"),
  ]
  private static let longestMagic = 262
  /// gzip within gzip, as an upload of compressed files makes it.
  private static let deepest = 3

  static func open(_ name: String) throws(StreamFault) -> any ByteStream { try unpacked(FileStream(name), deepest) }

  /// The content of bytes that may be packed.
  static func unpacked(_ stream: any ByteStream, _ left: Int = deepest) throws(StreamFault) -> any ByteStream {
    var start = [UInt8](repeating: 0, count: longestMagic)
    var count = 0
    var fault: StreamFault?
    while count < longestMagic, fault == nil {
      let before = count
      start.withUnsafeMutableBytes { buffer in
        do { count += try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...])) } catch {
          fault = error as? StreamFault
        }
      }
      if count == before { break }
    }
    // What came before a fault is read; the fault comes again behind it.
    if count == 0, let fault { throw fault }
    let magic = start.prefix(count)
    for kind in foreign where magic.dropFirst(kind.offset).starts(with: kind.bytes) {
      throw StreamFault(reason: "it is \(kind.name)")
    }
    let whole = MemoryStream(Array(magic), then: fault.map(FaultStream.init) ?? stream)
    guard left > 0, magic.starts(with: [0x1F, 0x8B]) else { return whole }
    return try unpacked(GzipStream(whole), left - 1)
  }

  /// Gives nothing but a fault.
  private final class FaultStream: ByteStream {
    private let fault: StreamFault

    init(_ fault: StreamFault) { self.fault = fault }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(StreamFault) -> Int { throw fault }
  }
}
