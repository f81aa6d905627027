internal import FoundationEssentials

/// A commit-graph of git (gitformat-commit-graph(5)): parents and trees of commits, copied so that git need not read the
/// commits. git believes it; an audit compares it.
struct CommitGraphFile {
  struct Entry {
    let commit: ObjectName
    let tree: ObjectName
    let parents: [ObjectName]
  }

  /// The files of a store, relative to it, in the order in which their commits are numbered.
  static func names(in store: String) -> [String] {
    let info = "objects/info"
    var names: [String] = []
    if FileManager.default.fileExists(atPath: "\(store)/\(info)/commit-graph") { names.append("\(info)/commit-graph") }
    if let chain = FileManager.default.contents(atPath: "\(store)/\(info)/commit-graphs/commit-graph-chain") {
      let hashes = String(decoding: chain.prefix(1 << 20), as: UTF8.self).split(separator: "\n")
      names += hashes.map { "\(info)/commit-graphs/graph-\($0.filter(\.isHexDigit)).graph" }
    }
    return names
  }

  let entries: [Entry]
  let commits: [ObjectName]

  /// Reads a file; nil where it does not read.
  ///
  /// - Parameter earlier: the commits of the files before it in a chain.
  init?(_ path: String, after earlier: [ObjectName]) {
    guard let file = try? MappedFile(path), file.number32(at: 0) == 0x4347_5048,
      let chunkCount = file.slice(6, 1)?.first.map(Int.init)
    else { return nil }
    var chunks: [Int: Int] = [:]
    for place in 0..<chunkCount {
      guard let id = file.number32(at: 8 + place * 12), let offset = file.number64(at: 12 + place * 12) else { return nil }
      chunks[id] = offset
    }
    // OIDF, OIDL and CDAT; the list of further parents, EDGE, is there for merges only.
    guard let fanout = chunks[0x4F49_4446], let names = chunks[0x4F49_444C], let data = chunks[0x4344_4154],
      let count = file.number32(at: fanout + 1_020), count <= file.bytes.count / 56
    else { return nil }
    var commits: [ObjectName] = []
    for place in 0..<count {
      guard let name = file.name(at: names + place * 20) else { return nil }
      commits.append(name)
    }
    var entries: [Entry] = []
    for place in 0..<count {
      let start = data + place * 36
      guard let tree = file.name(at: start), let first = file.number32(at: start + 20),
        let second = file.number32(at: start + 24)
      else { return nil }
      var places = [first, second].filter { $0 != 0x7000_0000 }
      if second & 0x8000_0000 != 0, let edges = chunks[0x4544_4745] {
        places.removeLast()
        var next = edges + (second & 0x7FFF_FFFF) * 4
        while places.count < 64, let edge = file.number32(at: next) {
          places.append(edge & 0x7FFF_FFFF)
          if edge & 0x8000_0000 != 0 { break }
          next += 4
        }
      }
      var parents: [ObjectName] = []
      for place in places {
        guard place < earlier.count + count else { return nil }
        parents.append(place < earlier.count ? earlier[place] : commits[place - earlier.count])
      }
      entries.append(Entry(commit: commits[place], tree: tree, parents: parents))
    }
    self.commits = commits
    self.entries = entries
  }
}
