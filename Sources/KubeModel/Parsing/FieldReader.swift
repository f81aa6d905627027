/// Something wrong in a file that people write for Ambit.
public struct FieldProblem: Sendable, Hashable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  public let message: String
  public var description: String { "\(line): \(message)" }

  public init(line: Int, message: String) {
    self.line = line
    self.message = message
  }
}

/// Reads the fields of a YAML document that people write, and gathers every mistake in it with its line.
public struct FieldReader: Sendable {
  public let document: MarkedDocument
  private var problems: [FieldProblem] = []

  public var root: Value { document.value }

  private init(_ document: MarkedDocument) { self.document = document }

  /// Reads a file of exactly one document; the result is nil where any problem was found.
  ///
  /// - Parameter what: the kind of file, such as `a framework file`.
  public static func read<Result>(
    _ bytes: [UInt8], as what: String, _ body: (inout FieldReader) -> Result?
  ) -> (result: Result?, problems: [FieldProblem]) {
    let (documents, parseProblems) = YAMLReader.documents(bytes, keepsLines: true)
    var problems = parseProblems.map { FieldProblem(line: $0.line, message: $0.message) }
    guard let document = documents.first, documents.count == 1 else {
      if problems.isEmpty {
        problems.append(
          FieldProblem(
            line: documents.dropFirst().first?.line ?? 1, message: "\(what) holds exactly one YAML document"))
      }
      return (nil, problems)
    }
    var reader = FieldReader(document)
    let result = body(&reader)
    problems += reader.problems
    problems.sort { ($0.line, $0.message) < ($1.line, $1.message) }
    return (problems.isEmpty ? result : nil, problems)
  }

  public mutating func report(_ path: [PathStep], _ message: String) {
    problems.append(FieldProblem(line: document.line(of: path), message: message))
  }

  // MARK: Values

  /// Reports keys that are not known, with what was probably meant, and those that are missing.
  public mutating func checkKeys(
    _ value: Value, at path: [PathStep], allowed: [String], required: [String] = []
  ) {
    guard let map = value.map else {
      report(path, "a mapping is expected here")
      return
    }
    for key in map.keys where !allowed.contains(key) {
      report(path + [.key(key)], "unknown key '\(key)'" + NearMiss.suffix(key, among: allowed))
    }
    for key in required where map[key] == nil { report(path, "the key '\(key)' is missing") }
  }

  /// The text under a key; empty where it is missing or no text.
  public mutating func text(_ value: Value, _ key: String, at path: [PathStep]) -> String {
    optionalText(value, key, at: path) ?? ""
  }

  public mutating func optionalText(_ value: Value, _ key: String, at path: [PathStep]) -> String? {
    guard let found = value[key] else { return nil }
    guard let text = found.string, !text.isEmpty else {
      report(path + [.key(key)], "'\(key)' must be text; put a number in quotes")
      return nil
    }
    return text
  }

  public mutating func list(_ value: Value, _ key: String, at path: [PathStep]) -> [Value] {
    guard let found = value[key] else { return [] }
    guard let list = found.list else {
      report(path + [.key(key)], "'\(key)' must be a list")
      return []
    }
    return list
  }

  public mutating func strings(_ value: Value, _ key: String, at path: [PathStep]) -> [String] {
    texts(value, key, at: path).map(\.text)
  }

  /// The texts of a list, each with its place.
  public mutating func texts(
    _ value: Value, _ key: String, at path: [PathStep]
  ) -> [(text: String, path: [PathStep])] {
    var result: [(text: String, path: [PathStep])] = []
    for (index, element) in list(value, key, at: path).enumerated() {
      let place = path + [.key(key), .index(index)]
      guard let text = element.string else {
        report(place, "'\(key)' holds something that is not text")
        continue
      }
      result.append((text, place))
    }
    return result
  }
}
