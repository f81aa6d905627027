import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Small local files: kubeconfigs, certificates, tokens.
enum LocalFile {
  /// Larger files are no kubeconfig, certificate or token.
  static let maximumBytes = 16 << 20

  /// Returns the bytes of the file at `path`; the error names `what` it was to be, and the path.
  static func read(_ path: String, what: String, hint: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, path, what: what, hint: hint) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Int(posixRead(descriptor, $0.baseAddress, $0.count)) }
      if count == 0 { return bytes }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure(errno, path, what: what, hint: hint)
      }
      bytes += chunk.prefix(count)
      guard bytes.count <= maximumBytes else {
        throw ClusterReaderError(
          .kubeconfig, "\(what) is larger than \(maximumBytes >> 20) MiB: \(path)", hint: hint)
      }
    }
  }

  private static func failure(_ number: CInt, _ path: String, what: String, hint: String) -> ClusterReaderError {
    switch number {
    case ENOENT, ENOTDIR: ClusterReaderError(.kubeconfig, "\(what) is not there: \(path)", hint: hint)
    case EACCES, EPERM: ClusterReaderError(.kubeconfig, "\(what) may not be read: \(path)", hint: hint)
    default:
      ClusterReaderError(
        .kubeconfig, "\(what) cannot be read: \(path)", hint: hint, cause: ServerStatement(system: number))
    }
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

/// The system's `read`, whose name `LocalFile.read` hides.
private func posixRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
