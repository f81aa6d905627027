internal import Controls

/// Findings that are mended in the same way.
///
/// Remedies differ by the names of what they mend, mostly. Such a remedy is told once, with marks in the places of the
/// names; put back, they give the text of each finding exactly.
struct FindingGroup {
  let remedy: String
  let yaml: String?
  /// What is wrong, as far as it is the same for all.
  let message: SharedText
  let members: [FindingHistory]

  /// In the order of the first of each.
  static func groups(_ findings: [FindingHistory]) -> [FindingGroup] {
    struct Key: Hashable {
      let remedy: String
      let yaml: String?
    }
    var order: [Key] = []
    var members: [Key: [FindingHistory]] = [:]
    for history in findings {
      let pattern = NamePattern(history.finding.subject)
      let key = Key(remedy: pattern.pattern(history.finding.remedy), yaml: history.finding.remedyYAML.map(pattern.pattern))
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(history)
    }
    return order.map { key in
      let members = members[key] ?? []
      let first = members.first?.finding
      let isSame = members.allSatisfy { $0.finding.remedy == first?.remedy && $0.finding.remedyYAML == first?.remedyYAML }
      return FindingGroup(
        remedy: isSame ? first?.remedy ?? key.remedy : key.remedy, yaml: isSame ? first?.remedyYAML : key.yaml,
        message: SharedText(members.map(\.finding.message)), members: members)
    }
  }

  /// Whether the texts stand for several, by marks.
  var hasMarks: Bool { NamePattern.hasMarks(remedy) || yaml.map(NamePattern.hasMarks) ?? false }
}

/// What texts have in common at their ends, in whole words: each is the start, its own part, and the end.
struct SharedText: Equatable {
  /// Less in common is not worth telling apart.
  private static let least = 12

  /// Bytes at the start and at the end of each.
  private let startLength: Int
  private let endLength: Int
  let start: String
  let end: String
  /// Whether the texts are all the same, and `start` is all of them.
  let isWhole: Bool

  var hasSome: Bool { startLength + endLength > 0 }

  init(_ texts: [String]) {
    let first = Array((texts.first ?? "").utf8)
    isWhole = texts.allSatisfy { Array($0.utf8) == first }
    guard !isWhole else {
      (startLength, endLength) = (first.count, 0)
      (start, end) = (texts.first ?? "", "")
      return
    }
    var (head, tail) = (first.count, first.count)
    for text in texts.dropFirst() {
      let bytes = Array(text.utf8)
      head = min(head, zip(first, bytes).prefix { $0 == $1 }.count)
      tail = min(tail, zip(first.reversed(), bytes.reversed()).prefix { $0 == $1 }.count)
    }
    let space = UInt8(ascii: " ")
    head = first[..<head].lastIndex(of: space).map { $0 + 1 } ?? 0
    let shortest = texts.map(\.utf8.count).min() ?? 0
    tail = min(tail, shortest - head)
    tail = first[(first.count - tail)...].firstIndex(of: space).map { first.count - $0 } ?? 0
    if head + tail < SharedText.least { (head, tail) = (0, 0) }
    (startLength, endLength) = (head, tail)
    start = String(decoding: first[..<head], as: UTF8.self)
    end = String(decoding: first[(first.count - tail)...], as: UTF8.self)
  }

  /// What of one of the texts is its own.
  func own(_ text: String) -> String {
    String(decoding: text.utf8.dropFirst(startLength).dropLast(endLength), as: UTF8.self)
  }
}

/// Puts marks in the places of a subject's names.
struct NamePattern {
  static let namespaceMark = "‹namespace›"
  static let nameMark = "‹name›"

  private let subject: CheckResult.Subject

  init(_ subject: CheckResult.Subject) { self.subject = subject }

  static func hasMarks(_ text: String) -> Bool { text.contains(namespaceMark) || text.contains(nameMark) }

  /// The text with marks; as it is where they could not be told from the text's own.
  func pattern(_ text: String) -> String {
    guard !text.utf8.contains(0xE2) || !text.contains("‹") else { return text }
    let marked = NamePattern.replace(
      subject.name, by: NamePattern.nameMark,
      in: subject.scope.map { NamePattern.replace($0, by: NamePattern.namespaceMark, in: text) } ?? text)
    return self.text(of: marked) == text ? marked : text
  }

  /// The names put back.
  func text(of pattern: String) -> String {
    pattern.replacing(NamePattern.namespaceMark, with: subject.scope ?? NamePattern.namespaceMark)
      .replacing(NamePattern.nameMark, with: subject.name)
  }

  /// Replaces a name where it stands by itself, not within a longer one.
  private static func replace(_ name: String, by mark: String, in text: String) -> String {
    let (text, name) = (Array(text.utf8), Array(name.utf8))
    guard !name.isEmpty, text.count >= name.count else { return String(decoding: text, as: UTF8.self) }
    func isOfName(_ index: Int) -> Bool {
      guard text.indices.contains(index) else { return false }
      switch text[index] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...0xFF:
        return true
      default: return false
      }
    }
    var result: [UInt8] = []
    var index = 0
    while index < text.count {
      let end = index + name.count
      if text[index] == name[0], end <= text.count, text[index..<end].elementsEqual(name), !isOfName(index - 1), !isOfName(end) {
        result += Array(mark.utf8)
        index = end
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
