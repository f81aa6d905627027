internal import Integrity

/// Where objects stand in a cluster's tree.
///
/// Paths are safe on any common file system: no name reaches outside its folder, and names that would
/// fold together on a case-insensitive file system stay apart.
public struct StoreLayout: Sendable, Hashable {
  /// The file that holds the cluster's own facts.
  public static let clusterFile = "cluster.yaml"

  /// Whether files of a state stand at paths like this one; others were put beside them by hand.
  public static func holds(_ path: String) -> Bool {
    path == clusterFile || path.hasPrefix("cluster/") || path.hasPrefix("namespaces/")
  }

  /// The most entries a folder may have before a level of hash folders is put between.
  public static let widestFolder = 1_000

  /// Folders whose entries stand one level deeper, in folders named by two hexadecimal digits.
  public private(set) var hashedFolders: Set<String>

  /// Creates the layout that a store already uses.
  public init(hashedFolders: Set<String> = []) { self.hashedFolders = hashedFolders }

  /// Widens the layout for these objects; a folder that is hashed once stays so, because moving it back
  /// would rewrite every path in it.
  public mutating func fit(_ objects: some Sequence<ObjectID>) {
    var entries: [String: Set<String>] = [:]
    for id in objects {
      let namespaceEntry = id.namespace ?? (id.isNamespaceObject ? id.name : nil)
      if let namespaceEntry { entries["namespaces", default: []].insert(namespaceEntry) }
      if !id.isNamespaceObject { entries[folder(of: id), default: []].insert(id.name) }
    }
    for (folder, names) in entries where names.count > StoreLayout.widestFolder {
      hashedFolders.insert(folder)
    }
  }

  /// The path of an object's file.
  public func path(of id: ObjectID) -> String {
    if id.isNamespaceObject { return "\(namespaceFolder(id.name))/namespace.yaml" }
    let parent = id.namespace.map(namespaceFolder) ?? "cluster"
    return entry(
      "\(StoreLayout.component(id.name)).yaml", named: id.name, in: folder(of: id),
      at: "\(parent)/\(StoreLayout.component(id.qualifiedResource))")
  }

  /// The folder of a namespace.
  public func namespaceFolder(_ namespace: String) -> String {
    entry(StoreLayout.component(namespace), named: namespace, in: "namespaces", at: "namespaces")
  }

  /// The folder's name in `hashedFolders`: the path that it has while nothing above it is hashed.
  private func folder(of id: ObjectID) -> String {
    let parent = id.namespace.map { "namespaces/\(StoreLayout.component($0))" } ?? "cluster"
    return "\(parent)/\(StoreLayout.component(id.qualifiedResource))"
  }

  private func entry(_ file: String, named name: String, in folder: String, at path: String) -> String {
    guard hashedFolders.contains(folder) else { return "\(path)/\(file)" }
    return "\(path)/\(SHA256Digest.hex(Array(name.utf8)).prefix(2))/\(file)"
  }

  /// A name as one component of a path.
  ///
  /// Letters, digits, `-`, `_` and inner dots stand for themselves; every other byte is percent-encoded,
  /// so is a leading dot and the first letter of a name that Windows reserves. A name with capitals, which
  /// some file systems fold, a name over 200 bytes, which some refuse, and an empty one end in `~` and a hash.
  public static func component(_ name: String) -> String {
    // Longer than any name that is reserved, and of bytes that stand for themselves: most names.
    let isPlain = name.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }
    if isPlain && (5...200).contains(name.utf8.count) { return name }
    var encoded = ""
    let bytes = Array(name.utf8)
    var needsHash = bytes.isEmpty
    let isReserved = reservedNames.contains(name.lowercased().prefix { $0 != "." }.description)
    for (index, byte) in bytes.enumerated() {
      let isSafe: Bool
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        isSafe = true
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        isSafe = true
        needsHash = true
      case UInt8(ascii: "."):
        isSafe = index > 0 && index < bytes.count - 1
      default:
        isSafe = false
      }
      if isSafe && !(index == 0 && isReserved) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += "%" + hexDigits[Int(byte >> 4)] + hexDigits[Int(byte & 15)]
      }
    }
    if encoded.utf8.count > 200 {
      encoded = String(encoded.prefix(160))
      needsHash = true
    }
    return needsHash ? "\(encoded)~\(SHA256Digest.hex(bytes).prefix(16))" : encoded
  }

  private static let hexDigits = Array("0123456789ABCDEF").map(String.init)

  private static let reservedNames: Set<String> = Set(
    ["con", "prn", "aux", "nul"] + (0...9).flatMap { ["com\($0)", "lpt\($0)"] })
}

extension ObjectID {
  /// Whether this is a Namespace itself, which is filed in its own folder.
  var isNamespaceObject: Bool { group.isEmpty && resource == "namespaces" }
}
