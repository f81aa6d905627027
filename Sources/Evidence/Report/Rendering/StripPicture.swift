internal import Controls

/// Strips and trends as SVG. Heights differ as colours do: what fails stands up, what holds lies low.
enum StripPicture {
  static let height = 14

  /// The paths of a strip, one for each mark.
  static func paths(_ strip: HistoryStrip) -> String {
    var order: [HistoryStrip.Mark] = []
    var shapes: [HistoryStrip.Mark: String] = [:]
    for run in strip.runs {
      if shapes[run.mark] == nil { order.append(run.mark) }
      let top = top(of: run.mark)
      shapes[run.mark, default: ""] += "M\(run.start) \(top)h\(run.length)V\(height)h-\(run.length)z"
    }
    return order.map { "<path class=\(style(of: $0)) d=\"\(shapes[$0] ?? "")\"/>" }.joined()
  }

  private static func top(of mark: HistoryStrip.Mark) -> Int {
    switch mark {
    case .gap, .status(.fail): 0
    case .status(.error), .status(.notEvaluated): 3
    case .status(.waived), .status(.stale): 6
    case .status(.manual): 8
    case .status(.pass), .status(.attested), .status(.notApplicable): 10
    }
  }

  private static func style(of mark: HistoryStrip.Mark) -> String {
    switch mark {
    case .gap: "g"
    case .status(let status): status.mark
    }
  }

  static let trendHeight = 60

  /// A trend as steps, over the gaps in which nobody looked.
  static func paths(_ trend: FailureTrend, gaps: HistoryStrip) -> String {
    let most = max(trend.most, 1)
    func y(_ count: Int) -> Int { trendHeight - count * (trendHeight - 4) / most }
    var shape = "M0 \(trendHeight)"
    var last: Int?
    for (column, count) in trend.counts.enumerated() where count != last {
      shape += "H\(column)V\(y(count))"
      last = count
    }
    shape += "H\(trend.counts.count)V\(trendHeight)z"
    let hatched = gaps.runs.filter { $0.mark == .gap }.map { "M\($0.start) 0h\($0.length)V\(trendHeight)h-\($0.length)z" }
    return "<path class=f d=\"\(shape)\"/><path class=g d=\"\(hatched.joined())\"/>"
  }
}
