import Foundation
import TestSupport
import Testing

private enum AnalyzerCorpus {
  static let path = SharedFolder.url.appending(path: "golden/netpol-analyzer-cases").path
  static let isThere = SharedFolder.has("golden/netpol-analyzer-cases/INDEX.tsv")
}

/// The texts that netpol-analyzer's own tests expect, against what the binary prints.
@Suite(.enabled(if: AnalyzerCorpus.isThere, "needs ../shared/golden"))
struct AnalyzerTextTests {
  private struct Case {
    let input: String
    let second: String
    let expected: String
    /// Ambit's flags for the analyser's.
    let flags: [String]
  }

  /// The cases of a command and a format whose flags Ambit has.
  private static func cases(_ command: String, _ format: String) throws -> [Case] {
    try SharedFolder.rows("golden/netpol-analyzer-cases/INDEX.tsv").compactMap { fields in
      guard fields.count > 6, fields[1] == command, fields[5] == format else { return nil }
      guard command != "diff" || fields[6].contains("ref1"), let flags = flags(fields[6]) else { return nil }
      return Case(input: fields[2], second: fields[3], expected: fields[4], flags: flags)
    }
  }

  /// Nil where Ambit has no such flag.
  private static func flags(_ text: String) -> [String]? {
    let known = [
      "focusworkload": "focus", "focusworkload-peer": "focus-peer", "focus-direction": "focus-direction",
      "focus-conn": "focus-conn",
    ]
    var flags: [String] = []
    for flag in text.split(separator: " ") where flag.hasPrefix("--") && flag != "--exposure" {
      let parts = flag.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
      guard parts[0] != "multiple-networks" else { continue }
      guard parts.count == 2, let name = known[parts[0]] else { return nil }
      flags += ["--\(name)", parts[1]]
    }
    return flags
  }

  /// Cases that are answered otherwise on purpose, with the reason.
  private static let exceptions: [String: String] = [
    "ipblockstest": "hostNetwork pods are nodes", "ipblockstest_2": "hostNetwork pods are nodes",
    "ipblockstest_3": "hostNetwork pods are nodes", "ipblockstest_4": "hostNetwork pods are nodes",
    "minikube_resources": "hostNetwork pods are nodes, and finished pods are left out",
    "multiple_topology_resources_2": "hostNetwork pods are nodes",
    "semanticDiff-same-topologies-old3": "hostNetwork pods are nodes",
    "semanticDiff-same-topologies-new1": "hostNetwork pods are nodes",
    "semanticDiff-same-topologies-new2": "hostNetwork pods are nodes",
    "semanticDiff-same-topologies-new3": "hostNetwork pods are nodes",
    "example_pods_w_same_owner_and_labels_gap_with_good_match_expression": "an owner without a kind is none",
    "example_pods_w_same_owner_and_labels_gap_banp_good": "an owner without a kind is none",
    "document_with_syntax_error": "a broken document costs only itself",
    "onlineboutique_workloads_with_ingress": "an Ingress whose backend names a port that its Service does not have",
  ]

  private static func plain(_ text: String) -> String { text.filter { !$0.isNewline } }

  @Test(arguments: [
    ("list", "txt"), ("list", "md"), ("list", "csv"), ("list", "json"), ("list", "dot"), ("exposure", "txt"),
    ("exposure", "csv"), ("exposure", "md"), ("exposure", "json"), ("exposure", "dot"), ("diff", "txt"), ("diff", "csv"),
    ("diff", "md"), ("diff", "dot"),
  ])
  func `netpol-analyzer's texts`(_ asked: (command: String, format: String)) throws {
    let fixture = try CommandFixture()
    var (held, excepted, failed) = (0, 0, [String]())
    for test in try AnalyzerTextTests.cases(asked.command, asked.format) {
      let (input, second) = ("\(AnalyzerCorpus.path)/\(test.input)", "\(AnalyzerCorpus.path)/\(test.second)")
      let arguments: [String] =
        switch asked.command {
        case "list": ["connections", "-f", input, "-o", asked.format]
        case "exposure": ["exposure", "-f", input, "-o", asked.format]
        default: ["diff", "--connections", "-f", input, "-f", second, "-o", asked.format == "txt" ? "table" : asked.format]
        }
      let expected = try String(contentsOfFile: "\(AnalyzerCorpus.path)/\(test.expected)", encoding: .utf8)
      let isSame = AnalyzerTextTests.plain(try fixture.run(arguments + test.flags).stdout) == AnalyzerTextTests.plain(expected)
      let names = [test.input, test.second].map { String($0.split(separator: "/").last ?? "") }
      if isSame {
        held += 1
      } else if names.contains(where: { AnalyzerTextTests.exceptions[$0] != nil }) {
        excepted += 1
      } else {
        failed.append(test.expected)
      }
    }
    print("netpol-analyzer \(asked.command) \(asked.format): \(held) hold, \(excepted) by exception, \(failed.count) fail")
    #expect(failed.isEmpty)
    #expect(held > 0)
  }
}
