internal import KubeModel

extension Value {
  /// A mapping of the fields that have a value: what is absent is left out, never null.
  static func fields(_ fields: KeyValuePairs<String, Value?>) -> Value {
    .map(Mapping(fields.compactMap { entry in entry.value.map { (entry.key, $0) } }))
  }

  static func texts(_ texts: [String]) -> Value { .list(texts.map(Value.string)) }
  static func count(_ number: Int) -> Value { .int(Int64(number)) }

  /// A moment in milliseconds since 1970, as RFC 3339 in UTC.
  static func time(_ milliseconds: Int64) -> Value { .string(ExportText.time(milliseconds)) }

  /// Nil where there are no elements: some formats refuse lists without any.
  static func nonEmpty(_ elements: [Value]) -> Value? { elements.isEmpty ? nil : .list(elements) }
}
