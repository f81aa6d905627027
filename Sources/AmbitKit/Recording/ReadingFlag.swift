/// Flags of readings, which stand among the notes of an observation.
enum ReadingFlag {
  /// Whether a note tells of the clock: that it was set, or went back. Each such flag begins with the same words.
  static func isAboutClock(_ note: String) -> Bool { note.hasPrefix("the clock ") }
}
