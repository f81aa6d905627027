import Evidence
import Foundation
import Testing

@Suite struct ReportFiles {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["AMBIT_REPORT_DIR"] != nil)) func `samples are written to look at them`() throws {
    let directory = ProcessInfo.processInfo.environment["AMBIT_REPORT_DIR"] ?? "."
    let writer = try ReportWriter()
    let hostile = "<script>alert(1)</script>\u{202E}gpj\u{200B}" + String(repeating: "long-", count: 30)
    let samples: [(String, ReportSample, [String])] = [
      ("small", ReportSample(namespaces: 12, controls: 12, findings: 40), ["prod"]),
      ("moment", ReportSample(isMoment: true), ["prod"]),
      ("hostile", ReportSample(text: hostile, namespaces: 3, findings: 14), ["prod", "stage"]),
      ("big", ReportSample(namespaces: 1000, controls: 20, findings: 2000), ["prod"]),
      ("flows", ReportSample(namespaces: 200), ["prod"]),
    ]
    for (name, sample, clusters) in samples {
      let clock = ContinuousClock()
      let report = sample.report(clusters: clusters)
      var page = "", text = ""
      let htmlTime = try clock.measure { page = try writer.html(report) }
      let textTime = try clock.measure { text = try writer.markdown(report) }
      print(name, page.utf8.count, htmlTime, text.utf8.count, textTime)
      try page.write(toFile: "\(directory)/\(name).html", atomically: true, encoding: .utf8)
      try text.write(toFile: "\(directory)/\(name).md", atomically: true, encoding: .utf8)
    }
  }
}
