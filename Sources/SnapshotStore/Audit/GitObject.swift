internal import Integrity

/// An object as git stores it.
package struct GitObject: Sendable {
  /// The kinds of objects, numbered as in packs.
  package enum Kind: UInt8, Sendable {
    case commit = 1
    case tree = 2
    case blob = 3
    case tag = 4

    package var word: String {
      switch self {
      case .commit: "commit"
      case .tree: "tree"
      case .blob: "blob"
      case .tag: "tag"
      }
    }
  }

  package let name: ObjectName
  package let kind: Kind
  package let bytes: [UInt8]

  package init(name: ObjectName, kind: Kind, bytes: [UInt8]) {
    self.name = name
    self.kind = kind
    self.bytes = bytes
  }

  /// The name that content of a kind has.
  static func name(of bytes: [UInt8], _ kind: Kind) -> ObjectName {
    SHA1Checksum.withBytes(of: Array("\(kind.word) \(bytes.count)\0".utf8), bytes) { ObjectName($0) }
  }

  /// Larger than any object that Ambit writes, in bytes. What claims more is told, and not read.
  static let largest = 256 << 20
}

/// What is wrong with an object as it is stored, or with a file that holds objects.
package struct StorageFault: Error, Sendable, Hashable {
  package enum Code: Sendable {
    /// The bytes are not those that the name stands for, or do not read at all.
    case damagedObject
    /// The object claims to be larger than any that Ambit writes.
    case oversizedObject
    /// The file as a whole is not what it was when it was written.
    case damagedFile
  }

  package let code: Code
  /// The file, relative to the store.
  package let file: String
  package let object: ObjectName?
  package let message: String

  init(_ code: Code, _ file: String, object: ObjectName? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.object = object
    self.message = message
  }
}

/// Where an audit takes objects from.
///
/// A protocol so that a test can show what is found when git's own hash has failed.
package protocol ObjectSource: AnyObject {
  /// Reads every copy of every object, and hands on those whose bytes are what their names stand for.
  ///
  /// - Returns: what was wrong with the others, and with the files.
  func readAll(_ body: (GitObject) -> Void) -> [StorageFault]

  /// Reads an object again that `readAll` handed on; nil where there is no good copy.
  func object(_ name: ObjectName) -> GitObject?
}
