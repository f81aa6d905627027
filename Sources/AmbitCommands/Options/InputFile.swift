import AmbitKit
import Foundation
import KubeModel

/// A file that a user names, or standard input.
enum InputFile {
  /// - Parameter kind: what is expected, such as `a YAML file`.
  static func bytes(_ name: String, kind: String = "a file") throws -> [UInt8] {
    let data = name == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: name)
    guard let data else {
      throw AmbitError(.notFound, "'\(name)' cannot be read", hint: "name \(kind), or - for standard input")
    }
    return Array(data)
  }
}
