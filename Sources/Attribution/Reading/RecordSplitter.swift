/// Cuts a log into its records: lines, JSON documents that are written over several lines or stand on one, and the
/// items of the lists that wrappers have. Memory stays in proportion to one record.
struct RecordSplitter {
  /// A longer record is not read; API servers take no request over 3 MiB.
  static let longestRecord = 32 << 20
  /// A longer line is taken apart piece by piece.
  static let longestLine = LogWindow.chunk

  private let window: LogWindow
  private let reader: RecordReader
  private var isAtStart = true

  init(_ window: LogWindow, _ reader: RecordReader) {
    self.window = window
    self.reader = reader
  }

  /// Gives every record to the reader.
  mutating func run() throws {
    while !window.unread.isEmpty || window.more() {
      if isAtStart { skipByteOrderMark() }
      isAtStart = false
      if let end = window.lineBreak(from: 0, limit: RecordSplitter.longestLine) {
        try line(end, hasBreak: true)
      } else if window.unread.count < RecordSplitter.longestLine {
        try line(window.unread.count, hasBreak: false)
      } else {
        try longLine()
      }
    }
    try reader.end()
  }

  private func skipByteOrderMark() {
    while window.unread.count < 3, window.more() {}
    if window.unread.starts(with: [0xEF, 0xBB, 0xBF]) { window.consume(3, breaks: 0) }
  }

  /// Whether a JSON object begins here, or a list of objects; text can begin with a bracket too.
  private static func isDocument(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first, first == UInt8(ascii: "[") else { return text.first == UInt8(ascii: "{") }
    guard let next = text.dropFirst().first(where: { $0 != 0x20 && $0 != 0x09 }) else { return true }
    return "{[]".utf8.contains(next)
  }

  private func line(_ count: Int, hasBreak: Bool) throws {
    let bytes = UnsafeBufferPointer(rebasing: window.unread[..<count])
    let text = bytes.trimmed
    let place = RecordPlace(line: window.line, lastLine: window.line, item: nil, list: nil, bytes: bytes)
    if RecordSplitter.isDocument(text) {
      let isWhole = try text[0] == UInt8(ascii: "{") && reader.readWhole(text, place)
      guard isWhole else { return try documents() }
    } else if !text.isEmpty {
      try reader.readText(text, place, .wrapped)
    }
    window.consume(hasBreak ? count + 1 : count, breaks: hasBreak ? 1 : 0)
  }

  private func longLine() throws {
    let start = UnsafeBufferPointer(rebasing: window.unread[..<RecordSplitter.longestLine]).trimmed
    if RecordSplitter.isDocument(start) { return try documents() }
    let end = window.lineBreak(from: RecordSplitter.longestLine, limit: RecordSplitter.longestRecord)
    guard end != nil || window.unread.count < RecordSplitter.longestRecord else {
      reader.damage(line: window.line) { "a line of over \(RecordSplitter.longestRecord >> 20) MiB" }
      return window.consumeLine()
    }
    try line(end ?? window.unread.count, hasBreak: end != nil)
  }

  /// Reads the document that begins here, and goes on behind it; where it is broken, on the line where that shows.
  private func documents() throws {
    var scanner = DocumentScanner(window, reader)
    do {
      try scanner.run()
    } catch let fault as DocumentScanner.Fault {
      reader.damage(line: scanner.faultLine) { fault.reason }
      if fault.isTooLong || fault.isAtEnd {
        scanner.consume()
        window.consumeLine()
      } else if !scanner.isOnOtherLine || !scanner.consumeToLine() {
        window.consumeLine()
      }
    }
  }
}

/// Where a record stands, with its bytes, which are there only as long as it is being read.
struct RecordPlace {
  let line: Int
  let lastLine: Int
  /// Counted from 1, in the list that holds it.
  let item: Int?
  /// The key of that list; nil where it has none.
  let list: RecordList?
  let bytes: UnsafeBufferPointer<UInt8>
}

/// The keys under which wrappers list their records.
enum RecordList: String, CaseIterable {
  /// An `EventList` of the webhook backend.
  case items
  /// `aws logs filter-log-events`
  case events
  /// What CloudWatch sends to a subscriber.
  case logEvents
  /// What Azure's Event Hub, and Amazon's Data Firehose, hand out.
  case records
  /// What Kinesis hands out.
  case kinesis = "Records"
  /// The answer of Google's `entries.list`.
  case entries

  private static let keys = allCases.map { (list: $0, key: Array($0.rawValue.utf8)) }

  /// The list of a key, as its bytes stand between the quotes.
  static func named(_ key: UnsafeBufferPointer<UInt8>) -> RecordList? {
    keys.first { $0.key.count == key.count && $0.key.elementsEqual(key) }?.list
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The same bytes without blanks at either end.
  var trimmed: UnsafeBufferPointer<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
    var (start, end) = (0, count)
    while start < end, isBlank(self[start]) { start += 1 }
    while end > start, isBlank(self[end - 1]) { end -= 1 }
    return UnsafeBufferPointer(rebasing: self[start..<end])
  }
}
