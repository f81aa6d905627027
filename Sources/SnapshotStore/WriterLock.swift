internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The right to record into a cluster. The system takes it back when the process ends, however it ends.
final class WriterLock {
  private let file: Int32

  /// Waits up to ten seconds, which is many times what a recording needs.
  ///
  /// - Throws: `.locked` where another writer holds it for longer.
  init(_ cluster: String, in store: String) throws(StoreError) {
    let folder = "\(store)/ambit/writers"
    let path = "\(folder)/\(cluster).lock"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StoreError.writing("'\(folder)'", in: store, error)
    }
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw StoreError.writing("'\(path)'", in: store, SystemFailure(number: errno, path: path))
    }
    for _ in 0..<1_000 {
      if flock(file, LOCK_EX | LOCK_NB) == 0 { return }
      usleep(10_000)
    }
    // The file is closed by `deinit`, which runs here as well.
    throw StoreError(
      .locked, "another ambit is recording '\(cluster)'", hint: "try again when it is done")
  }

  deinit { close(file) }

  /// Whether a writer holds the lock of a cluster at this moment; looks without taking it for longer than that.
  static func isHeld(_ cluster: String, in store: String) -> Bool {
    let file = open("\(store)/ambit/writers/\(cluster).lock", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return flock(file, LOCK_SH | LOCK_NB) != 0
  }
}
