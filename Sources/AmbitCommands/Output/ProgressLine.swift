import Foundation

/// One line that tells how far long work is; on a terminal only.
struct ProgressLine {
  private let isShown = isatty(STDERR_FILENO) == 1

  func show(_ text: String) { write("\r\u{1B}[K\(text)") }

  func clear() { write("\r\u{1B}[K") }

  private func write(_ text: String) {
    guard isShown else { return }
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
