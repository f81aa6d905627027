/// One step from a value to a part of it.
public enum PathStep: Sendable, Hashable {
  case key(String)
  case index(Int)
}

/// A YAML document that remembers on which line each of its parts stands.
public struct MarkedDocument: Sendable {
  public let value: Value
  /// The line in the file, counted from 1, on which the document starts.
  public let line: Int
  fileprivate let lines: [[PathStep]: Int]

  init(value: Value, line: Int, lines: [[PathStep]: Int]) {
    self.value = value
    self.line = line
    self.lines = lines
  }

  /// The line of a part, or of the nearest part around it that has one.
  public func line(of path: [PathStep]) -> Int {
    var path = path
    while true {
      if let line = lines[path] { return line }
      if path.popLast() == nil { return line }
    }
  }
}

/// Something in a YAML file that cannot be read; the rest of the file was.
public struct ParseProblem: Sendable, Hashable {
  /// Counted from 1.
  public let line: Int
  public let message: String
}
