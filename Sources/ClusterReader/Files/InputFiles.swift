import FoundationEssentials

/// The files below a path, in the order in which they are read.
package struct InputFiles {
  package struct File: Sendable {
    /// The path as the user would write it.
    package let name: String
    /// Nil for a file that is read when its turn comes.
    private let content: [UInt8]?

    init(name: String, content: [UInt8]?) {
      self.name = name
      self.content = content
    }

    /// The bytes, read now where they stand in a file; nil where it cannot be read.
    package var bytes: [UInt8]? { content ?? FileManager.default.contents(atPath: name).map(Array.init) }
  }

  package let files: [File]
  /// Files that are no JSON or YAML by their ending, and were not opened.
  package let passedOver: Int
  package let diagnostics: [Diagnostic]

  /// Reads a file, or every JSON and YAML file of a directory and the directories in it.
  ///
  /// Hidden files and links to directories are passed over. A file that cannot be read is a diagnostic
  /// where it stands in a directory, and an error where it was named.
  package init(path: String) throws(ClusterReaderError) {
    let manager = FileManager.default
    var isDirectory = false
    guard manager.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ClusterReaderError(
        .badInput, "'\(path)' does not exist",
        hint: "name a file, a directory, or - for standard input")
    }
    guard isDirectory else {
      let attributes = try? manager.attributesOfItem(atPath: path)
      let type = attributes?[.type] as? FileAttributeType
      guard type == .typeRegular || type == .typeSymbolicLink else {
        throw ClusterReaderError(
          .badInput, "'\(path)' is no regular file", hint: "use --from - to read standard input")
      }
      guard manager.isReadableFile(atPath: path) else {
        throw ClusterReaderError(.badInput, "'\(path)' cannot be read", hint: "check its permissions")
      }
      files = [File(name: path, content: nil)]
      passedOver = 0
      diagnostics = []
      return
    }
    var files: [File] = []
    var passedOver = 0
    var diagnostics: [Diagnostic] = []
    var pending = [path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path]
    while let directory = pending.popLast() {
      guard let names = try? manager.contentsOfDirectory(atPath: directory) else {
        diagnostics.append(
          Diagnostic(file: directory, line: nil, message: "the directory cannot be read"))
        continue
      }
      var directories: [String] = []
      for name in names.sorted() where !name.hasPrefix(".") {
        let path = "\(directory)/\(name)"
        let attributes = try? manager.attributesOfItem(atPath: path)
        if attributes?[.type] as? FileAttributeType == .typeDirectory {
          directories.append(path)
          continue
        }
        guard InputFiles.isNamedForManifests(name) else {
          passedOver += 1
          continue
        }
        files.append(File(name: path, content: nil))
      }
      pending += directories.reversed()
    }
    self.files = files
    self.passedOver = passedOver
    self.diagnostics = diagnostics
  }

  /// Input that did not come from a file, such as standard input.
  package init(name: String, bytes: [UInt8]) {
    files = [File(name: name, content: bytes)]
    passedOver = 0
    diagnostics = []
  }

  /// Whether a file's name says that it is JSON or YAML.
  static func isNamedForManifests(_ name: String) -> Bool {
    [".json", ".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
  }
}
