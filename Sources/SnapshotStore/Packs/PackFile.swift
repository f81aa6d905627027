internal import Compression
internal import Integrity

/// A pack of git, read without believing its index or itself: any bytes give objects or faults.
///
/// Format: gitformat-pack(5).
final class PackFile {
  /// What messages call it: its path in the store, without ending.
  let name: String
  let index: PackIndexFile
  private let file: MappedFile
  private let inflater: Inflater
  private var recent = RecentObjects()

  /// Longer than git makes chains of deltas, and short enough to end.
  private static let longestChain = 4_096

  init(folder: String, name: String, inflater: Inflater) throws(StorageFault) {
    self.name = "objects/pack/\(name)"
    self.inflater = inflater
    index = try PackIndexFile("\(folder)/\(name).idx", name: "\(self.name).idx")
    guard let file = try? MappedFile("\(folder)/\(name).pack"), file.bytes.count >= 32,
      file.slice(0, 4)?.elementsEqual("PACK".utf8) == true, file.number32(at: 4) == 2
    else { throw StorageFault(.damagedFile, "\(self.name).pack", "the pack is missing, or is none of version 2") }
    self.file = file
  }

  /// Where an object begins; nil where the index does not name it.
  func offset(of name: ObjectName) -> Int? { index.offset(of: name) }

  /// What is wrong with the pack as a whole: its checksum covers every bit of it.
  func faults() -> [StorageFault] {
    let end = file.bytes.count - ObjectName.length
    var faults: [StorageFault] = []
    if let content = file.slice(0, end), SHA1Checksum.name(of: content) != file.name(at: end) {
      faults.append(StorageFault(.damagedFile, "\(name).pack", "the pack's checksum does not fit its bytes"))
    } else if file.name(at: end) != index.packChecksum {
      faults.append(StorageFault(.damagedFile, "\(name).pack", "the pack and its index are not of one making"))
    }
    if file.number32(at: 8) != index.count {
      faults.append(StorageFault(.damagedFile, "\(name).pack", "the pack holds another number of objects than its index"))
    }
    return faults
  }

  /// Reads the object that begins at an offset; its name is for the caller to compare.
  ///
  /// - Parameter limit: the most bytes that it, and what it rests on, may claim to have.
  func object(at offset: Int, limit: Int = GitObject.largest) throws(StorageFault) -> (kind: GitObject.Kind, bytes: [UInt8]) {
    var deltas: [(offset: Int, bytes: [UInt8])] = []
    var next = offset
    var base: RecentObjects.Content?
    while base == nil {
      if let known = recent[next] {
        base = known
        break
      }
      let entry = try entry(at: next, limit: limit)
      guard let bytes = inflater.inflate(entry.stream, size: entry.size) else {
        throw damaged("the object at \(next) does not inflate to its size")
      }
      switch entry.kind {
      case .plain(let kind):
        base = (kind, bytes)
        recent.keep((kind, bytes), at: next)
      case .delta(let start):
        deltas.append((next, bytes))
        guard deltas.count <= PackFile.longestChain else { throw damaged("the deltas at \(offset) lead nowhere") }
        next = start
      }
    }
    guard var content = base else { throw damaged("there is nothing at \(offset)") }
    for delta in deltas.reversed() {
      guard let bytes = Delta.apply(delta.bytes, to: content.bytes, limit: limit) else {
        throw damaged("the delta at \(delta.offset) does not fit its base")
      }
      content.bytes = bytes
      recent.keep(content, at: delta.offset)
    }
    return content
  }

  private struct Entry {
    enum Kind {
      case plain(GitObject.Kind)
      /// The offset of the base.
      case delta(Int)
    }

    let kind: Kind
    let size: Int
    let stream: UnsafeRawBufferPointer
  }

