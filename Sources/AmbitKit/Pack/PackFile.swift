internal import Integrity

/// One file of a pack.
package struct PackFile: Sendable {
  /// Relative to the pack, of letters, digits and `-._/` only, so that every tool takes it as it is.
  package let path: String
  package let bytes: [UInt8]
  package let mediaType: String
  /// Controls that it is evidence for, as `framework/control`, sorted; none where it is about all of them.
  package let controls: [String]

  init(_ path: String, _ bytes: [UInt8], _ mediaType: String, controls: [String] = []) {
    self.path = path
    self.bytes = bytes
    self.mediaType = mediaType
    self.controls = controls
  }

  init(_ path: String, lines: [String]) {
    self.init(path, Array(lines.map { $0 + "\n" }.joined().utf8), MediaType.text)
  }

  var digest: String { SHA256Digest.hex(bytes) }

  enum MediaType {
    static let text = "text/plain; charset=utf-8"
    static let markdown = "text/markdown; charset=utf-8"
    static let html = "text/html; charset=utf-8"
    static let csv = "text/csv; charset=utf-8; header=present"
    static let json = "application/json"
    static let yaml = "application/yaml"
    static let bundle = "application/x-git-bundle"
    static let binary = "application/octet-stream"
    static let diff = "text/x-diff; charset=utf-8"
  }
}
