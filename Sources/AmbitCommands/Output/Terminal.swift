import Foundation
import KubeModel

/// The two streams that commands write to.
enum Terminal {
  /// Whether results may be coloured: only on a terminal, and not where `NO_COLOR` is set.
  static let isColoured: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] != "dumb"
  }()

  /// Writes a result. The text has been made safe by its caller.
  static func print(_ text: String) { write(text + "\n", to: .standardOutput) }

  /// Tells the operator something that is no result.
  static func note(_ text: String) { write(HiddenText.escaped(text) + "\n", to: .standardError) }

  private static func write(_ text: String, to handle: FileHandle) {
    // A reader that went away (`| head`) is no error.
    try? handle.write(contentsOf: Data(text.utf8))
  }
}

/// Colours of a terminal, named for what they mean.
enum Style: String {
  case good = "32"
  case bad = "31"
  case unknown = "33"
  case faint = "2"
  case heading = "1"

  func callAsFunction(_ text: String) -> String {
    Terminal.isColoured && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