  private func entry(at offset: Int, limit: Int) throws(StorageFault) -> Entry {
    let end = file.bytes.count - ObjectName.length
    var position = offset
    func byte() throws(StorageFault) -> Int {
      guard (12..<end).contains(position) else { throw damaged("there is no object at \(offset)") }
      defer { position += 1 }
      return Int(file.bytes[position])
    }
    let first = try byte()
    var (size, shift, isMore) = (first & 15, 4, first & 0x80 != 0)
    while isMore, shift < 56 {
      let next = try byte()
      size |= (next & 0x7F) << shift
      shift += 7
      isMore = next & 0x80 != 0
    }
    guard size <= limit, !isMore else {
      throw StorageFault(.oversizedObject, "\(name).pack", "the object at \(offset) claims to be absurdly large")
    }
    var kind = GitObject.Kind(rawValue: UInt8(first >> 4 & 7)).map(Entry.Kind.plain)
    switch first >> 4 & 7 {
    case 6:
      var next = try byte()
      var distance = next & 0x7F
      while next & 0x80 != 0, distance < 1 << 48 {
        next = try byte()
        distance = (distance + 1) << 7 | next & 0x7F
      }
      kind = distance > 0 ? .delta(offset - distance) : nil
    case 7:
      kind = file.name(at: position).flatMap { index.offset(of: $0) }.map(Entry.Kind.delta)
      position += ObjectName.length
    default: break
    }
    guard let kind, let stream = file.slice(position, end - position) else {
      throw damaged("the object at \(offset) is of no kind, or rests on one that is not there")
    }
    return Entry(kind: kind, size: size, stream: stream)
  }

  private func damaged(_ message: String) -> StorageFault { StorageFault(.damagedObject, "\(name).pack", message) }
}

/// What was read last from a pack, as deltas rest on what stands near them.
private struct RecentObjects {
  typealias Content = (kind: GitObject.Kind, bytes: [UInt8])

  private static let most = 32 << 20
  private var contents: [Int: Content] = [:]
  private var order: [Int] = []
  private var size = 0

  subscript(_ offset: Int) -> Content? { contents[offset] }

  mutating func keep(_ content: Content, at offset: Int) {
    guard content.bytes.count <= RecentObjects.most / 8, contents.updateValue(content, forKey: offset) == nil else { return }
    order.append(offset)
    size += content.bytes.count
    guard size > RecentObjects.most else { return }
    // The older half goes at once, so that the queue need not shift for each.
    let gone = order.prefix(order.count / 2 + 1)
    for offset in gone { size -= contents.removeValue(forKey: offset)?.bytes.count ?? 0 }
    order.removeFirst(gone.count)
  }
}

/// Deltas of packs: instructions to copy from a base, and to insert.
private enum Delta {
  /// Nil where the delta does not fit the base, or what it makes has more bytes than the limit.
  static func apply(_ delta: [UInt8], to base: [UInt8], limit: Int) -> [UInt8]? {
    delta.withUnsafeBytes { delta in
      var instructions = Instructions(bytes: delta)
      guard instructions.number() == base.count, let size = instructions.number(), size <= limit else { return nil }
      var isWhole = false
      let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        isWhole = base.withUnsafeBytes { instructions.run($0, into: UnsafeMutableRawBufferPointer(buffer)) }
        // What was not written must not be taken for content.
        count = isWhole ? size : 0
      }
      return isWhole ? result : nil
    }
  }

  private struct Instructions {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func number() -> Int? {
      var (value, shift) = (0, 0)
      while position < bytes.count, shift < 56 {
        let byte = Int(bytes[position])
        position += 1
        value |= (byte & 0x7F) << shift
        if byte & 0x80 == 0 { return value }
        shift += 7
      }
      return nil
    }

    /// Whether the instructions fill the result with what the base has and with what they bring.
    mutating func run(_ base: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer) -> Bool {
      var written = 0
      func write(_ source: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Bool {
        guard start <= source.count, count <= source.count - start, count <= result.count - written else { return false }
        UnsafeMutableRawBufferPointer(rebasing: result[written..<(written + count)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<(start + count)]))
        written += count
        return true
      }
      while position < bytes.count {
        let command = bytes[position]
        position += 1
        if command & 0x80 == 0 {
          let count = Int(command)
          guard count > 0, write(bytes, position, count) else { return false }
          position += count
        } else {
          guard let start = part(of: command, bits: 0..<4), let length = part(of: command, bits: 4..<7),
            write(base, start, length == 0 ? 0x10000 : length)
          else { return false }
        }
      }
      return written == result.count
    }

    /// The number whose bytes follow a command, those that some of its bits tell of.
    private mutating func part(of command: UInt8, bits: Range<Int>) -> Int? {
      var value = 0
      for bit in bits where command & (1 << UInt8(bit)) != 0 {
        guard position < bytes.count else { return nil }
        value |= Int(bytes[position]) << ((bit - bits.lowerBound) * 8)
        position += 1
      }
      return value
    }
  }
}
