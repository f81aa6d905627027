package import Integrity

/// Every object of a store, read and hashed anew, and what the trees of its commits come to.
package final class ObjectAudit {
  /// What is wrong with an object that is sound in itself, or with one that others name.
  package struct Fault: Sendable, Hashable {
    package enum Code: Sendable {
      /// A commit or a tree names an object that is not there, or not whole.
      case missing
      /// Two copies of one object differ: git's hash has failed, or someone made it fail.
      case twoContents
      /// A tree that Ambit does not write, and that not every git can check out.
      case malformedTree
    }

    package let code: Code
    package let object: ObjectName
    package let message: String
  }

  private struct Known {
    let kind: GitObject.Kind
    /// SHA-256 of a blob; the digest of a folder once it was audited.
    var digest: SHA256Value?
    var isAudited = false
  }

  /// What is wrong with objects as they are stored.
  package private(set) var storageFaults: [StorageFault] = []
  package private(set) var faults: [Fault] = []
  /// Copies of objects that are sound.
  package private(set) var count = 0
  private let source: any ObjectSource
  private var known: [ObjectName: Known] = [:]

  /// The paths of a state have five parts.
  private static let deepest = 16

  /// Reads all objects.
  ///
  /// - Parameter progress: told how many objects were read, every now and then.
  package init(_ source: any ObjectSource, progress: (Int) -> Void = { _ in }) {
    self.source = source
    storageFaults = source.readAll { object in
      count += 1
      if count % 10_000 == 0 { progress(count) }
      add(object)
    }
  }

  private func add(_ object: GitObject) {
    let digest = object.kind == .blob ? SHA256Value(of: object.bytes) : nil
    if let old = known[object.name] {
      guard old.kind != object.kind || old.digest != digest else { return }
      faults.append(
        Fault(code: .twoContents, object: object.name, message: "the store holds two different objects of this name"))
    }
    known[object.name] = Known(kind: object.kind, digest: digest)
  }

  /// A sound object; nil where there is none of this kind and name.
  package func object(_ name: ObjectName, _ kind: GitObject.Kind) -> GitObject? {
    guard known[name]?.kind == kind else { return nil }
    return source.object(name)
  }

  /// The bytes of a file at the top of a tree; nil where there is none, or no sound one.
  package func file(_ name: String, in tree: ObjectName) -> (blob: ObjectName, bytes: [UInt8])? {
    guard let bytes = object(tree, .tree)?.bytes, let entries = try? TreeObject(bytes: bytes).entries,
      let entry = entries.first(where: { $0.name == name && !$0.isFolder }), let blob = object(entry.object, .blob)
    else { return nil }
    return (blob.name, blob.bytes)
  }

  /// Audits a tree and all below it, each tree once.
  ///
  /// - Returns: its state digest; nil where something in it is missing or malformed, of which `faults` tells.
  package func digest(of tree: ObjectName, depth: Int = 0) -> SHA256Value? {
    guard let entry = known[tree] else {
      known[tree] = Known(kind: .tree, isAudited: true)
      faults.append(Fault(code: .missing, object: tree, message: "a tree is missing, or not whole"))
      return nil
    }
    guard entry.kind == .tree else { return fault(tree, "a \(entry.kind.word) is named as a folder") }
    if entry.isAudited { return entry.digest }
    known[tree]?.isAudited = true
    guard depth < ObjectAudit.deepest else { return fault(tree, "folders stand in folders too deep for a state") }
    guard let bytes = source.object(tree)?.bytes, let entries = RawTree.entries(bytes) else {
      return fault(tree, "the tree does not read")
    }
    if let message = RawTree.objection(to: entries) { return fault(tree, message) }
    var digests: [SHA256Value] = []
    var isWhole = true
    for entry in entries {
      let digest = entry.isFolder ? self.digest(of: entry.object, depth: depth + 1) : blobDigest(entry.object)
      if let digest { digests.append(digest) } else { isWhole = false }
    }
    guard isWhole else { return nil }
    let digest = FolderDigests.Folder(TreeObject(sorted: entries.map(\.named)), entries: digests).digest
    known[tree]?.digest = digest
    return digest
  }

  private func blobDigest(_ blob: ObjectName) -> SHA256Value? {
    if let entry = known[blob] {
      if entry.kind == .blob { return entry.digest }
      return fault(blob, "a tree names a \(entry.kind.word) as a file")
    }
    known[blob] = Known(kind: .blob)
    faults.append(Fault(code: .missing, object: blob, message: "a file is missing, or not whole"))
    return nil
  }

  private func fault(_ tree: ObjectName, _ message: String) -> SHA256Value? {
    faults.append(Fault(code: .malformedTree, object: tree, message: message))
    return nil
  }
}

/// A tree as its bytes are, before anything in it is believed.
private enum RawTree {
  struct Entry {
    let mode: ArraySlice<UInt8>
    let name: ArraySlice<UInt8>
    let object: ObjectName

    var isFolder: Bool { mode.elementsEqual("40000".utf8) }
    var named: TreeObject.Entry {
      TreeObject.Entry(name: String(decoding: name, as: UTF8.self), isFolder: isFolder, object: object)
    }
  }

  static func entries(_ bytes: [UInt8]) -> [Entry]? {
    var entries: [Entry] = []
    var position = 0
    while position < bytes.count {
      guard let space = bytes[position...].firstIndex(of: 0x20), let end = bytes[space...].firstIndex(of: 0),
        end + ObjectName.length < bytes.count,
        let object = ObjectName(bytes: Array(bytes[(end + 1)...(end + ObjectName.length)]))
      else { return nil }
      entries.append(Entry(mode: bytes[position..<space], name: bytes[(space + 1)..<end], object: object))
      position = end + ObjectName.length + 1
    }
    return entries
  }

  /// Why Ambit would not write a tree with these entries.
  static func objection(to entries: [Entry]) -> String? {
    var last: TreeObject.Entry?
    var names: Set<ArraySlice<UInt8>> = []
    for entry in entries {
      guard entry.isFolder || entry.mode.elementsEqual("100644".utf8) else {
        return "an entry has the mode \(String(decoding: entry.mode.prefix(8), as: UTF8.self)); states hold plain files and folders only"
      }
      guard let text = String(validating: entry.name, as: UTF8.self), TreePath.isSafe(text) else {
        return "an entry has a name that is not safe to check out"
      }
      guard names.insert(entry.name).inserted else { return "two entries have one name" }
      let named = entry.named
      guard last.map({ TreeObject.isBefore($0, named) }) ?? true else { return "its entries are out of order" }
      last = named
    }
    return nil
  }
}
