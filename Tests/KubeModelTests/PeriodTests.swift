import KubeModel
import Testing

@Suite struct PeriodTests {
  private let now = Moment(milliseconds: 1_790_000_000_000)

  private func text(_ text: String, offset: Int64 = 0) -> String? {
    Period(text, now: now, offset: offset).map {
      "\(Moment(milliseconds: $0.range.lowerBound).text) \(Moment(milliseconds: $0.range.upperBound).text)"
    }
  }

  @Test(arguments: [
    ("2026-01-01..2026-03-31", "2026-01-01T00:00:00Z 2026-04-01T00:00:00Z"),
    ("2026-Q1", "2026-01-01T00:00:00Z 2026-04-01T00:00:00Z"), ("2026-q4", "2026-10-01T00:00:00Z 2027-01-01T00:00:00Z"),
    ("2026-H2", "2026-07-01T00:00:00Z 2027-01-01T00:00:00Z"), ("2024-02", "2024-02-01T00:00:00Z 2024-03-01T00:00:00Z"),
    ("2026", "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z"), ("2026-03-31", "2026-03-31T00:00:00Z 2026-04-01T00:00:00Z"),
    ("2026-03-31T10:00:00Z..2026-03-31T11:00:00Z", "2026-03-31T10:00:00Z 2026-03-31T11:00:00Z"),
    ("last 7 days", "2026-09-14T14:13:20Z 2026-09-21T14:13:20Z"), ("2026-09-20..", "2026-09-20T00:00:00Z 2026-09-21T14:13:20Z"),
  ])
  func `a period is read as people name it`(_ given: (text: String, range: String)) {
    #expect(text(given.text) == given.range)
  }

  @Test func `days begin where the zone says`() {
    let two: Int64 = 2 * 3_600_000
    #expect(text("2026-01-01..2026-01-01", offset: two) == "2025-12-31T22:00:00Z 2026-01-01T22:00:00Z")
    #expect(text("2026-Q1", offset: two) == "2025-12-31T22:00:00Z 2026-03-31T22:00:00Z")
    #expect(text("2026-01-01T00:00:00Z..2026-01-02T00:00:00Z", offset: two) == "2026-01-01T00:00:00Z 2026-01-02T00:00:00Z")
  }

  @Test(arguments: [
    "", "2026-Q5", "2026-13", "2026-03-31..2026-03-01", "Q1", "last", "last days", "2026-02-30", "..", "2026-01-01...2026-02-01", "26",
  ])
  func `what is no period is none`(_ text: String) {
    #expect(self.text(text) == nil, "\(text)")
  }
}
