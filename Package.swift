// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "ambit",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "ambit", targets: ["ambit"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // System libraries and shims.
    .systemLibrary(
      name: "CGit2", pkgConfig: "libgit2",
      providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),

    // Pure: values in, values out.
    .target(
      name: "Integrity",
      dependencies: [
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]),
    .target(
      name: "KubeModel",
      dependencies: ["CSimdJSON", "Integrity", .product(name: "Yams", package: "Yams")]),
    .target(name: "Compression", dependencies: ["CZlib", "KubeModel"]),
    .target(name: "Reachability", dependencies: ["Integrity", "KubeModel"]),
    .target(name: "Registers", dependencies: ["Integrity", "KubeModel", "Reachability"]),
    .target(name: "Reviews", dependencies: ["Integrity", "KubeModel", "Registers"]),
    .target(
      name: "Controls", dependencies: ["Integrity", "KubeModel", "Reachability", "Registers"],
      plugins: ["EmbedFiles"]),

    // Each holds one handle to the outside.
    .target(name: "SigningKeys", dependencies: ["Integrity"]),
    .target(
      name: "Programs",
      dependencies: ["KubeModel", .product(name: "Subprocess", package: "swift-subprocess")]),
    .target(
      name: "ClusterReader",
      dependencies: [
        "Integrity", "KubeModel", "Programs",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOFoundationCompat", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(name: "Attribution", dependencies: ["Compression", "Integrity", "KubeModel"]),
    .target(name: "SnapshotStore", dependencies: ["CGit2", "Compression", "Integrity", "KubeModel"]),
    .target(
      name: "HistoryIndex",
      dependencies: ["Attribution", "CSQLite", "Integrity", "KubeModel", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(
      name: "Evidence",
      dependencies: ["Controls", "Integrity", "KubeModel", .product(name: "Mustache", package: "swift-mustache")],
      plugins: ["EmbedFiles"]),

    // Use cases, commands, the executable.
    .target(
      name: "AmbitKit",
      dependencies: [
        "Attribution", "Compression", "Integrity", "KubeModel", "Registers", "Reviews", "Reachability", "Controls", "Programs",
        "ClusterReader", "SnapshotStore",
        "HistoryIndex", "Evidence", .product(name: "Logging", package: "swift-log"),
      ]),
    .target(
      name: "AmbitCommands",
      dependencies: [
        "Attribution", "Integrity", "KubeModel", "Registers", "Reviews", "Reachability", "Controls", "SigningKeys", "ClusterReader",
        "SnapshotStore",
        "HistoryIndex", "Evidence", "AmbitKit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(name: "ambit", dependencies: ["AmbitCommands"]),

    // Build-time: puts frameworks/ and templates/ into the binary.
    .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"]),
    .executableTarget(name: "embed-files"),

    // Measuring; not part of the product.
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "AmbitKit", "Attribution", "ClusterReader", "Controls", "HistoryIndex", "Integrity", "KubeModel", "Reachability", "Registers",
        "ReferenceEvaluator", "SigningKeys", "SnapshotStore", "TestSupport",
      ], path: "Benchmarks"),

    // An API server for tests of the reader and of the command.
    .target(
      name: "StubServer",
      dependencies: [
        "KubeModel", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], path: "Tests/StubServer"),

    // What several test targets share: the built binary, stock git, and the folder of others' documents.
    .target(name: "TestSupport", path: "Tests/TestSupport"),

    // What must hold of bytes of any kind: run by libFuzzer, and by the tests on what it found.
    .target(
      name: "FuzzTargets", dependencies: ["AmbitKit", "Attribution", "HistoryIndex", "KubeModel", "SnapshotStore"],
      path: "Tests/FuzzTargets"),

    // An evaluator to hold the engine against, and clusters to compare them on.
    .target(
      name: "ReferenceEvaluator", dependencies: ["KubeModel"], path: "Tests/ReferenceEvaluator",
      exclude: ["DECISIONS.md"]),
    .target(
      name: "EngineCourt", dependencies: ["KubeModel", "Reachability", "ReferenceEvaluator"],
      path: "Tests/EngineCourt"),
    .executableTarget(
      name: "Differential", dependencies: ["EngineCourt", "ReferenceEvaluator"], path: "Tests/Differential"),

    .testTarget(name: "IntegrityTests", dependencies: ["Integrity", "SigningKeys"]),
    .testTarget(name: "KubeModelTests", dependencies: ["Integrity", "KubeModel"]),
    .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
    .testTarget(name: "RegistersTests", dependencies: ["KubeModel", "Reachability", "Registers"]),
    .testTarget(name: "ReviewsTests", dependencies: ["KubeModel", "ReferenceEvaluator", "Registers", "Reviews"]),
    .testTarget(name: "ProgramsTests", dependencies: ["Programs"]),
    .testTarget(name: "ReachabilityTests", dependencies: ["KubeModel", "Reachability", "TestSupport"]),
    .testTarget(name: "ReferenceEvaluatorTests", dependencies: ["EngineCourt", "KubeModel", "ReferenceEvaluator"]),
    .testTarget(
      name: "GoldenTests", dependencies: ["EngineCourt", "KubeModel", "ReferenceEvaluator", "TestSupport"],
      exclude: ["EXCEPTIONS.tsv"]),
    .testTarget(name: "ControlsTests", dependencies: ["KubeModel", "Reachability", "Registers", "Controls", "TestSupport"]),
    .testTarget(
      name: "ClusterReaderTests",
      dependencies: [
        "KubeModel", "Controls", "ClusterReader", "StubServer",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "AttributionTests", dependencies: ["Attribution", "Compression", "Integrity", "KubeModel", "TestSupport"],
      exclude: ["Recorded"]),
    .testTarget(name: "SnapshotStoreTests", dependencies: ["Compression", "KubeModel", "SnapshotStore", "TestSupport"]),
    .testTarget(name: "HistoryIndexTests", dependencies: ["KubeModel", "HistoryIndex"]),
    .testTarget(
      name: "EvidenceTests", dependencies: ["Controls", "Evidence", "Integrity", "KubeModel", "TestSupport"],
      exclude: ["requirements.txt", "validate-exports"]),
    .testTarget(
      name: "AmbitKitTests",
      dependencies: [
        "AmbitKit", "Attribution", "CSQLite", "ClusterReader", "Controls", "EngineCourt", "HistoryIndex", "Integrity", "KubeModel",
        "Reachability", "ReferenceEvaluator", "Registers", "Reviews", "SigningKeys", "SnapshotStore", "TestSupport",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "ambit", "KubeModel", "StubServer", "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ], exclude: ["Golden", "Recording"]),
    .testTarget(name: "DurabilityTests", dependencies: ["ambit", "TestSupport"], exclude: ["Shim"]),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], exclude: ["Corpus"]),
    .testTarget(name: "ArchitectureTests"),
  ]
)

/// `scripts/fuzz` names the runtime of libFuzzer here; nothing else builds what needs it.
let fuzzingRuntime = Context.environment["AMBIT_FUZZING_RUNTIME"]
if let fuzzingRuntime {
  package.targets += [
    .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "Fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Fuzz/Driver",
      linkerSettings: [.unsafeFlags(["-sanitize=address", "-Xlinker", fuzzingRuntime])]),
  ]
}

/// Every Swift target of ours is held to the same rules; the C targets and the plugin have no Swift.
for target in package.targets where target.type == .regular || target.type == .executable || target.type == .test {
  guard target.name != "CSimdJSON" else { continue }
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
  if fuzzingRuntime != nil, ["Integrity", "KubeModel", "Attribution", "SnapshotStore", "AmbitKit"].contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-O", "-sanitize=fuzzer,address"]))
  }
}
