internal import Yams

/// Reads YAML as the Kubernetes tools do, each document by itself.
public enum YAMLReader {
  /// Documents nested deeper than this are refused.
  public static let deepest = 200
  /// Documents that expand to more nodes than this are refused: aliases multiply.
  public static let mostNodes = 2_000_000

  /// Reads every document of a file. A document that is broken costs no other.
  ///
  /// - Parameter keepsLines: whether documents can tell the line of each of their parts; costs memory.
  public static func documents(
    _ bytes: [UInt8], keepsLines: Bool = false
  ) -> (documents: [MarkedDocument], problems: [ParseProblem]) {
    var documents: [MarkedDocument] = []
    var problems: [ParseProblem] = []
    if let offset = JSONFault.invalidUTF8(in: bytes) {
      let line = bytes.prefix(offset).reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
      return ([], [ParseProblem(line: line, message: "not UTF-8 at byte \(offset)")])
    }
    for part in parts(of: bytes) {
      if let line = YAMLAliasGuard.refusedLine(in: part.bytes) {
        problems.append(
          ParseProblem(line: part.line + line - 1, message: "aliases beside a key that is no plain text are refused"))
        continue
      }
      do {
        let parser = try Parser(
          yaml: String(decoding: part.bytes, as: UTF8.self), resolver: .basic, encoding: .utf8)
        while let node = try parser.nextRoot() {
          var converter = Converter(firstLine: part.line, keepsLines: keepsLines)
          let value = try converter.value(of: node, depth: 0)
          guard !value.isNull else { continue }
          documents.append(
            MarkedDocument(
              value: value, line: converter.line(of: node), lines: converter.lines))
        }
      } catch let problem as ParseProblem {
        problems.append(problem)
      } catch {
        problems.append(YAMLReader.problem(error, firstLine: part.line))
      }
    }
    return (documents, problems)
  }

  /// The file cut at its document markers: `---` at the start of a line stands for nothing else.
  private static func parts(of bytes: [UInt8]) -> [(line: Int, bytes: ArraySlice<UInt8>)] {
    var parts: [(line: Int, bytes: ArraySlice<UInt8>)] = []
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var startLine = 1
    var line = 1
    var index = start
    while index < bytes.count {
      let isMarker =
        bytes[index...].starts(with: "---".utf8)
        && (index + 3 == bytes.count || [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index + 3]))
      if isMarker && index > start {
        parts.append((startLine, bytes[start..<index]))
        start = index
        startLine = line
      }
      guard let end = bytes[index...].firstIndex(of: 0x0A) else { break }
      index = end + 1
      line += 1
    }
    parts.append((startLine, bytes[start...]))
    return parts
  }

  private static func problem(_ error: any Error, firstLine: Int) -> ParseProblem {
    guard let error = error as? YamlError else {
      return ParseProblem(line: firstLine, message: "not valid YAML")
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ParseProblem(line: firstLine + mark.line - 1, message: "not valid YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { $0.description.prefix(80) }.sorted().joined(separator: ", ")
      return ParseProblem(
        line: firstLine + context.mark.line - 1, message: "a key is given twice: \(keys)")
    case .reader(let problem, _, _, _):
      return ParseProblem(line: firstLine, message: "not valid YAML: \(problem)")
    default:
      return ParseProblem(line: firstLine, message: "not valid YAML")
    }
  }

  /// Turns nodes into values, with line numbers and a budget.
  private struct Converter {
    let firstLine: Int
    let keepsLines: Bool
    var lines: [[PathStep]: Int] = [:]
    private var path: [PathStep] = []
    private var budget = YAMLReader.mostNodes

    init(firstLine: Int, keepsLines: Bool) {
      self.firstLine = firstLine
      self.keepsLines = keepsLines
    }

    func line(of node: Node) -> Int { firstLine + (node.mark?.line ?? 1) - 1 }

    mutating func value(of node: Node, depth: Int) throws -> Value {
      budget -= 1
      guard budget > 0 else {
        throw ParseProblem(
          line: line(of: node), message: "expands to over \(YAMLReader.mostNodes) nodes through aliases")
      }
      guard depth < YAMLReader.deepest else {
        throw ParseProblem(
          line: line(of: node), message: "nested deeper than \(YAMLReader.deepest) levels")
      }
      // A value under a key stands where its key does.
      if keepsLines && lines[path] == nil { lines[path] = line(of: node) }
      switch node {
      case .scalar(let scalar): return try value(of: scalar, node)
      case .sequence(let sequence):
        var elements: [Value] = []
        for (index, element) in sequence.enumerated() {
          path.append(.index(index))
          elements.append(try value(of: element, depth: depth + 1))
          path.removeLast()
        }
        return .list(elements)
      case .mapping(let mapping): return try value(of: mapping, depth: depth)
      case .alias:
        throw ParseProblem(line: line(of: node), message: "an alias that names nothing")
      }
    }

    private mutating func value(of mapping: Node.Mapping, depth: Int) throws -> Value {
      var own: [(String, Value)] = []
      var merged: [(String, Value)] = []
      for (keyNode, valueNode) in mapping {
        guard let scalar = keyNode.scalar else {
          throw ParseProblem(line: line(of: keyNode), message: "a key that is no text")
        }
        path.append(.key(scalar.string))
        if keepsLines { lines[path] = line(of: keyNode) }
        let value = try value(of: valueNode, depth: depth + 1)
        path.removeLast()
        guard scalar.string != "<<" || scalar.style != .plain else {
          for source in value.list ?? [value] {
            merged += (source.map?.entries ?? []).map { ($0.key, $0.value) }
          }
          continue
        }
        own.append((scalar.string, value))
      }
      // Keys of its own outrank merged ones, and of those the first: later pairs win in a Mapping.
      let result = Mapping(merged.reversed() + own)
      let ownKeys = Mapping(own)
      guard ownKeys.count == own.count else {
        throw ParseProblem(line: line(of: .mapping(mapping)), message: "a key is given twice")
      }
      return .map(result)
    }

    private func value(of scalar: Node.Scalar, _ node: Node) throws -> Value {
      switch scalar.tag.description {
      case "", "?": break
      case "tag:yaml.org,2002:str", "!": return .string(scalar.string)
      case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
        "tag:yaml.org,2002:null":
        break
      case let tag:
        throw ParseProblem(line: line(of: node), message: "the tag \(tag) is not supported")
      }
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      guard let value = YAMLScalar.value(of: scalar.string) else {
        throw ParseProblem(
          line: line(of: node), message: "a number is out of range")
      }
      return value
    }
  }
}

extension ParseProblem: Error {}
