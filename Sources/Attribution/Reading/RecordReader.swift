internal import Integrity
internal import KubeModel

/// What reading a set of logs shares: what is wanted, who gets it, and the account of it.
final class ReadingState {
  let wants: AuditWants
  let deliver: (AuditEvent) throws -> Void
  var ledger = AuditLogLedger()
  /// The file that is being read.
  private(set) var file = ""

  init(_ wants: AuditWants, _ deliver: @escaping (AuditEvent) throws -> Void) {
    self.wants = wants
    self.deliver = deliver
  }

  func begin(_ file: String) {
    self.file = file
    ledger.begin(file: file)
  }
}

/// Recognises a record by its content, takes off what it is wrapped in, and gives the event in it to the caller.
final class RecordReader {
  private let state: ReadingState
  private let document: JSONDocument
  private var fields = RecordFields()
  private var lines = ContainerLines()
  /// How often a record may be wrapped.
  private let depth: Int
  /// Reads what stands in a string of a record.
  private var inner: RecordReader?

  private static let deepest = 4
  /// Decompressed, of a wrapper that holds its content as text.
  private static let longestEmbedded = RecordSplitter.longestRecord
  /// Looked for a bracket at which JSON may begin behind other text.
  private static let longestPrefix = 1 << 10
  /// What CloudWatch puts at the end of what it cut off.
  private static let cutMark = Array("[Truncated...]".utf8)

  private static func isCutByCloudWatch(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.suffix(cutMark.count).elementsEqual(cutMark)
  }

  init(_ state: ReadingState, depth: Int = 0) throws {
    self.state = state
    self.depth = depth
    document = try JSONDocument()
  }

  func damage(line: Int?, _ reason: () -> String) { state.ledger.damage(line: line, reason) }

  // MARK: Entrances

  /// Reads bytes that should be one JSON object and no wrapper of many; false where they are something else.
  func readWhole(_ bytes: UnsafeBufferPointer<UInt8>, _ place: RecordPlace) throws -> Bool {
    guard let root = document.read(bytes), root.isMap else { return false }
    fields.read(root)
    guard !fields.hasLists else { return false }
    try readObject(root, taken: place, nil)
    return true
  }

  /// Reads one JSON value, whose ends are known.
  func read(_ bytes: UnsafeBufferPointer<UInt8>, _ place: RecordPlace) throws { try readJSON(bytes, place, nil) }

  /// Whether a line holds a record by itself.
  func isRecord(lineOf window: LogWindow, at place: Int) -> Bool {
    if place >= window.unread.count { _ = window.more() }
    guard place < window.unread.count, window.unread[place] == UInt8(ascii: "{") else { return false }
    let end = window.lineBreak(from: place, limit: place + RecordSplitter.longestLine) ?? window.unread.count
    guard let root = document.read(UnsafeBufferPointer(rebasing: window.unread[place..<end])), root.isMap else {
      return false
    }
    fields.read(root)
    let isWrapper = fields.mayWrap && (wrapped(nil) != nil || fields[.kubernetes]?["audit"] != nil)
    return isWrapper || fields.hasLists || EventParser.isEvent(fields) || CloudLoggingEntry(fields) != nil
  }

  /// Tells what the end of the log leaves open.
  func end() throws {
    for line in lines.unfinished() { damage(line: line) { "a line of a container whose rest is missing" } }
  }

  /// Reads text: an event with something before it, an event in text of its own, or another log.
  func readText(_ text: UnsafeBufferPointer<UInt8>, _ place: RecordPlace, _ format: AuditFormat) throws {
    if LegacyLine.isOne(text) {
      let line: LegacyLine
      do { line = try LegacyLine(text) } catch { return damage(line: place.line) { error.reason } }
      return try readEvent(line, place, format == .wrapped ? .legacy : format)
    }
    // No runtime wraps what another one has written.
    if format != .container, let line = ContainerLines.Line(text) {
      guard let whole = lines.add(line, place) else { return }
      return try whole.withBytes { try readContent($0, $1, .container) }
    }
    if let start = text.prefix(RecordReader.longestPrefix).firstIndex(of: UInt8(ascii: "{")) {
      let rest = UnsafeBufferPointer(rebasing: text[start...])
      if let root = document.read(rest), root.isMap {
        let kind = format == .wrapped ? RecordReader.format(ofPrefix: text[..<start]) : format
        return try readObject(root, place, kind)
      }
    }
    readForeign(text, place)
  }

