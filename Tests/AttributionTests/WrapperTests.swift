@testable import Attribution
import Foundation
import KubeModel
import Testing

/// One event in every wrapping gives the same event.
@Suite struct WrapperTests {
  private static let line = Recorded.text(.impersonated)
  private static let other = Recorded.text(.jsonPatch)

  /// A text as a JSON string.
  private static func quoted(_ text: String) -> String { JSONWriter.string(of: .string(text)) }

  private static func pretty(_ line: Recorded.Line) throws -> String { JSONWriter.string(of: try Recorded.value(line)) }

  private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  private static func gzipped(_ text: String) -> String { Data(Gzip.member(Array(text.utf8))).base64EncodedString() }

  private static let subscription =
    #"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/eks/demo/cluster","logEvents":["#
    + #"{"id":"0","timestamp":1,"message":\#(quoted(line))},{"id":"1","timestamp":2,"message":\#(quoted(other))}]}"#

  private static let time = "2025-11-23T05:02:45.231793598Z"

  /// The two events in a wrapping, each once and in this order.
  private static let wrappings: [(name: String, text: String, format: AuditFormat)] = [
    ("lines", "\(line)\n\(other)\n", .event),
    ("a last line without its end", "\(line)\n\(other)", .event),
    ("lines of Windows, blanks and a byte order mark", "\u{FEFF}\(line)\r\n\r\n  \t\n \(other) \r\n", .event),
    ("one after the other", line + other, .event),
    ("an EventList", #"{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[\#(line),\#(other)]}"#, .eventList),
    ("an EventList with its kind behind", #"{"items":[\#(line),\#(other)],"kind":"EventList"}"#, .eventList),
    ("an EventList with an item a line", "{\"kind\":\"EventList\",\"items\":[\n\(line),\n\(other)\n]}\n", .eventList),
    ("EventLists one after the other", #"{"items":[\#(line)]}{"items":[]}{"items":[\#(other)]}"#, .eventList),
    ("a list", "[\(line),\(other)]", .event),
    ("a list with an item a line", "[\n\(line),\n\(other)\n]\n", .event),
    ("a list of EventLists", #"[{"items":[\#(line)]},{"items":[\#(other)]}]"#, .eventList),
    ("a container's lines", "\(time) stdout F \(line)\n\(time) stdout F \(other)\n", .container),
    ("Docker's lines",
      #"{"log":\#(quoted(line + "\n")),"stream":"stdout","time":"\#(time)"}"# + "\n"
        + #"{"log":\#(quoted(other + "\n")),"stream":"stdout","time":"\#(time)"}"#, .container),
    ("nodes' names", "ip-10-0-1-1.ec2.internal \(line)\nip-10-0-1-1.ec2.internal \(other)\n", .nodeLogs),
    ("pods' names", "[pod/kube-apiserver-a/kube-apiserver] \(line)\n[pod/kube-apiserver-b/kube-apiserver] \(other)\n", .wrapped),
    ("syslog", "Nov 23 05:02:45 master audit: \(line)\nNov 23 05:02:45 master audit: \(other)\n", .wrapped),
    ("CloudWatch's export", "2025-11-23T05:02:45.231Z \(line)\n2025-11-23T05:02:45.231Z \(other)\n", .cloudWatchExport),
    ("CloudWatch's events",
      #"{"events":[{"logStreamName":"a","timestamp":1,"message":\#(quoted(line)),"eventId":"1"},"#
        + #"{"timestamp":2,"message":\#(quoted(other))}],"searchedLogStreams":[]}"#, .cloudWatch),
    ("CloudWatch's subscription", subscription, .cloudWatchSubscription),
    ("a Lambda's input", #"{"awslogs":{"data":"\#(gzipped(subscription))"}}"#, .cloudWatchSubscription),
    ("Kinesis", #"{"Records":[{"kinesis":{"data":"\#(gzipped(subscription))"},"eventName":"x"}]}"#, .cloudWatchSubscription),
    ("Data Firehose", #"{"records":[{"recordId":"1","data":"\#(gzipped(subscription))"}]}"#, .cloudWatchSubscription),
    ("Pub/Sub", #"[{"message":{"data":"\#(base64(line))"}},{"message":{"data":"\#(base64(other))"}}]"#, .event),
    ("Azure's hub",
      #"{"records":[{"category":"kube-audit","properties":{"log":\#(quoted(line)),"pod":"x"}},"#
        + #"{"category":"kube-audit-admin","properties":{"log":\#(quoted(other))}}]}"#, .azureDiagnostics),
    ("Azure's lines",
      #"{"category":"kube-audit","properties":{"log":\#(quoted(line))}}"# + "\n"
        + #"{"Category":"kube-audit","log_s":\#(quoted(other))}"#, .azureDiagnostics),
    ("a shipper's lines", #"{"@timestamp":"x","kubernetes":{"audit":\#(line)}}"# + "\n" + #"{"message":\#(quoted(other))}"#, .wrapped),
  ]

  @Test(arguments: wrappings.map(\.name))
  func `a wrapping is taken off`(_ name: String) throws {
    let wrapping = try #require(WrapperTests.wrappings.first { $0.name == name })
    let reading = try Reading(wrapping.text)
    #expect(reading.contents == [try Recorded.event(.impersonated).content, try Recorded.event(.jsonPatch).content])
    #expect(reading.formats == [wrapping.format, wrapping.format])
    #expect(reading.ledger.damages.isEmpty)
    #expect(reading.ledger.ignored.isEmpty)
  }

  @Test(arguments: wrappings.map(\.name))
  func `the same, compressed in two pieces, and compressed again`(_ name: String) throws {
    let text = Array(try #require(WrapperTests.wrappings.first { $0.name == name }).text.utf8)
    let plain = try Reading(text)
    let members = Gzip.member(Array(text.prefix(1_000))) + Gzip.member(Array(text.dropFirst(1_000))) + [0, 0, 0]
    #expect(try Reading(members).events == plain.events)
    #expect(try Reading(Gzip.member(members)).events == plain.events)
  }

  @Test func `documents that are written over several lines`() throws {
    let text = try WrapperTests.pretty(.impersonated) + "\n" + WrapperTests.pretty(.jsonPatch) + "\n\(WrapperTests.line)\n"
    let reading = try Reading(text)
    let expected = [Recorded.Line.impersonated, .jsonPatch, .impersonated]
    #expect(reading.contents == (try expected.map { try Recorded.event($0).content }))
    #expect(reading.ledger.isComplete)
    let first = try #require(reading.events.first).provenance
    let second = reading.events[1].provenance
    #expect(first.line == 1)
    #expect(second.line == first.lastLine + 1)
    #expect(reading.ledger.lines == text.split(separator: "\n").count)
  }

  @Test func `one file can mix them`() throws {
    let text = """
      I1123 05:02:45.231793       1 server.go:1] "Starting" version="v1.33"
      \(WrapperTests.line)
      \(WrapperTests.time) stdout F \(WrapperTests.line)
      {"level":"info","msg":"another component"}
      2026-11-23T05:02:45.2Z AUDIT: id="1" stage="ResponseComplete" ip="::1" method="get" user="a" groups="\\"b\\"" as="<self>" asgroups="<lookup>" user-agent="x" namespace="<none>" uri="/api/v1/nodes" response="200"
      [\(WrapperTests.line)]
      """
    let reading = try Reading(text)
    #expect(reading.formats == [.event, .container, .legacy, .event])
    #expect(reading.events.map(\.provenance.line) == [2, 3, 5, 6])
    #expect(reading.ledger.ignored == [.text: 1, .json: 1])
    #expect(reading.ledger.isComplete)
  }

  @Test func `a container's line in pieces is put together, whatever stands between`() throws {
    let (first, rest) = (WrapperTests.line.prefix(100), WrapperTests.line.dropFirst(100))
    let text = """
      \(WrapperTests.time) stdout P \(first)
      \(WrapperTests.time) stderr F W1123 a warning
      \(WrapperTests.time) stdout P \(rest.prefix(100))
      \(WrapperTests.time) stdout F \(rest.dropFirst(100))
      {"log":\(WrapperTests.quoted(String(first))),"stream":"stdout"}
      {"log":\(WrapperTests.quoted(rest + "\n")),"stream":"stdout"}
      """
    let reading = try Reading(text)
    let expected = try Recorded.event(.impersonated).content
    #expect(reading.contents == [expected, expected])
    #expect(reading.events.map(\.provenance.line) == [1, 5])
    #expect(reading.events.map(\.provenance.lastLine) == [4, 6])
    #expect(reading.ledger.ignored == [.text: 1])
    #expect(reading.ledger.isComplete)
  }

  @Test func `a shipper leaves out the line breaks of a container's lines`() throws {
    let text = """
      {"log":"W1123 a warning","kubernetes":{"pod_name":"kube-apiserver"}}
      {"log":\(WrapperTests.quoted(WrapperTests.line)),"kubernetes":{"pod_name":"kube-apiserver"}}
      {"log":\(WrapperTests.quoted(WrapperTests.other))}
      """
    let reading = try Reading(text)
    #expect(reading.events.map(\.provenance.line) == [2, 3])
    #expect(reading.ledger.ignored == [.text: 1])
    #expect(reading.ledger.isComplete)
  }

  @Test func `a row of Azure's tables is the event that it was made from`() throws {
    let event = try Recorded.value(.forbidden)
    func part(_ key: String) -> String { JSONWriter.string(of: event[key] ?? .null) }
    let text = """
      {"TimeGenerated":"2026-11-23T04:59:33Z","AuditId":\(part("auditID")),"Level":\(part("level")),"Stage":\(part("stage")),\
      "RequestUri":\(part("requestURI")),"Verb":\(part("verb")),"User":\(WrapperTests.quoted(part("user"))),\
      "SourceIps":\(part("sourceIPs")),"UserAgent":\(part("userAgent")),"ObjectRef":\(part("objectRef")),\
      "ResponseStatus":\(part("responseStatus")),"RequestObject":"","ResponseObject":\(part("responseObject")),\
      "RequestReceivedTime":\(part("requestReceivedTimestamp")),"StageReceivedTime":\(part("stageTimestamp")),\
      "Annotations":\(WrapperTests.quoted(part("annotations")))}
      """
    let reading = try Reading(text.replacing("\n", with: ""))
    #expect(reading.contents == [try Recorded.event(.forbidden).content])
    #expect(reading.formats == [.azureDiagnostics])
  }

  @Test func `what is an object of the API is no wrapper`() throws {
    let text = """
      {"kind":"Event","apiVersion":"v1","involvedObject":{"kind":"Pod"},"message":\(WrapperTests.quoted(WrapperTests.line))}
      {"kind":"ConfigMap","apiVersion":"v1","data":{"log":\(WrapperTests.quoted(WrapperTests.line))}}
      """
    let reading = try Reading(text)
    #expect(reading.events.isEmpty)
    #expect(reading.ledger.ignored == [.json: 2])
  }
}
