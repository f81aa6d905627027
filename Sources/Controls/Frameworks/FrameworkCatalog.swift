/// The frameworks that travel inside the binary.
package enum FrameworkCatalog {
  /// All of them, sorted by id. Files that do not read are left out here; a test reads each.
  package static let all: [Framework] = files.compactMap { read($0.contents) }.sorted { $0.id < $1.id }

  /// The framework that a user means by its id or one of its aliases.
  ///
  /// Reads only the files that hold the name at all, since a command that asks for one should not wait for all.
  package static func framework(_ name: String) -> Framework? {
    let name = name.lowercased()
    for file in files where file.contents.utf8.contains(name.utf8) {
      if let framework = read(file.contents), framework.id == name || framework.aliases.contains(name) { return framework }
    }
    return nil
  }

  package static var names: [String] { all.flatMap { [$0.id] + $0.aliases } }

  /// The file of a framework as it was written; nil for one that is not built in.
  package static func file(of framework: Framework) -> String? {
    files.first { $0.path == "\(framework.id).yaml" }?.contents
  }

  /// The JSON Schema of framework files.
  package static let schema = EmbeddedFiles.all.first { $0.path == "framework.schema.json" }?.contents ?? ""

  private static let files = EmbeddedFiles.all.filter { $0.path.hasSuffix(".yaml") }

  private static func read(_ contents: String) -> Framework? { FrameworkFile.read(Array(contents.utf8)).framework }
}
