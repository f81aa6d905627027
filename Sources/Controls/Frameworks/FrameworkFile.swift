internal import Integrity
internal import KubeModel

/// Something wrong in a framework file.
package struct FrameworkProblem: Sendable, Hashable, CustomStringConvertible {
  package let line: Int
  package let message: String
  package var description: String { "\(line): \(message)" }
}

/// Reads framework files, telling every error at once.
package struct FrameworkFile {
  private let document: MarkedDocument
  private var problems: [FrameworkProblem] = []

  /// Reads a file; the framework is nil where any problem was found.
  package static func read(_ bytes: [UInt8]) -> (framework: Framework?, problems: [FrameworkProblem]) {
    let (documents, parseProblems) = YAMLReader.documents(bytes, keepsLines: true)
    var problems = parseProblems.map { FrameworkProblem(line: $0.line, message: $0.message) }
    guard let document = documents.first, documents.count == 1 else {
      if problems.isEmpty {
        problems.append(
          FrameworkProblem(
            line: documents.dropFirst().first?.line ?? 1,
            message: "a framework file holds exactly one YAML document"))
      }
      return (nil, problems)
    }
    var file = FrameworkFile(document: document)
    let framework = file.framework(digest: SHA256Digest.hex(bytes))
    problems += file.problems
    problems.sort { ($0.line, $0.message) < ($1.line, $1.message) }
    return (problems.isEmpty ? framework : nil, problems)
  }

  private init(document: MarkedDocument) { self.document = document }

  private mutating func report(_ path: [PathStep], _ message: String) {
    problems.append(FrameworkProblem(line: document.line(of: path), message: message))
  }

  // MARK: Structure

  private mutating func framework(digest: String) -> Framework {
    let root = document.value
    checkKeys(
      root, at: [],
      allowed: ["id", "name", "version", "aliases", "source", "note", "controls"],
      required: ["id", "name", "version", "source", "controls"])
    let id = text(root, "id", at: [])
    if !id.isEmpty, !id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) {
      report([.key("id")], "'\(id)' may hold letters, digits, '.', '-' and '_' only")
    }
    var controls: [Framework.Control] = []
    var seen: [String: Int] = [:]
    for (index, value) in list(root, "controls", at: []).enumerated() {
      let path: [PathStep] = [.key("controls"), .index(index)]
      let control = control(value, at: path)
      if let first = seen[control.id], !control.id.isEmpty {
        report(path + [.key("id")], "control '\(control.id)' is defined already on line \(first)")
      } else {
        seen[control.id] = document.line(of: path + [.key("id")])
      }
      controls.append(control)
    }
    if root["controls"]?.list?.isEmpty == true { report([.key("controls")], "'controls' is empty") }
    return Framework(
      id: id, name: text(root, "name", at: []), version: text(root, "version", at: []),
      aliases: strings(root, "aliases", at: []), source: text(root, "source", at: []),
      note: optionalText(root, "note", at: []), controls: controls, digest: digest)
  }

  private mutating func control(_ value: Value, at path: [PathStep]) -> Framework.Control {
    checkKeys(
      value, at: path,
      allowed: [
        "id", "title", "requirement", "level", "assessment", "checks", "attestations", "effective",
      ], required: ["id", "title", "requirement"])
    var mappings: [Framework.Mapping] = []
    for (index, mapping) in list(value, "checks", at: path).enumerated() {
      let place = path + [.key("checks"), .index(index)]
      checkKeys(mapping, at: place, allowed: ["id", "strength"], required: ["id", "strength"])
      let id = checkID(text(mapping, "id", at: place), at: place + [.key("id")])
      let word = text(mapping, "strength", at: place)
      let strength = Framework.Strength(rawValue: word)
      if strength == nil && !word.isEmpty {
        report(
          place + [.key("strength")],
          "'\(word)' is no strength; it is one of full, partial and context")
      }
      if !id.isEmpty, mappings.contains(where: { $0.check == id }) {
        report(place, "check '\(id)' is mapped twice")
      }
      mappings.append(Framework.Mapping(check: id, strength: strength ?? .context))
    }
    for (index, element) in (value["effective"]?.list ?? []).enumerated() {
      _ = checkID(element.string ?? "", at: path + [.key("effective"), .index(index)])
    }
    return Framework.Control(
      id: text(value, "id", at: path), title: text(value, "title", at: path),
      requirement: text(value, "requirement", at: path), level: optionalText(value, "level", at: path),
      assessment: optionalText(value, "assessment", at: path), checks: mappings,
      attestations: strings(value, "attestations", at: path), effective: strings(value, "effective", at: path))
  }

  // MARK: Values

  private mutating func checkKeys(
    _ value: Value, at path: [PathStep], allowed: [String], required: [String]
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

  private mutating func text(_ value: Value, _ key: String, at path: [PathStep]) -> String {
    optionalText(value, key, at: path) ?? ""
  }

  private mutating func optionalText(_ value: Value, _ key: String, at path: [PathStep]) -> String? {
    guard let found = value[key] else { return nil }
    guard let text = found.string, !text.isEmpty else {
      report(path + [.key(key)], "'\(key)' must be text; put a number in quotes")
      return nil
    }
    return text
  }

  private mutating func list(_ value: Value, _ key: String, at path: [PathStep]) -> [Value] {
    guard let found = value[key] else { return [] }
    guard let list = found.list else {
      report(path + [.key(key)], "'\(key)' must be a list")
      return []
    }
    return list
  }

  private mutating func strings(_ value: Value, _ key: String, at path: [PathStep]) -> [String] {
    var result: [String] = []
    for (index, element) in list(value, key, at: path).enumerated() {
      guard let text = element.string else {
        report(path + [.key(key), .index(index)], "'\(key)' holds something that is not text")
        continue
      }
      result.append(text)
    }
    return result
  }

  private mutating func checkID(_ id: String, at path: [PathStep]) -> String {
    if !id.isEmpty && !CheckCatalog.knownIDs.contains(id) {
      report(path, "there is no check '\(id)'" + NearMiss.suffix(id, among: CheckCatalog.knownIDs.sorted()))
    }
    return id
  }
}
