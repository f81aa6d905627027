/// The frameworks that travel inside the binary.
package enum FrameworkCatalog {
  /// All of them, sorted by id. Files that do not read are left out here; a test reads each.
  package static let all: [Framework] = EmbeddedFiles.all
    .filter { $0.path.hasSuffix(".yaml") }
    .compactMap { FrameworkFile.read(Array($0.contents.utf8)).framework }
    .sorted { $0.id < $1.id }

  /// The framework that a user means by its id or one of its aliases.
  package static func framework(_ name: String) -> Framework? {
    all.first { $0.id == name.lowercased() || $0.aliases.contains(name.lowercased()) }
  }

  package static var names: [String] { all.flatMap { [$0.id] + $0.aliases } }

  /// The JSON Schema of framework files.
  package static var schema: String? {
    EmbeddedFiles.all.first { $0.path == "framework.schema.json" }?.contents
  }
}
