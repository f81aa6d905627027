import Integrity
import Testing

@Suite struct CivilTimeTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_763_874_727_005, "2025-11-23T05:12:07.005Z"),
    (951_782_400_000, "2000-02-29T00:00:00Z"), (253_402_300_799_000, "9999-12-31T23:59:59Z"),
  ])
  func `milliseconds are written and read back`(_ milliseconds: Int64, _ text: String) {
    #expect(CivilTime.text(milliseconds: milliseconds) == text)
    #expect(CivilTime.milliseconds(of: text) == milliseconds)
  }

  @Test(arguments: [
    "", "2025-11-23", "2025-11-23T05:12:07", "2025-11-23T05:12:07+01:00", "2025-11-23 05:12:07Z", "2025-11-23T05:12:07.5Z",
    "2025-02-30T00:00:00Z", "2025-11-23T05:12:07.000Z", "2025-11-23T05:12:07.99999999999999999999Z", "1-1-1T1:1:1Z",
    "２025-11-23T05:12:07Z",
  ])
  func `nothing else is read`(_ text: String) {
    #expect(CivilTime.milliseconds(of: text) == nil)
  }
}
