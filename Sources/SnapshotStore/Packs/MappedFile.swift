#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file as memory. What is changed in it meanwhile may show.
final class MappedFile {
  let bytes: UnsafeRawBufferPointer

  /// - Throws: `SystemFailure` where the file cannot be opened, or is none.
  init(_ path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw SystemFailure(number: errno, path: path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemFailure(number: errno, path: path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemFailure(number: EINVAL, path: path) }
    guard status.st_size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let memory = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, file, 0)
    guard let memory, memory != MAP_FAILED else { throw SystemFailure(number: errno, path: path) }
    bytes = UnsafeRawBufferPointer(start: memory, count: Int(status.st_size))
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// The bytes of a range; nil where the file ends before it does.
  func slice(_ start: Int, _ count: Int) -> UnsafeRawBufferPointer? {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)])
  }

  /// A big-endian number of four bytes; nil where the file ends before.
  func number32(at start: Int) -> Int? {
    slice(start, 4).map { Int(UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self))) }
  }

  /// A big-endian number of eight bytes; nil where the file ends before, or it is no offset of a file.
  func number64(at start: Int) -> Int? {
    slice(start, 8).flatMap { Int(exactly: UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))) }
  }

  /// The name of an object; nil where the file ends before.
  func name(at start: Int) -> ObjectName? { slice(start, ObjectName.length).map { ObjectName($0) } }
}
