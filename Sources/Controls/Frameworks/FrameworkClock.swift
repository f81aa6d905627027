internal import KubeModel

extension Framework.Clock {
  /// How it stands at a moment; all times are milliseconds since 1970.
  ///
  /// It is due by the end, in UTC, of the day that lies its length after the last time.
  ///
  /// - Parameter last: when it was done last; nil where nothing tells. What is said to have been done after the moment was
  ///   not yet done then.
  package func standing(last: Int64?, at moment: Int64) -> ControlAssessment.Clock {
    let title = "\(CheckCatalog.title(check)), every \(every)" + (note.map { "; \($0)" } ?? "")
    guard let last, last <= moment else { return ControlAssessment.Clock(title: title, standing: .never, last: nil, due: nil) }
    let due = every.date(after: CalendarDate(Moment(milliseconds: last)))
    let today = CalendarDate(Moment(milliseconds: moment))
    let standing: ControlAssessment.Clock.Standing =
      today > due ? .overdue : today >= warn.date(before: due) ? .dueSoon : .done
    return ControlAssessment.Clock(title: title, standing: standing, last: last, due: due.end.milliseconds)
  }
}
