/// A line of the log backend's format `legacy`: `TIME AUDIT: id="…" stage="…" …`.
///
/// It has no bodies, no level and no reference to the object, which is read from the path instead.
struct LegacyLine: EventSource {
  private let values: [String: String]
  private let time: String

  /// Nil where the line is of another kind.
  static func isOne(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let space = text.prefix(64).firstIndex(of: 0x20) else { return false }
    return text[space...].starts(with: " AUDIT: id=".utf8)
  }

  init(_ text: UnsafeBufferPointer<UInt8>) throws(RecordFault) {
    guard let text = String(validating: text, as: UTF8.self) else {
      throw RecordFault(reason: "an audit event that is no UTF-8")
    }
    let parts = text.split(separator: " AUDIT: ", maxSplits: 1)
    guard parts.count == 2 else { throw RecordFault(reason: "an audit event without fields") }
    time = String(parts[0])
    var values: [String: String] = [:]
    var rest = parts[1].utf8[...]
    while !rest.isEmpty {
      let name = rest.prefix { $0 != UInt8(ascii: "=") }
      rest = rest.dropFirst(name.count + 1)
      guard let value = QuotedText.value(&rest) else { throw RecordFault(reason: "an audit event that breaks off") }
      guard values.updateValue(value, forKey: String(Substring(name))) == nil else {
        throw RecordFault(reason: "an audit event in which a field is given twice")
      }
      rest = rest.drop { $0 == 0x20 }
    }
    self.values = values
  }

  /// The value of a field; nil where the server had none.
  private func value(_ name: String) -> String? {
    guard let value = values[name], !["<none>", "<self>", "<lookup>", "<unknown>", "<deferred>"].contains(value),
      !value.isEmpty
    else { return nil }
    return value
  }

  /// The names of groups, each in quotes, with commas between them.
  private func groups(_ name: String) throws(RecordFault) -> [String]? {
    guard let text = value(name) else { return nil }
    var groups: [String] = []
    var rest = text.utf8[...]
    while !rest.isEmpty {
      guard let group = QuotedText.value(&rest) else { throw RecordFault(reason: "an audit event whose \(name) break off") }
      groups.append(group)
      rest = rest.dropFirst()
    }
    return groups
  }

  func verb() throws(RecordFault) -> String {
    guard let verb = value("method") else { throw RecordFault(reason: "an audit event without a verb") }
    return verb
  }

  var tellsObject: Bool { value("uri") != nil }

  func objectReference() throws(RecordFault) -> AuditObjectReference? {
    value("uri").flatMap { RequestURI($0).objectReference }
  }

  func event(
    verb: String, _ objectReference: AuditObjectReference?, _ provenance: AuditProvenance
  ) throws(RecordFault) -> AuditEvent {
    guard let response = values["response"] else { throw RecordFault(reason: "an audit event that breaks off") }
    let code = Int(response)
    guard code != nil || response == "<deferred>" else {
      throw RecordFault(reason: "an audit event whose response is no number")
    }
    let impersonated = try value("as").map { name throws(RecordFault) in
      AuditUser(username: name, uid: nil, groups: try groups("asgroups"), extra: [:])
    }
    return AuditEvent(
      auditID: value("id"), level: nil, stage: value("stage").map(AuditStage.init), verb: verb,
      requestURI: value("uri").map(RequestURI.init),
      user: AuditUser(username: value("user"), uid: nil, groups: try groups("groups") ?? [], extra: [:]),
      impersonatedUser: impersonated, sourceIPs: value("ip").map { [$0] } ?? [], userAgent: value("user-agent"),
      objectRef: objectReference,
      response: code.map {
        AuditResponse(code: $0, rpcCode: nil, status: nil, reason: nil, message: nil, details: nil)
      }, requestObject: nil, responseObject: nil, requestReceived: AuditTime(time), stageTime: nil, annotations: [:],
      isTruncated: false, provenance: provenance)
  }
}

/// Text in quotes with the escapes of Go's `%q`.
private enum QuotedText {
  /// Takes a quoted text from the front of bytes; nil where none stands there whole.
  static func value(_ text: inout Substring.UTF8View) -> String? {
    guard text.popFirst() == UInt8(ascii: "\"") else { return nil }
    var result: [UInt8] = []
    while let byte = text.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escape = text.popFirst(), append(escape, &text, to: &result) else { return nil }
      default: result.append(byte)
      }
    }
    return nil
  }

  private static func append(_ escape: UInt8, _ text: inout Substring.UTF8View, to result: inout [UInt8]) -> Bool {
    let plain: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x61: 7, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11,
    ]
    if let byte = plain[escape] {
      result.append(byte)
      return true
    }
    let lengths: [UInt8: Int] = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
    guard let length = lengths[escape] else { return false }
    let digits = text.prefix(length)
    guard digits.count == length, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let number = UInt32(Substring(digits), radix: 16)
    else { return false }
    text = text.dropFirst(length)
    if length == 2 {
      // A byte that is part of no character.
      result.append(UInt8(truncatingIfNeeded: number))
      return true
    }
    guard let scalar = Unicode.Scalar(number) else { return false }
    result += String(Character(scalar)).utf8
    return true
  }
}
