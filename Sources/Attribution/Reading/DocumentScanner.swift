/// Finds where a JSON document ends, and where the items of a wrapper's list begin and end, without more of it in
/// memory than one record. What is between those ends is for a parser to judge.
struct DocumentScanner {
  struct Fault: Error {
    let reason: String
    /// Whether a record is longer than what is read.
    var isTooLong = false
    /// Whether the log ends within the document.
    var isAtEnd = false
  }

  private let window: LogWindow
  private let reader: RecordReader
  /// Where the scan is, counted from the beginning of the window.
  private var place = 0
  /// The line where the scan is.
  private var line: Int
  /// Where that line begins; nil where it began before the window.
  private var lineStart: Int? = 0
  /// Where the record that is being scanned begins, in the window and by its line.
  private var recordStart = 0
  private var recordLine: Int
  /// Whether the scan is within a record, where no line begins another one.
  private var isWithinRecord = false
  /// Deeper than any parser follows.
  private static let deepest = 1_000

  init(_ window: LogWindow, _ reader: RecordReader) {
    self.window = window
    self.reader = reader
    line = window.line
    recordLine = window.line
  }

  /// The line that is to blame for a fault.
  var faultLine: Int { isWithinRecord ? recordLine : line }

  /// Whether the line where the scan is may be a record of its own: it is not the one to blame.
  var isOnOtherLine: Bool { !isWithinRecord || line > recordLine }

  /// Scans the document that begins here, and steps over it.
  mutating func run() throws {
    try skipSpace()
    begin()
    if try current() == UInt8(ascii: "[") {
      try list(nil)
    } else {
      try document()
    }
    consume()
  }

  // MARK: Documents and lists

  /// An object that is a record, or that wraps a list of them.
  private mutating func document() throws {
    place += 1
    var lists: [RecordList] = []
    try skipSpace()
    if try current() == UInt8(ascii: "}") {
      place += 1
    } else {
      repeat {
        try skipSpace()
        let list = try key()
        try skipSpace()
        guard try current() == UInt8(ascii: ":") else { throw Fault(reason: "not valid JSON: ':' is expected") }
        place += 1
        try skipSpace()
        if let list, try current() == UInt8(ascii: "[") {
          guard !lists.contains(list) else { throw Fault(reason: "the key '\(list.rawValue)' is given twice") }
          lists.append(list)
          consume()
          try self.list(list)
          // What else the wrapper holds is no record, and does not stay in memory.
          isWithinRecord = false
        } else {
          try skipValue()
        }
        if !isWithinRecord { consume() }
        try skipSpace()
      } while try isMore(UInt8(ascii: "}"))
    }
    if lists.isEmpty { try give(nil, item: nil) }
  }

  /// The list's items, each of which is a record.
  private mutating func list(_ list: RecordList?) throws {
    isWithinRecord = false
    place += 1
    try skipSpace()
    if try current() == UInt8(ascii: "]") {
      place += 1
      return
    }
    var item = 1
    repeat {
      try skipSpace()
      consume()
      begin()
      try skipValue()
      try give(list, item: item)
      isWithinRecord = false
      consume()
      item += 1
      try skipSpace()
    } while try isMore(UInt8(ascii: "]"))
  }

  private mutating func begin() {
    recordStart = place
    recordLine = line
    isWithinRecord = true
  }

  private mutating func give(_ list: RecordList?, item: Int?) throws {
    let bytes = UnsafeBufferPointer(rebasing: window.unread[recordStart..<place])
    try reader.read(bytes, RecordPlace(line: recordLine, lastLine: line, item: item, list: list, bytes: bytes))
  }

  /// Steps over what has been scanned.
  mutating func consume() {
    window.consume(place, breaks: line - window.line)
    lineStart = lineStart.flatMap { $0 >= place ? $0 - place : nil }
    (place, recordStart) = (0, 0)
  }

  /// Steps over what stands before the line where the scan is; false where the line began before that.
  mutating func consumeToLine() -> Bool {
    guard let lineStart else { return false }
    window.consume(lineStart, breaks: line - window.line)
    return true
  }

  /// Steps over a comma, or over the closing bracket.
  private mutating func isMore(_ closing: UInt8) throws -> Bool {
    let byte = try current()
    guard byte == closing || byte == UInt8(ascii: ",") else {
      throw Fault(reason: "not valid JSON: ',' or '\(Character(Unicode.Scalar(closing)))' is expected")
    }
    place += 1
    return byte != closing
  }

  // MARK: Bytes

  private mutating func current() throws -> UInt8 {
    while place >= window.unread.count { try more() }
    return window.unread[place]
  }

  private mutating func more() throws {
    guard window.unread.count <= RecordSplitter.longestRecord else {
      throw Fault(reason: "a record of over \(RecordSplitter.longestRecord >> 20) MiB", isTooLong: true)
    }
    guard window.more() else { throw Fault(reason: "the JSON breaks off", isAtEnd: true) }
  }

  private mutating func skipSpace() throws {
    while true {
      switch try current() {
      case 0x0A: try beginLine()
      case 0x20, 0x09, 0x0D: place += 1
      default: return
      }
    }
  }

  /// Steps over a line break, behind which no other record may begin.
  private mutating func beginLine() throws {
    place += 1
    line += 1
    lineStart = place
    if isWithinRecord, reader.isRecord(lineOf: window, at: place) {
      throw Fault(reason: "not valid JSON: the line breaks off")
    }
  }

  /// The list that the key names, if it names one.
  private mutating func key() throws -> RecordList? {
    guard try current() == UInt8(ascii: "\"") else { throw Fault(reason: "not valid JSON: a key in quotes is expected") }
    let start = place + 1
    try skipString()
    return RecordList.named(UnsafeBufferPointer(rebasing: window.unread[start..<place - 1]))
  }

  /// Steps over a string, at whose opening quote the scan is.
  private mutating func skipString() throws {
    place += 1
    while true {
      let bytes = window.unread
      var index = place
      while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\"") {
          place = index + 1
          return
        }
        if byte == UInt8(ascii: "\\") {
          index += 1
        } else if byte == 0x0A {
          place = index
          throw Fault(reason: "not valid JSON: the line breaks off within a string")
        }
        index += 1
      }
      // An escape's second byte may not be there yet.
      place = index > bytes.count ? bytes.count - 1 : bytes.count
      try more()
    }
  }

  /// Steps over a value with all that is in it, as far as brackets, quotes, commas and colons tell.
  private mutating func skipValue() throws {
    var depth = 0
    // Whether a value has just ended, behind which no other one can begin.
    var isBehindValue = false
    repeat {
      let byte = try current()
      switch byte {
      case 0x0A: try beginLine()
      case 0x20, 0x09, 0x0D: place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw DocumentScanner.noValue }
        depth -= 1
        isBehindValue = true
        place += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard isBehindValue else { throw DocumentScanner.noValue }
        isBehindValue = false
        place += 1
      case _ where isBehindValue: throw Fault(reason: "not valid JSON: ',' is expected")
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        place += 1
        guard depth < DocumentScanner.deepest else { throw Fault(reason: "not valid JSON: nested too deep") }
      case UInt8(ascii: "\""):
        try skipString()
        isBehindValue = true
      default:
        try skipWord()
        isBehindValue = true
      }
    } while depth > 0
  }

  private static let noValue = Fault(reason: "not valid JSON: a value is expected")

  /// Steps over a number or one of JSON's three words.
  private mutating func skipWord() throws {
    let start = place
    while try isOfWord(current()) { place += 1 }
    guard place > start else { throw DocumentScanner.noValue }
  }

  private func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
