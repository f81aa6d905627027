@testable import Attribution
import Foundation
import TestSupport
import Testing

/// The samples of others: how many events each has, and why what is no event is none.
@Suite(.enabled(if: SharedFolder.has("formats/k8s-audit"))) struct SampleTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let path: String
    let used: Int
    var ignored: [AuditLogLedger.Reason: Int] = [:]
    /// Events of a fixture without a verb, a line that is cut off.
    var damaged = 0
    let formats: Set<AuditFormat>

    var testDescription: String { path }
  }

  static let samples: [Sample] = [
    Sample(path: "k8s-audit/audit2rbac_demo.log", used: 37, formats: [.event]),
    Sample(path: "k8s-audit/lab_v1.33.13_requestresponse_allstages.log", used: 378, formats: [.event]),
    Sample(path: "k8s-audit/lab_v1.33.13_metadata.log", used: 111, formats: [.event]),
    Sample(path: "k8s-audit/lab_v1.33.13_request_omitmanaged_truncated.log", used: 109, formats: [.event]),
    Sample(path: "k8s-audit/lab_v1.33.13_legacy_format.log", used: 217, formats: [.legacy]),
    // An object with a kind of 0: JSON, but no event.
    Sample(path: "k8s-audit/falco_fal_01_003.json", used: 0, ignored: [.json: 1], formats: []),
    Sample(path: "k8s-audit-cloud/derived_eks_filter-log-events.json", used: 20, formats: [.cloudWatch]),
    Sample(path: "k8s-audit-cloud/derived_eks_subscription.json", used: 20, formats: [.cloudWatchSubscription]),
    // Its last line ends with CloudWatch's mark of what it cut.
    Sample(path: "k8s-audit-cloud/derived_eks_s3export.txt", used: 20, damaged: 1, formats: [.cloudWatchExport]),
    Sample(path: "k8s-audit-cloud/derived_aks_eventhub_batch.json", used: 20, formats: [.azureDiagnostics]),
    Sample(path: "k8s-audit-cloud/derived_aks_blob_PT1H.jsonl", used: 20, formats: [.azureDiagnostics]),
    Sample(path: "k8s-audit-cloud/derived_openshift_node-logs.txt", used: 20, formats: [.nodeLogs]),
    Sample(path: "k8s-audit-cloud/derived_gke_cloudlogging.jsonl", used: 20, formats: [.cloudLogging]),
    // Nine entries are of GKE's own service, not of an API server.
    Sample(path: "k8s-audit-cloud/khi_gke_cloudlogging.jsonl", used: 3, ignored: [.json: 9], formats: [.cloudLogging]),
    // Eight have no verb.
    Sample(path: "k8s-audit-cloud/panther_eks.jsonl", used: 174, damaged: 8, formats: [.event]),
    // Six are of other services, or of no service.
    Sample(path: "k8s-audit-cloud/panther_gke.jsonl", used: 51, ignored: [.json: 6], formats: [.cloudLogging]),
    // Six are of Azure's activity log.
    Sample(path: "k8s-audit-cloud/panther_aks.jsonl", used: 34, ignored: [.json: 6], formats: [.azureDiagnostics]),
    // Three have no verb; of the others nothing says that they are of an API server.
    Sample(path: "k8s-audit-cloud/panther_other.jsonl", used: 0, ignored: [.json: 5], damaged: 3, formats: []),
  ]

  @Test(arguments: samples)
  func `every record of a sample is accounted for`(_ sample: Sample) throws {
    var formats: Set<AuditFormat> = []
    let path = SharedFolder.url.appending(path: "formats/\(sample.path)").path
    let ledger = try AuditLogReader(sources: [path]).read { formats.insert($0.provenance.format) }
    #expect(ledger.used == sample.used)
    #expect(ledger.ignored == sample.ignored)
    #expect(ledger.damaged == sample.damaged)
    #expect(formats == sample.formats)
  }

  @Test func `a folder of what a webhook was sent`() throws {
    let ledger = try AuditLogReader(sources: [SharedFolder.url.path + "/formats/k8s-audit/lab_webhook_eventlist/*.json"]).read { event in
      #expect(event.provenance.format == .eventList)
      #expect(event.provenance.item != nil)
    }
    #expect(ledger.files.map(\.used) == [18, 53, 4, 68, 21, 8, 20, 32, 24, 12, 20, 26, 8, 55, 9])
    #expect(ledger.isComplete)
  }

  @Test func `traces of another project have one event for each line`() throws {
    let ledger = try AuditLogReader(sources: [SharedFolder.url.path + "/formats/k8s-audit/falco_*.json"]).read { _ in }
    for file in ledger.files where !file.name.hasSuffix("fal_01_003.json") {
      let lines = try String(contentsOfFile: file.name, encoding: .utf8).split(whereSeparator: \.isNewline)
      #expect(file.used == lines.count, "\(file.name)")
    }
    #expect(ledger.isComplete)
  }

  /// The wrapped samples were made from events of the plain one.
  @Test(arguments: [
    "derived_eks_filter-log-events.json", "derived_eks_subscription.json", "derived_eks_s3export.txt",
    "derived_aks_eventhub_batch.json", "derived_aks_blob_PT1H.jsonl", "derived_openshift_node-logs.txt",
  ])
  func `a wrapped event is the one that was wrapped`(_ name: String) throws {
    var plain: [String: AuditEvent] = [:]
    for log in ["requestresponse_allstages", "metadata", "request_omitmanaged_truncated"] {
      let path = SharedFolder.url.path + "/formats/k8s-audit/lab_v1.33.13_\(log).log"
      _ = try AuditLogReader(sources: [path]).read { event in
        plain["\(event.auditID ?? "") \(event.stage?.name ?? "")"] = event.content
      }
    }
    _ = try AuditLogReader(sources: [SharedFolder.url.path + "/formats/k8s-audit-cloud/\(name)"]).read { event in
      #expect(plain["\(event.auditID ?? "") \(event.stage?.name ?? "")"] == event.content)
    }
  }

  @Test func `the recordings are read whole`() throws {
    let ledger = try AuditLogReader(sources: [SharedFolder.url.path + "/recorded/audit"]).read { event in
      #expect(event.stageTime?.microseconds != nil)
      #expect(event.level != nil)
    }
    #expect(ledger.files.map(\.used) == [3_125, 1_285])
    #expect(ledger.lines == 4_410)
    #expect(ledger.isComplete)
  }
}
