/// How a status looks: words and a shape, never colour alone.
enum ReportStatus {
  /// The shape for a status.
  static func icon(_ status: String) -> String {
    switch status {
    case "pass": "✔"
    case "fail": "✘"
    case "error": "⚠"
    case "waived": "◇"
    case "attested": "✎"
    case "manual": "☐"
    case "not-applicable": "–"
    case "stale": "◔"
    default: "?"
    }
  }

  /// The style class; anything that is not known to be good or bad looks unknown.
  static func style(_ status: String) -> String {
    switch status {
    case "pass", "attested": "good"
    case "fail", "error": "bad"
    case "manual", "not-applicable": "neutral"
    default: "unknown"
    }
  }
}
