import Testing

@Suite struct ImportTests {
  /// Every module imports modules above it in this list only.
  static let order = [
    "CGit2", "CSQLite", "CSimdJSON", "CZlib", "Integrity", "KubeModel", "Compression", "Reachability", "Registers", "Reviews",
    "Controls", "SigningKeys", "Programs", "ClusterReader", "Attribution", "SnapshotStore", "HistoryIndex", "Evidence",
    "AmbitKit", "AmbitCommands", "ambit",
  ]

  /// Built and run at build time, and no part of the product.
  static let buildTools: Set<String> = ["embed-files"]

  /// The one module that may import each thing from outside.
  static let owners = [
    "CGit2": "SnapshotStore", "CZlib": "Compression", "CSQLite": "HistoryIndex", "CSimdJSON": "KubeModel", "Yams": "KubeModel",
    "Crypto": "Integrity", "CryptoExtras": "Integrity", "SwiftASN1": "Integrity", "GRDB": "HistoryIndex",
    "ArgumentParser": "AmbitCommands", "Mustache": "Evidence",
    "AsyncHTTPClient": "ClusterReader", "Subprocess": "Programs", "System": "Programs",
    "SystemPackage": "Programs",
  ]

  /// The C library, for error numbers; only modules that hold a handle to the system need it.
  static let systems: Set<String> = ["Glibc", "Musl", "Darwin"]
  static let systemImporters: Set<String> = ["SigningKeys", "ClusterReader", "Attribution", "SnapshotStore"]

  static let foundation: Set<String> = ["Foundation", "FoundationEssentials"]
  static let pure: Set<String> = ["Integrity", "KubeModel", "Compression", "Reachability", "Registers", "Reviews", "Controls"]
  /// Modules through which a program reaches the outside.
  static let outside: Set<String> = foundation.union(["Logging", "Dispatch"])

  /// Why a module may not import another, or nil where it may.
  static func objection(_ module: String, importing name: String) -> String? {
    if let owner = owners[name] ?? (name.hasPrefix("NIO") ? "ClusterReader" : nil) {
      return owner == module ? nil : "only \(owner) imports \(name)"
    }
    if systems.contains(name) {
      return systemImporters.contains(module) ? nil : "\(module) holds no handle to the system"
    }
    if let own = order.firstIndex(of: module), let other = order.firstIndex(of: name) {
      return other < own ? nil : "\(name) stands below \(module) in the order of modules"
    }
    if pure.contains(module) && outside.contains(name) { return "\(module) does no input or output" }
    let isFree = foundation.contains(name) || ["Logging", "Synchronization", "Dispatch"].contains(name)
    return isFree ? nil : "\(name) is in no list of this test; say which module may import it"
  }

  @Test func `imports point up the list of modules, and each package has one importer`() throws {
    let files = try SourceFile.all(in: "Sources")
    #expect(files.count > 100, "the sources were not found")
    for file in files where !ImportTests.buildTools.contains(file.module) {
      for (line, name) in file.imports {
        let objection = ImportTests.objection(file.module, importing: name)
        #expect(objection == nil, "\(file.path):\(line): \(objection ?? "")")
      }
    }
  }

  @Test func `every module has its place in the list`() throws {
    let modules = Set(try SourceFile.all(in: "Sources").map(\.module))
    #expect(modules.subtracting(ImportTests.order) == ImportTests.buildTools)
  }

  @Test(arguments: [
    ("KubeModel", "Foundation"), ("KubeModel", "FoundationEssentials"), ("Controls", "Logging"),
    ("Reachability", "Controls"), ("KubeModel", "KubeModel"), ("KubeModel", "Glibc"), ("AmbitKit", "GRDB"),
    ("AmbitKit", "AmbitCommands"), ("HistoryIndex", "CGit2"), ("ambit", "ArgumentParser"), ("Controls", "Yams"),
    ("Evidence", "NIOCore"), ("AmbitKit", "Vapor"),
  ])
  func `an import that points the wrong way is refused`(_ given: (module: String, name: String)) {
    #expect(ImportTests.objection(given.module, importing: given.name) != nil)
  }

  @Test func `imports are read in every spelling`() {
    let text = """
      // import Comment
      import A
      package import B
      @testable import C
      import struct D.Thing
        internal import E.Sub
      let text = "import F"
      /* import G */ import H
      let imports = 1
      """
    #expect(SourceFile(path: "Sources/X/a.swift", text: text).imports.map(\.module) == ["A", "B", "C", "D", "E", "H"])
  }
}
