internal import KubeModel

/// Pieces of OSCAL documents, in the forms that its schema takes.
enum OSCALField {
  /// The namespace of properties that are ours.
  private static let namespace: Value = "urn:ambit:oscal:1"

  /// A property; nil where there is nothing to say, since a value may not be empty.
  static func property(_ name: String, _ value: String?) -> Value? {
    let line = ExportText.line(value ?? "")
    return line.isEmpty ? nil : ["name": .string(name), "ns": namespace, "value": .string(line)]
  }

  static func properties(_ pairs: KeyValuePairs<String, String?>) -> Value? {
    .nonEmpty(pairs.compactMap { property($0.key, $0.value) })
  }

  /// A time from 1970 to 2999: the schema takes no later one, and a waiver may be meant to last for ever.
  static func time(_ milliseconds: Int64) -> Value { .time(min(max(milliseconds, 0), 32_503_679_999_000)) }

  /// Text of one line, where no markup is read.
  static func line(_ text: String) -> Value { .string(ExportText.filled(text)) }

  /// Text in which OSCAL reads Markdown.
  static func markup(_ text: String) -> Value { .string(SafeText.markdown(ExportText.filled(text))) }

  /// A token: it begins with a letter and holds letters, digits, `.`, `-` and `_` only.
  ///
  /// As NIST's own catalogs do, `AC-4(21)` becomes `AC-4.21`; any other sign becomes `_` and its number.
  static func token(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "(": result += "."
      case ")": continue
      case ".", "-", "_": result.unicodeScalars.append(scalar)
      case _ where ExportText.isAlphanumeric(scalar): result.unicodeScalars.append(scalar)
      default: result += "_" + String(scalar.value, radix: 16)
      }
    }
    return result.unicodeScalars.first.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) } == true ? result : "_\(result)"
  }

  /// Such as `cis-kubernetes-1.12.0_5.3.2`: ids of controls begin with digits, and mean something in their framework only.
  static func control(_ id: String, of framework: String) -> Value { .string(token("\(framework)_\(id)")) }

  /// References to other parts, by a key such as `risk-uuid`.
  static func references(_ key: String, _ ids: [String]) -> Value? {
    .nonEmpty(ids.map { .map(Mapping([(key, .string($0))])) })
  }
}
