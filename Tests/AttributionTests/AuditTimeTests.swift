@testable import Attribution
import Testing

@Suite struct AuditTimeTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-11-23T04:57:27.219106Z", 1_795_409_847_219_106),
    ("2026-11-23T04:57:27.219106999Z", 1_795_409_847_219_106), ("2026-11-23T05:57:27.2+01:00", 1_795_409_847_200_000),
    ("2026-11-23 01:27:27-03:30", 1_795_409_847_000_000), ("1969-12-31T23:59:59.5Z", -500_000),
  ])
  func `a time is microseconds since 1970`(_ given: (text: String, microseconds: Int64)) {
    #expect(AuditTime(given.text).microseconds == given.microseconds)
  }

  @Test(arguments: [
    "", "2026-11-23T04:57:27", "2022-11-29 00:09:04.38", "2026-02-30T00:00:00Z", "2026-11-23T04:57:27.Z",
    "2026-11-23T04:57:27Z ", "2026-11-23T24:00:00Z", "2026-11-23T04:57:27+1:00", "٢026-11-23T04:57:27Z",
  ])
  func `what names no moment keeps its text and has no number`(_ text: String) {
    let time = AuditTime(text)
    #expect(time.microseconds == nil)
    #expect(time.text == text)
  }
}
