package import Foundation

/// The folder beside the package that holds documents and corpora of others; it may be absent.
package enum SharedFolder {
  package static let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")

  package static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: path).path)
  }

  package static func text(_ path: String) throws -> String {
    try String(contentsOf: url.appending(path: path), encoding: .utf8)
  }

  /// The rows of a table of tab-separated cells, without its heading.
  package static func rows(_ path: String) throws -> [[String]] {
    try text(path).split(separator: "\n").dropFirst()
      .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
  }

  /// The files under a folder whose names end so, sorted.
  package static func files(under path: String, suffix: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: url.appending(path: path).path)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix(suffix) }.sorted().map { "\(path)/\($0)" }
  }
}