  /// What a text before an event tells of who wrote it.
  private static func format(ofPrefix prefix: Slice<UnsafeBufferPointer<UInt8>>) -> AuditFormat {
    guard prefix.firstIndex(of: 0x20) == prefix.endIndex - 1 else { return .wrapped }
    let word = String(decoding: prefix.dropLast(), as: UTF8.self)
    if AuditTime(word).microseconds != nil { return .cloudWatchExport }
    let isName = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
    return isName ? .nodeLogs : .wrapped
  }

  /// Counts text that is no event. What may have been one is damage.
  private func readForeign(_ text: UnsafeBufferPointer<UInt8>, _ place: RecordPlace) {
    let marks = ["auditID", "AUDIT: id="]
    // Ends without beginnings: the end of a line whose beginning is missing.
    let depth = text.reduce(0) { $0 + ($1 == UInt8(ascii: "{") ? 1 : $1 == UInt8(ascii: "}") ? -1 : 0) }
    if depth < 0 || RecordReader.isCutByCloudWatch(text) || marks.contains(where: { text.contains($0.utf8) }) {
      damage(line: place.line) { "an audit event that is cut off" }
    } else if text.starts(with: "protoPayload:".utf8) {
      damage(line: place.line) { "an entry as YAML: export it with `--format=json`" }
    } else if text.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x1B }) {
      damage(line: place.line) { "no text: it holds control characters" }
    } else if String(validating: text, as: UTF8.self) == nil {
      damage(line: place.line) { "no text: it is not UTF-8" }
    } else {
      state.ledger.ignore(.text)
    }
  }

  // MARK: JSON

  private func readJSON(_ bytes: UnsafeBufferPointer<UInt8>, _ place: RecordPlace, _ format: AuditFormat?) throws {
    guard let root = document.read(bytes) else {
      return damage(line: place.line) { RecordReader.reason(bytes) }
    }
    try readObject(root, place, format)
  }

  /// Why bytes are no JSON; the slow reading that finds the place is spared with what is very long.
  private static func reason(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    if isCutByCloudWatch(bytes) { return "cut off by CloudWatch, which takes no event over 256 KiB" }
    guard bytes.count <= RecordSplitter.longestLine else { return "not valid JSON" }
    do {
      _ = try JSONReader.value(Array(bytes))
      return "not valid JSON"
    } catch {
      return "not valid JSON: \(error.message)"
    }
  }

  private func readObject(_ object: JSONPart, _ place: RecordPlace, _ format: AuditFormat?) throws {
    fields.read(object)
    try readObject(object, taken: place, format)
  }

  /// Reads an object whose fields have been taken.
  private func readObject(_ object: JSONPart, taken place: RecordPlace, _ format: AuditFormat?) throws {
    if let duplicate = fields.duplicate {
      return damage(line: place.line) { "the key '\(duplicate)' is given twice" }
    }
    if EventParser.isEvent(fields) {
      return try readEvent(EventParser(fields: fields), place, format ?? (place.list == .items ? .eventList : .event))
    }
    if let entry = CloudLoggingEntry(fields) { return try readEvent(entry, place, .cloudLogging) }
    if fields.mayWrap {
      if fields[.azureAuditID] != nil && fields[.azureStage] != nil { return try readAzureRow(object, place) }
      if let event = fields[.kubernetes]?["audit"], event.isMap { return try readObject(event, place, .wrapped) }
      if let content = wrapped(place.list) { return try readWrapped(content, place, format) }
      if fields[.category]?.utf8?.starts(with: "kube-audit".utf8) == true {
        return damage(line: place.line) { "a record of kube-audit without a log" }
      }
    }
    let lists = fields.lists
    guard !lists.isEmpty else { return state.ledger.ignore(.json) }
    for (list, items) in lists {
      for (index, item) in items.enumerated() {
        let inner = RecordPlace(
          line: place.line, lastLine: place.lastLine, item: place.item ?? index + 1, list: list, bytes: place.bytes)
        try readObject(item, inner, format)
      }
    }
  }

  private func readEvent(_ source: some EventSource, _ place: RecordPlace, _ format: AuditFormat) throws {
    let event: AuditEvent
    do throws(RecordFault) {
      let verb = try source.verb()
      guard state.wants.wants(verb: verb) else { return state.ledger.ignore(.verb) }
      let reference = try source.objectReference()
      guard state.wants.wants(reference) || !source.tellsObject else { return state.ledger.ignore(.resource) }
      event = try source.event(
        verb: verb, reference,
        AuditProvenance(
          file: state.file, line: place.line, lastLine: place.lastLine, item: place.item, format: format,
          record: Array(place.bytes)))
    } catch {
      return damage(line: place.line) { error.reason }
    }
    state.ledger.use()
    try state.deliver(event)
  }

  // MARK: Wrappers

  /// What a wrapper holds as text.
  private enum Content {
    case text(JSONPart, AuditFormat)
    /// A line of a container, as Docker writes it.
    case line(JSONPart, stream: String)
    /// In Base64, and mostly compressed.
    case packed(JSONPart)
  }

  private func wrapped(_ list: RecordList?) -> Content? {
    if let message = fields[.message] {
      if let data = message["data"] { return .packed(data) }
      switch list {
      case .events: return .text(message, .cloudWatch)
      case .logEvents: return .text(message, .cloudWatchSubscription)
      default: return .text(message, .wrapped)
      }
    }
    if let log = fields[.properties]?["log"] ?? fields[.azureLog] { return .text(log, .azureDiagnostics) }
    if let log = fields[.log] { return .line(log, stream: fields[.stream]?.string ?? "") }
    return (fields[.cloudWatch]?["data"] ?? fields[.kinesis]?["data"] ?? fields[.data]).map { .packed($0) }
  }

  private func readWrapped(_ content: Content, _ place: RecordPlace, _ format: AuditFormat?) throws {
    guard depth < RecordReader.deepest else { return damage(line: place.line) { "wrapped too often" } }
    let inner = try reader()
    switch content {
    case .text(let part, let kind):
      guard let text = part.utf8 else { return state.ledger.ignore(.json) }
      try inner.readContent(text, place, format ?? kind)
    case .line(let part, let stream):
      guard let text = part.utf8 else { return state.ledger.ignore(.json) }
      let isPartial = text.last != 0x0A && inner.isPartOfJSON(text, behind: lines.isPending(stream))
      let line = ContainerLines.Line(stream: stream, isPartial: isPartial, content: text)
      try lines.add(line, place)?.withBytes { try inner.readContent($0, $1, format ?? .container) }
    case .packed(let part):
      guard let text = part.utf8, let packed = Base64.bytes(text) else { return state.ledger.ignore(.json) }
      let content: [UInt8]
      do { content = try RecordReader.unpacked(packed) } catch { return damage(line: place.line) { error.reason } }
      try content.withUnsafeBufferPointer { try inner.readContent($0, place, format) }
    }
  }

  /// Whether text that no line break ends is cut off: shippers leave line breaks out.
  private func isPartOfJSON(_ text: UnsafeBufferPointer<UInt8>, behind isPending: Bool) -> Bool {
    guard text.trimmed.first == UInt8(ascii: "{") else { return isPending }
    return document.read(text) == nil
  }

  /// Reads what stood in a string.
  private func readContent(_ bytes: UnsafeBufferPointer<UInt8>, _ place: RecordPlace, _ format: AuditFormat?) throws {
    let text = bytes.trimmed
    guard let first = text.first else { return state.ledger.ignore(.text) }
    if first == UInt8(ascii: "{") {
      try readJSON(text, place, format)
    } else {
      try readText(text, place, format ?? .wrapped)
    }
  }

  private static func unpacked(_ bytes: [UInt8]) throws(StreamFault) -> [UInt8] {
    let window = LogWindow(try LogStream.unpacked(MemoryStream(bytes)))
    while window.more() {
      guard window.unread.count <= longestEmbedded else {
        throw StreamFault(reason: "a record of over \(longestEmbedded >> 20) MiB")
      }
    }
    if let fault = window.fault { throw fault }
    return Array(window.unread)
  }

  /// Reads a row of one of Azure's tables as the event from which it was made.
  private func readAzureRow(_ object: JSONPart, _ place: RecordPlace) throws {
    let event: Value
    do { event = try AzureRow.event(object.value()) } catch {
      return damage(line: place.line) { "not valid JSON: \(error.message)" }
    }
    let inner = try reader()
    try Array(JSONWriter.string(of: event).utf8).withUnsafeBufferPointer {
      try inner.readJSON($0, place, .azureDiagnostics)
    }
  }

  /// The reader of what stands in this one's records.
  private func reader() throws -> RecordReader {
    if let inner { return inner }
    let inner = try RecordReader(state, depth: depth + 1)
    self.inner = inner
    return inner
  }
}

/// An audit event as a wrapper or a format tells it, of which little is read before it is wanted.
protocol EventSource {
  func verb() throws(RecordFault) -> String
  /// Nil for a request to no resource, and where the event does not tell.
  func objectReference() throws(RecordFault) -> AuditObjectReference?
  /// Whether the event tells what the request was about.
  var tellsObject: Bool { get }
  func event(
    verb: String, _ objectReference: AuditObjectReference?, _ provenance: AuditProvenance
  ) throws(RecordFault) -> AuditEvent
}
