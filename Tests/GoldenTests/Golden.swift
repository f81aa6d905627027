import Foundation
import KubeModel
import TestSupport

/// The cases and answers of others, where they lie beside this checkout.
enum Golden {
  static let folder = SharedFolder.url.appending(path: "golden")
  static var isThere: Bool { SharedFolder.has("golden") }
  static let absence = "the golden corpora are not beside this checkout"

  static func has(_ path: String) -> Bool { SharedFolder.has("golden/\(path)") }

  /// The rows of a table, each by the names of its columns.
  static func table(_ path: String) throws -> [[String: String]] {
    try table(at: folder.appending(path: path))
  }

  static func table(at file: URL) throws -> [[String: String]] {
    let lines = try String(decoding: Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
    let columns = (lines.first ?? "").split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    return lines.dropFirst().map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Dictionary(zip(columns, cells)) { first, _ in first }
    }
  }

  /// The objects of a file, or of every file below a folder.
  static func objects(_ path: String) throws -> [KubeObject] {
    let place = folder.appending(path: path)
    let isFolder = (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
    guard isFolder else { return try objects(at: place) }
    let files = try FileManager.default.subpathsOfDirectory(atPath: place.path).sorted()
    let manifests = files.filter { file in [".yaml", ".yml", ".json"].contains { file.hasSuffix($0) } }
    return try manifests.flatMap { try objects(at: place.appending(path: $0)) }
  }

  private static func objects(at file: URL) throws -> [KubeObject] {
    let documents = DocumentReader.documents([UInt8](try Data(contentsOf: file))).documents
    return documents.flatMap { document in
      let items = document.value["items"]?.list
      return (items ?? [document.value]).map(KubeObject.init)
    }
  }
}
