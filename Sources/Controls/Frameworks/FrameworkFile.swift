internal import Integrity
package import KubeModel
internal import Registers

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
      allowed: [
        "id", "name", "version", "aliases", "supersedes", "kubernetes", "source", "note", "coverage", "uncovered",
        "baselines", "controls",
      ],
      required: ["id", "name", "version", "source", "controls"])
    let baselines = titles(root, "baselines").map { Framework.Baseline(id: $0.id, title: $0.title) }
    var controls: [Framework.Control] = []
    var seen = SeenIDs(what: "control")
    for (index, value) in fields.list(root, "controls", at: []).enumerated() {
      let path: [PathStep] = [.key("controls"), .index(index)]
      let control = control(value, baselines.map(\.id), at: path)
      seen.add(control.id, at: path + [.key("id")], &fields)
      for (alias, place) in fields.texts(value, "aliases", at: path) { seen.add(alias, at: place, &fields) }
      controls.append(control)
    }
    if root["controls"]?.list?.isEmpty == true { fields.report([.key("controls")], "'controls' is empty") }
    var framework = Framework(
      id: name(root, "id"), name: fields.text(root, "name", at: []), version: fields.text(root, "version", at: []),
      aliases: fields.strings(root, "aliases", at: []), source: fields.text(root, "source", at: []),
      note: fields.optionalText(root, "note", at: []), controls: controls, digest: digest)
    framework.supersedes = root["supersedes"].map { _ in name(root, "supersedes") }
    framework.kubernetes = kubernetes(root)
    framework.coverage = fields.optionalText(root, "coverage", at: [])
    framework.baselines = baselines
    for (index, entry) in titles(root, "uncovered").enumerated() {
      if seen.contains(entry.id) {
        fields.report([.key("uncovered"), .index(index), .key("id")], "'\(entry.id)' is a control of this file")
      }
      framework.uncovered.append(Framework.Uncovered(id: entry.id, title: entry.title))
    }
    return framework
  }

  private mutating func control(_ value: Value, _ baselines: [String], at path: [PathStep]) -> Framework.Control {
    fields.checkKeys(
      value, at: path,
      allowed: [
        "id", "aliases", "title", "requirement", "level", "assessment", "baselines", "checks", "attestations", "effective",
        "clocks", "retention",
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
    var control = Framework.Control(
      id: fields.text(value, "id", at: path), title: fields.text(value, "title", at: path),
      requirement: fields.text(value, "requirement", at: path), level: fields.optionalText(value, "level", at: path),
      assessment: fields.optionalText(value, "assessment", at: path), checks: mappings,
      attestations: fields.strings(value, "attestations", at: path), effective: fields.strings(value, "effective", at: path))
    control.aliases = (value["aliases"]?.list ?? []).compactMap(\.string)
    for (id, place) in fields.texts(value, "baselines", at: path) {
      if !baselines.contains(id) {
        fields.report(place, "there is no baseline '\(id)' in this file" + NearMiss.suffix(id, among: baselines))
      }
      control.baselines.append(id)
    }
    control.clocks = clocks(value, mappings.map(\.check), at: path)
    control.retention = retention(value, at: path)
    return control
  }

  // MARK: Time

  private mutating func clocks(_ control: Value, _ mapped: [String], at path: [PathStep]) -> [Framework.Clock] {
    var clocks: [Framework.Clock] = []
    for (index, value) in fields.list(control, "clocks", at: path).enumerated() {
      let place = path + [.key("clocks"), .index(index)]
      fields.checkKeys(
        value, at: place, allowed: ["check", "every", "warn", "note"], required: ["check", "every", "warn"])
      let check = checkID(fields.text(value, "check", at: place), at: place + [.key("check")])
      if FrameworkFile.isCheck(check) && !mapped.contains(check) {
        fields.report(place + [.key("check")], "the control is not mapped to check '\(check)'")
      }
      let note = fields.optionalText(value, "note", at: place)
      let every = interval(value, "every", at: place)
      let warn = interval(value, "warn", at: place)
      guard let every, let warn else { continue }
      if !warn.isShorter(than: every) {
        fields.report(place + [.key("warn")], "'warn' must be shorter than 'every', which is \(every)")
      }
      clocks.append(Framework.Clock(check: check, every: every, warn: warn, note: note))
    }
    return clocks
  }

  private mutating func retention(_ control: Value, at path: [PathStep]) -> Framework.Retention? {
    guard let value = control["retention"] else { return nil }
    let place = path + [.key("retention")]
    fields.checkKeys(value, at: place, allowed: ["keep", "atHand", "note"], required: ["keep"])
    let note = fields.optionalText(value, "note", at: place)
    let keep = interval(value, "keep", at: place)
    let atHand = interval(value, "atHand", at: place)
    guard let keep else { return nil }
    if let atHand, keep.isShorter(than: atHand) {
      fields.report(place + [.key("atHand")], "'atHand' must not be longer than 'keep', which is \(keep)")
    }
    return Framework.Retention(keep: keep, atHand: atHand, note: note)
  }

  private mutating func interval(_ value: Value, _ key: String, at path: [PathStep]) -> CalendarInterval? {
    guard let text = fields.optionalText(value, key, at: path) else { return nil }
    let interval = CalendarInterval(text)
    if interval == nil {
      fields.report(path + [.key(key)], "'\(text)' is no length of time; \(CalendarInterval.forms)")
    }
    return interval
  }

  // MARK: Words

  private mutating func name(_ root: Value, _ key: String) -> String {
    let name = fields.text(root, key, at: [])
    if !name.isEmpty, !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) {
      fields.report([.key(key)], "'\(name)' may hold letters, digits, '.', '-' and '_' only")
    }
    return name
  }

  private mutating func kubernetes(_ root: Value) -> String? {
    guard let text = fields.optionalText(root, "kubernetes", at: []) else { return nil }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
      end.split(separator: ".", omittingEmptySubsequences: false).map { $0.allSatisfy(\.isNumber) ? Int($0) : nil }
    }
    let numbers = ends.map { $0.compactMap(\.self) }
    guard zip(ends, numbers).allSatisfy({ $0.count == 2 && $1.count == 2 }),
      numbers.count == 1 || numbers.count == 2 && numbers[0].lexicographicallyPrecedes(numbers[1])
    else {
      fields.report(
        [.key("kubernetes")],
        "'\(text)' names no versions of Kubernetes; write one such as '1.34', or the first and the last: '1.32-1.34'")
      return nil
    }
    return text
  }

  /// A list of ids with their titles, each id once.
  private mutating func titles(_ root: Value, _ key: String) -> [(id: String, title: String)] {
    var entries: [(id: String, title: String)] = []
    var seen = SeenIDs(what: key == "baselines" ? "baseline" : "requirement")
    for (index, value) in fields.list(root, key, at: []).enumerated() {
      let path: [PathStep] = [.key(key), .index(index)]
      fields.checkKeys(value, at: path, allowed: ["id", "title"], required: ["id", "title"])
      let id = fields.text(value, "id", at: path)
      seen.add(id, at: path + [.key("id")], &fields)
      entries.append((id, fields.text(value, "title", at: path)))
    }
    return entries
  }

  private mutating func checkID(_ id: String, at path: [PathStep]) -> String {
    if !id.isEmpty && !FrameworkFile.isCheck(id) {
      fields.report(path, "there is no check '\(id)'" + NearMiss.suffix(id, among: CheckCatalog.knownIDs.sorted()))
    }
    return id
  }

  /// Whether it is a check of Ambit's, or the id of an owner's own, which the register of assertions defines.
  private static func isCheck(_ id: String) -> Bool { CheckCatalog.knownIDs.contains(id) || CheckName.isOwn(id) }
}

/// The ids that a list has had so far, and where.
private struct SeenIDs {
  /// What has the ids, in singular.
  let what: String
  private var lines: [String: Int] = [:]

  init(what: String) { self.what = what }

  func contains(_ id: String) -> Bool { lines[id] != nil }

  mutating func add(_ id: String, at path: [PathStep], _ fields: inout FieldReader) {
    guard !id.isEmpty else { return }
    if let first = lines[id] {
      fields.report(path, "\(what) '\(id)' is defined already on line \(first)")
    } else {
      lines[id] = fields.document.line(of: path)
    }
  }
}
