internal import Integrity
package import KubeModel

/// Reads framework files, telling every error at once.
package struct FrameworkFile {
  private var fields: FieldReader

  /// Reads a file; the framework is nil where any problem was found.
  package static func read(_ bytes: [UInt8]) -> (framework: Framework?, problems: [FieldProblem]) {
    let (framework, problems) = FieldReader.read(bytes, as: "a framework file") { fields in
      var file = FrameworkFile(fields: fields)
      defer { fields = file.fields }
      return file.framework(digest: SHA256Digest.hex(bytes))
    }
    return (framework, problems)
  }

  // MARK: Structure

  private mutating func framework(digest: String) -> Framework {
    let root = fields.root
    fields.checkKeys(
      root, at: [],
      allowed: ["id", "name", "version", "aliases", "source", "note", "controls"],
      required: ["id", "name", "version", "source", "controls"])
    let id = fields.text(root, "id", at: [])
    if !id.isEmpty, !id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) {
      fields.report([.key("id")], "'\(id)' may hold letters, digits, '.', '-' and '_' only")
    }
    var controls: [Framework.Control] = []
    var seen: [String: Int] = [:]
    for (index, value) in fields.list(root, "controls", at: []).enumerated() {
      let path: [PathStep] = [.key("controls"), .index(index)]
      let control = control(value, at: path)
      if let first = seen[control.id], !control.id.isEmpty {
        fields.report(path + [.key("id")], "control '\(control.id)' is defined already on line \(first)")
      } else {
        seen[control.id] = fields.document.line(of: path + [.key("id")])
      }
      controls.append(control)
    }
    if root["controls"]?.list?.isEmpty == true { fields.report([.key("controls")], "'controls' is empty") }
    return Framework(
      id: id, name: fields.text(root, "name", at: []), version: fields.text(root, "version", at: []),
      aliases: fields.strings(root, "aliases", at: []), source: fields.text(root, "source", at: []),
      note: fields.optionalText(root, "note", at: []), controls: controls, digest: digest)
  }

  private mutating func control(_ value: Value, at path: [PathStep]) -> Framework.Control {
    fields.checkKeys(
      value, at: path,
      allowed: [
        "id", "title", "requirement", "level", "assessment", "checks", "attestations", "effective",
      ], required: ["id", "title", "requirement"])
    var mappings: [Framework.Mapping] = []
    for (index, mapping) in fields.list(value, "checks", at: path).enumerated() {
      let place = path + [.key("checks"), .index(index)]
      fields.checkKeys(mapping, at: place, allowed: ["id", "strength"], required: ["id", "strength"])
      let id = checkID(fields.text(mapping, "id", at: place), at: place + [.key("id")])
      let word = fields.text(mapping, "strength", at: place)
      let strength = Framework.Strength(rawValue: word)
      if strength == nil && !word.isEmpty {
        fields.report(
          place + [.key("strength")],
          "'\(word)' is no strength; it is one of full, partial and context")
      }
      if !id.isEmpty, mappings.contains(where: { $0.check == id }) {
        fields.report(place, "check '\(id)' is mapped twice")
      }
      mappings.append(Framework.Mapping(check: id, strength: strength ?? .context))
    }
    for (index, element) in (value["effective"]?.list ?? []).enumerated() {
      _ = checkID(element.string ?? "", at: path + [.key("effective"), .index(index)])
    }
    return Framework.Control(
      id: fields.text(value, "id", at: path), title: fields.text(value, "title", at: path),
      requirement: fields.text(value, "requirement", at: path), level: fields.optionalText(value, "level", at: path),
      assessment: fields.optionalText(value, "assessment", at: path), checks: mappings,
      attestations: fields.strings(value, "attestations", at: path), effective: fields.strings(value, "effective", at: path))
  }

  private mutating func checkID(_ id: String, at path: [PathStep]) -> String {
    if !id.isEmpty && !CheckCatalog.knownIDs.contains(id) {
      fields.report(path, "there is no check '\(id)'" + NearMiss.suffix(id, among: CheckCatalog.knownIDs.sorted()))
    }
    return id
  }
}
