/// Reads JSON into values, at the speed of simdjson.
public enum JSONReader {
  /// Documents nested deeper than this are refused.
  public static let deepest = 200

  /// Reads one document.
  ///
  /// Duplicate keys are refused, since readers differ on which of them counts.
  /// - Throws: what is wrong, with the line; the place is found by a second, slow reading.
  public static func value(_ bytes: [UInt8]) throws(KubeModelError) -> Value {
    try JSONDocument(bytes).root.value()
  }
}
