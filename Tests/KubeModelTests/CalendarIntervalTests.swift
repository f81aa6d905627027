@testable import KubeModel
import Testing

@Suite struct CalendarIntervalTests {
  func date(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text), "\(text)") }
  func interval(_ text: String) throws -> CalendarInterval { try #require(CalendarInterval(text), "\(text)") }

  @Test(arguments: [
    ("2026-01-15", "30 days", "2026-02-14"), ("2026-12-31", "1 day", "2027-01-01"), ("2024-02-28", "1 day", "2024-02-29"),
    ("2026-02-28", "2 weeks", "2026-03-14"),
    // The same day of another month, or that month's last.
    ("2026-01-15", "6 months", "2026-07-15"), ("2026-01-31", "1 month", "2026-02-28"),
    ("2024-01-31", "1 month", "2024-02-29"), ("2026-08-31", "6 months", "2027-02-28"),
    ("2026-03-31", "3 months", "2026-06-30"), ("2026-11-30", "3 months", "2027-02-28"),
    ("2026-12-15", "1 month", "2027-01-15"), ("2026-01-31", "12 months", "2027-01-31"),
    // A leap day's year ends on the last of February, and four years on the next leap day.
    ("2024-02-29", "1 year", "2025-02-28"), ("2024-02-29", "12 months", "2025-02-28"),
    ("2024-02-29", "4 years", "2028-02-29"), ("1896-02-29", "4 years", "1900-02-28"),
    ("1996-02-29", "4 years", "2000-02-29"), ("2023-02-28", "1 year", "2024-02-28"),
  ])
  func `an interval after a day ends on a day of the calendar`(
    _ given: (start: String, interval: String, end: String)
  ) throws {
    #expect(try interval(given.interval).date(after: date(given.start)) == date(given.end))
  }

  @Test(arguments: [
    ("2026-02-14", "30 days", "2026-01-15"), ("2026-03-14", "2 weeks", "2026-02-28"),
    ("2026-07-15", "6 months", "2026-01-15"), ("2026-03-31", "1 month", "2026-02-28"),
    ("2024-03-31", "1 month", "2024-02-29"), ("2026-01-15", "1 month", "2025-12-15"),
    ("2026-01-31", "13 months", "2024-12-31"), ("2024-02-29", "1 year", "2023-02-28"),
  ])
  func `an interval before a day begins on a day of the calendar`(
    _ given: (end: String, interval: String, start: String)
  ) throws {
    #expect(try interval(given.interval).date(before: date(given.end)) == date(given.start))
  }

  @Test func `many months in one step keep the day of the month, which many steps lose`() throws {
    let start = try date("2026-01-31")
    let month = try interval("1 month")
    #expect(month.date(after: month.date(after: start)).description == "2026-03-28")
    #expect(try interval("2 months").date(after: start).description == "2026-03-31")
  }

  @Test func `no arithmetic leaves the calendar`() throws {
    for text in ["36525 days", "5218 weeks", "1200 months", "100 years"] {
      #expect(try interval(text).date(after: date("9999-12-30")) == .last, "\(text)")
      #expect(try interval(text).date(before: date("0001-01-02")) == .first, "\(text)")
    }
    #expect(try interval("1 month").date(before: date("0001-02-28")).description == "0001-01-28")
    #expect(try interval("1 month").date(after: date("9999-11-30")).description == "9999-12-30")
  }

  @Test(arguments: ["30 days", "1 day", "2 weeks", "6 months", "12 months", "1 month", "1 year", "100 years"])
  func `a text is read as it is written`(_ text: String) throws {
    #expect(try interval(text).description == text)
  }

  @Test(arguments: [
    "", "6", "months", "6months", " 6 months", "6 months ", "6  months", "0 days", "-1 days", "+6 months", "06 months",
    "six months", "6 Months", "6 m", "1.5 years", "36526 days", "101 years", "99999999999999999999 days", "6 fortnights",
    "6\u{a0}months",
  ])
  func `what is no interval is none`(_ text: String) {
    #expect(CalendarInterval(text) == nil)
  }

  @Test func `intervals of different units are compared`() throws {
    for (shorter, longer) in [
      ("30 days", "6 months"), ("6 days", "1 week"), ("4 weeks", "1 month"), ("11 months", "1 year"), ("364 days", "1 year"),
    ] {
      #expect(try interval(shorter).isShorter(than: interval(longer)), "\(shorter), \(longer)")
      #expect(try !interval(longer).isShorter(than: interval(shorter)), "\(longer), \(shorter)")
    }
    for (one, other) in [("12 months", "1 year"), ("7 days", "1 week")] {
      #expect(try !interval(one).isShorter(than: interval(other)) && !interval(other).isShorter(than: interval(one)))
    }
  }
}

@Suite struct CalendarDateTests {
  @Test(arguments: ["1970-01-01", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "1582-10-10"])
  func `a day is read as it is written, and counted there and back`(_ text: String) throws {
    let date = try #require(CalendarDate(text))
    #expect(date.description == text)
    #expect(CalendarDate(days: date.days) == date)
  }

  @Test(arguments: [
    "", "2026", "2026-2-28", "2026-02-29", "1900-02-29", "2026-00-01", "2026-13-01", "2026-04-31", "0000-01-01",
    "02026-01-01", "2026-01-01T00:00:00Z", "2026/01/01", "-026-01-01", "2026-01-0a", "٢٠٢٦-01-01",
  ])
  func `what is no day is none`(_ text: String) {
    #expect(CalendarDate(text) == nil)
  }

  @Test func `days are counted from 1970, and end with the calendar`() throws {
    #expect(CalendarDate("1970-01-01")?.days == 0)
    #expect(CalendarDate("1969-12-31")?.days == -1)
    #expect(CalendarDate("2026-11-25")?.days == 20_782)
    #expect(CalendarDate(days: Int.max) == .last)
    #expect(CalendarDate(days: Int.min) == .first)
  }

  @Test(arguments: [
    ("2026-02-28T00:00:00Z", "2026-02-28"), ("2026-02-28T23:59:59.999Z", "2026-02-28"), ("2026-03-01T00:00:00Z", "2026-03-01"),
    ("1969-12-31T23:59:59Z", "1969-12-31"), ("1969-12-31T00:00:00Z", "1969-12-31"), ("1970-01-01T00:00:00Z", "1970-01-01"),
  ])
  func `a moment is of the day in UTC that holds it`(_ given: (moment: String, day: String)) throws {
    let moment = try #require(Moment(rfc3339: given.moment))
    let date = CalendarDate(moment)
    #expect(date.description == given.day)
    #expect(moment <= date.end)
    #expect(date.end.text == "\(given.day)T23:59:59.999Z")
  }

  @Test func `days are in order`() throws {
    let dates = try ["2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01", "2027-01-01"].map { try #require(CalendarDate($0)) }
    #expect(dates == dates.sorted())
  }
}
