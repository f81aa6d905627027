internal import KubeModel

extension FieldReader {
  /// The moment under a key, in milliseconds since 1970; nil, and reported, where it is none.
  ///
  /// A date means the end of that day, in UTC: what is valid until the 31st is valid on the 31st.
  mutating func moment(_ value: Value, _ key: String, at path: [PathStep]) -> Int64? {
    let text = text(value, key, at: path)
    guard !text.isEmpty else { return nil }
    // No clock is asked: a time that is told by another has no place in a file.
    let isAbsolute = text.first?.isNumber == true && !text.hasSuffix("ago")
    guard isAbsolute, let moment = Moment(text, now: Moment(milliseconds: 0), day: .end) else {
      report(path + [.key(key)], "'\(text)' is no time; write a date such as 2026-12-31, or RFC 3339")
      return nil
    }
    return moment.milliseconds
  }

  /// The length of time under a key, in milliseconds, as `5m`, `1h30m` or `7d`; nil, and reported, where it is none.
  mutating func length(_ value: Value, _ key: String, at path: [PathStep]) -> Int64? {
    guard let text = optionalText(value, key, at: path) else { return nil }
    guard !text.hasSuffix("ago"), let ago = Moment("\(text) ago", now: Moment(milliseconds: 0), day: .start), ago.milliseconds < 0
    else {
      report(path + [.key(key)], "'\(text)' is no length of time; write 5m, 1h30m or 7d")
      return nil
    }
    return -ago.milliseconds
  }
}
