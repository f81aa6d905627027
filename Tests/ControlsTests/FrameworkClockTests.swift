@testable import Controls
import KubeModel
import Testing

@Suite struct FrameworkClockTests {
  func moment(_ text: String) throws -> Int64 { try #require(Moment(rfc3339: text)).milliseconds }

  func clock(every: String, warn: String, note: String? = nil) throws -> Framework.Clock {
    Framework.Clock(
      check: "NP-REV-01", every: try #require(CalendarInterval(every)), warn: try #require(CalendarInterval(warn)), note: note)
  }

  typealias Standing = ControlAssessment.Clock.Standing

  @Test(arguments: [
    ("2026-01-15T09:00:00Z", "2026-01-15T09:00:00Z", Standing.done), ("2026-01-15T09:00:00Z", "2026-06-14T23:59:59Z", .done),
    ("2026-01-15T09:00:00Z", "2026-06-15T00:00:00Z", .dueSoon), ("2026-01-15T09:00:00Z", "2026-07-15T23:59:59Z", .dueSoon),
    ("2026-01-15T09:00:00Z", "2026-07-16T00:00:00Z", .overdue), ("2026-01-15T09:00:00Z", "2031-01-01T00:00:00Z", .overdue),
    // From the end of a long month to that of a short one.
    ("2026-08-31T23:59:59Z", "2027-02-28T23:59:59Z", .dueSoon), ("2026-08-31T23:59:59Z", "2027-03-01T00:00:00Z", .overdue),
  ])
  func `what is done every six months is soon due thirty days before, and overdue after the day`(
    _ given: (last: String, at: String, standing: Standing)
  ) throws {
    let read = try clock(every: "6 months", warn: "30 days").standing(last: moment(given.last), at: moment(given.at))
    #expect(read.standing == given.standing)
    #expect(read.last == (try moment(given.last)))
  }

  @Test func `it is due by the end of a day`() throws {
    let read = try clock(every: "1 year", warn: "30 days").standing(
      last: moment("2024-02-29T12:00:00Z"), at: moment("2024-03-01T00:00:00Z"))
    #expect(read.due.map { Moment(milliseconds: $0).text } == "2025-02-28T23:59:59.999Z")
  }

  @Test func `what was never done, or is said to be done later, is not done`() throws {
    let clock = try clock(every: "1 week", warn: "1 day")
    for last in [nil, try moment("2026-01-02T00:00:00Z")] {
      let read = clock.standing(last: last, at: try moment("2026-01-01T00:00:00Z"))
      #expect(read.standing == .never)
      #expect(read.last == nil && read.due == nil)
    }
  }

  @Test func `the title says what, how often, and for whom`() throws {
    let title = try clock(every: "3 months", warn: "14 days", note: "service providers only").standing(last: nil, at: 0).title
    #expect(title == "The rule sets were reviewed in time, every 3 months; service providers only")
  }
}
