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
  private let places: [ObjectName: Int]
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
    places = Dictionary(index.entries.map { ($0.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Where an object begins; nil where the index does not name it.
  func offset(of name: ObjectName) -> Int? { places[name] }

  /// What is wrong with the pack as a whole: its checksum covers every bit of it.
  func faults() -> [StorageFault] {
    let end = file.bytes.count - ObjectName.length
    var faults: [StorageFault] = []
    if let content = file.slice(0, end), SHA1Checksum.name(of: content) != file.name(at: end) {
      faults.append(StorageFault(.damagedFile, "\(name).pack", "the pack's checksum does not fit its bytes"))
    } else if file.name(at: end) != index.packChecksum {
      faults.append(StorageFault(.damagedFile, "\(name).pack", "the pack and its index are not of one making"))
    }
    if file.number32(at: 8) != index.entries.count {
      faults.append(StorageFault(.damagedFile, "\(name).pack", "the pack holds another number of objects than its index"))
    }
    return faults
  }

  /// Reads the object that begins at an offset; its name is for the caller to compare.
  func object(at offset: Int) throws(StorageFault) -> (kind: GitObject.Kind, bytes: [UInt8]) {
    var deltas: [(offset: Int, bytes: [UInt8])] = []
    var next = offset
    var base: RecentObjects.Content?
    while base == nil {
      if let known = recent[next] {
        base = known
        break
      }
      let entry = try entry(at: next)
      guard let bytes = inflater.inflate(entry.stream, size: entry.size) else {
        throw damaged("the object at \(next) does not inflate to its size")
      }
      switch entry.kind {
      case .plain(let kind): base = (kind, bytes)
      case .delta(let start):
        deltas.append((next, bytes))
        guard deltas.count <= PackFile.longestChain else { throw damaged("the deltas at \(offset) lead nowhere") }
        next = start
      }
      if deltas.isEmpty, let base { recent.keep(base, at: next) }
    }
    guard var content = base else { throw damaged("there is nothing at \(offset)") }
    for delta in deltas.reversed() {
      guard let bytes = Delta.apply(delta.bytes, to: content.bytes) else {
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

  private func entry(at offset: Int) throws(StorageFault) -> Entry {
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
    guard size <= GitObject.largest, !isMore else {
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
      kind = file.name(at: position).flatMap { places[$0] }.map(Entry.Kind.delta)
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
  static func apply(_ delta: [UInt8], to base: [UInt8]) -> [UInt8]? {
    var position = 0
    func number() -> Int? {
      var (value, shift) = (0, 0)
      while position < delta.count, shift < 56 {
        let byte = Int(delta[position])
        position += 1
        value |= (byte & 0x7F) << shift
        if byte & 0x80 == 0 { return value }
        shift += 7
      }
      return nil
    }
    guard number() == base.count, let size = number(), size <= GitObject.largest else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(size)
    while position < delta.count {
      let command = delta[position]
      position += 1
      guard command & 0x80 != 0 else {
        let count = Int(command)
        guard count > 0, count <= delta.count - position, count <= size - result.count else { return nil }
        result += delta[position..<(position + count)]
        position += count
        continue
      }
      var parts = [0, 0, 0, 0, 0, 0, 0]
      for bit in 0..<7 where command & (1 << UInt8(bit)) != 0 {
        guard position < delta.count else { return nil }
        parts[bit] = Int(delta[position])
        position += 1
      }
      let start = parts[0] | parts[1] << 8 | parts[2] << 16 | parts[3] << 24
      let length = parts[4] | parts[5] << 8 | parts[6] << 16
      let count = length == 0 ? 0x10000 : length
      guard start <= base.count, count <= base.count - start, count <= size - result.count else { return nil }
      result += base[start..<(start + count)]
    }
    return result.count == size ? result : nil
  }
}
