import FoundationEssentials

/// Small local files: kubeconfigs, certificates, tokens.
enum LocalFile {
  /// Larger files are no kubeconfig, certificate or token.
  static let maximumBytes = 16 << 20

  /// Returns the bytes of the file at `path`; the error names `what` it was to be, and the path.
  static func read(_ path: String, what: String, hint: String) throws -> [UInt8] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw ClusterReaderError(.kubeconfig, "\(what) is not there: \(path)", hint: hint)
    } catch let error as CocoaError where error.code == .fileReadNoPermission {
      throw ClusterReaderError(.kubeconfig, "\(what) may not be read: \(path)", hint: hint)
    } catch {
      throw ClusterReaderError(.kubeconfig, "\(what) cannot be read: \(path)", hint: hint, cause: error)
    }
    guard data.count <= maximumBytes else {
      throw ClusterReaderError(
        .kubeconfig, "\(what) is larger than \(maximumBytes >> 20) MiB: \(path)", hint: hint)
    }
    return [UInt8](data)
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// `path` resolved against `directory`, with a leading `~/` left as it is: kubectl does not expand it.
  static func resolve(_ path: String, in directory: String) -> String {
    path.hasPrefix("/") ? path : "\(directory)/\(path)"
  }

  /// The folder that a path stands in.
  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
