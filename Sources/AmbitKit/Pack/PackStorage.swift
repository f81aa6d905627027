internal import Compression
package import FoundationEssentials
internal import KubeModel

/// Packs on disk: a folder, or one archive that tar and gzip unpack.
package enum PackStorage {
  /// Whether a name asks for an archive.
  package static func isArchive(_ path: String) -> Bool { path.hasSuffix(".tar.gz") || path.hasSuffix(".tgz") }

  // MARK: Writing

  /// The bytes of the archive.
  package static func archive(_ pack: Pack) throws -> Data {
    let deflater = try GzipDeflater()
    var archive = Data()
    func add(_ bytes: [UInt8], isLast: Bool = false) throws {
      try bytes.withUnsafeBytes { input in
        try deflater.deflate(input, isLast: isLast) { archive.append(contentsOf: $0) }
      }
    }
    var size = 0
    for file in pack.files {
      let header = try TarArchive.header(path: "\(Pack.folder)/\(file.path)", size: file.bytes.count)
      let padding = TarArchive.padding(after: file.bytes.count)
      try add(header)
      try add(file.bytes)
      try add(padding)
      size += header.count + file.bytes.count + padding.count
    }
    try add(TarArchive.end(after: size), isLast: true)
    return archive
  }

  /// Writes a pack into a folder that is new or empty, or an archive, whose bytes it gives.
  package static func write(_ pack: Pack, to path: String) throws -> Data? {
    if isArchive(path) {
      let archive = try archive(pack)
      try write(archive, to: path)
      return archive
    }
    let present = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard present.isEmpty else {
      throw AmbitError(
        .usage, "the folder '\(path)' is not empty", hint: "name a new one, or an archive that ends in .tar.gz")
    }
    for file in pack.files { try write(Data(file.bytes), to: "\(path)/\(file.path)") }
    return nil
  }

  /// Writes a file, which appears under its name when it is whole.
  package static func write(_ bytes: Data, to path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try bytes.write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw AmbitError(.unwritable, "'\(path)' cannot be written", hint: "check the folder and the space on its disk", cause: error)
    }
  }

  // MARK: Reading

  /// Larger packs are taken for someone's attempt to fill the memory.
  private static let largest = 8 << 30

  /// What was found where a pack is to be.
  package struct Found {
    package let pack: Pack
    /// What an archive has besides the files of a pack, in a sentence each.
    package let oddities: [String]
  }

  /// Reads a pack, which may be anyone's.
  package static func read(_ path: String) throws -> Found {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw AmbitError(.notFound, "there is no pack at '\(path)'", hint: "name an archive, or the folder that it was unpacked to")
    }
    return isFolder ? Found(pack: Pack(read: try files(in: path)), oddities: []) : try read(archive: path)
  }

  /// The results of an earlier pack.
  package static func formerResults(_ path: String) throws -> [UInt8] {
    guard let file = try read(path).pack[PackRequest.Former.file] else {
      throw AmbitError(.badInput, "'\(path)' is no pack: it has no \(PackRequest.Former.file)", hint: "name a pack that `ambit pack` made")
    }
    return file.bytes
  }

  private static func files(in folder: String) throws -> [PackFile] {
    // Links are not followed: what they lead to is none of the pack's.
    try FileManager.default.subpathsOfDirectory(atPath: folder).compactMap { name in
      let path = "\(folder)/\(name)"
      switch try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
      case .typeDirectory: return nil
      case .typeRegular: return PackFile(name, Array(try Data(contentsOf: URL(filePath: path))), PackFile.MediaType.binary)
      default:
        throw AmbitError(.badInput, "'\(path)' is neither a file nor a folder", hint: "a pack holds nothing else; unpack it again")
      }
    }
  }

  private static func read(archive path: String) throws -> Found {
    let damaged = { (reason: String) in
      AmbitError(.badInput, "'\(path)' \(reason)", hint: "have the archive sent again, and compare its SHA-256")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AmbitError(.notPermitted, "'\(path)' cannot be read", hint: "check its permissions")
    }
    let (bytes, isWhole) = try inflate(data)
    guard isWhole else { throw damaged("is no gzip archive, or a damaged one") }
    let files: [PackFile]
    do throws(TarArchive.Fault) {
      files = try TarArchive.files(in: bytes).map { PackFile(name($0.path), Array($0.bytes), PackFile.MediaType.binary) }
    } catch {
      throw damaged(error.reason)
    }
    let names = files.map(\.path)
    if Set(names).count != names.count { throw damaged("has a file twice") }
    let pack = Pack(read: files)
    // zlib's own bytes may differ from one version to the next; what they stand for may not.
    let again = try inflate(try archive(pack))
    let isPlain = again.bytes == bytes && data.prefix(gzipHeader.count).elementsEqual(gzipHeader)
    return Found(
      pack: pack, oddities: isPlain ? [] : ["the archive is not as Ambit writes one: something besides its files was changed"])
  }

  /// Without a name or a time; made on Unix.
  private static let gzipHeader: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  private static func name(_ path: String) -> String {
    let prefix = "\(Pack.folder)/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  /// The one member of a gzip file; not whole where anything else is in it.
  private static func inflate(_ data: Data) throws -> (bytes: [UInt8], isWhole: Bool) {
    let inflater = try GzipInflater()
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 20)
    var place = 0
    var state = GzipInflater.State.going
    while state == .going, bytes.count <= largest {
      let step = data.withUnsafeBytes { input in
        room.withUnsafeMutableBytes { inflater.inflate(UnsafeRawBufferPointer(rebasing: input[place...]), into: $0) }
      }
      bytes += room.prefix(step.produced)
      place += step.consumed
      state = step.state
      if step.consumed == 0 && step.produced == 0 { break }
    }
    return (bytes, state == .memberEnded && place == data.count)
  }
}
