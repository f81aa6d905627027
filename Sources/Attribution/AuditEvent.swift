internal import Integrity
package import KubeModel

/// One event of an API server's audit log, in whatever wrapping it came.
///
/// What the log does not say is nil, never guessed: a provider that leaves a field out leaves it unknown.
package struct AuditEvent: Sendable, Equatable {
  /// One for each request and shared by its stages. A client can choose it: it tells requests apart only together
  /// with the URI and the time. On GKE the entry's `insertId`.
  package var auditID: String?
  /// Decides which bodies the event can have. The legacy format and GKE do not tell it.
  package var level: AuditLevel?
  /// On GKE `ResponseComplete` for an entry that is the last of its operation, `RequestReceived` for one that is only
  /// the first, and nil where the entry names no operation.
  package var stage: AuditStage?
  /// As Kubernetes says it: `create`, `deletecollection`. For requests of no resource the method in lower case.
  package var verb: String
  /// The path and query as the client sent them.
  package var requestURI: RequestURI?
  /// The user who was authenticated; nil where the log names none. A request that did not authenticate has a user
  /// without a name.
  package var user: AuditUser?
  /// The user as whom the request was made, where that is another.
  package var impersonatedUser: AuditUser?
  /// The last one is the connection's; a client can claim any of those before it. The legacy format and GKE give one
  /// address, which is the first.
  package var sourceIPs: [String]
  package var userAgent: String?
  /// What the request was about; nil for requests of no resource. The legacy format has none: it is read from the URI.
  package var objectRef: AuditObjectReference?
  package var response: AuditResponse?
  /// Nil where the level or the wrapper leaves it out. A JSON patch is a list.
  package var requestObject: Value?
  package var responseObject: Value?
  /// When the API server took the request in.
  package var requestReceived: AuditTime?
  /// When the stage was reached: of `ResponseComplete`, when the request took effect. On GKE the entry's time.
  package var stageTime: AuditTime?
  /// The event's annotations; on GKE the entry's labels, which hold them.
  package var annotations: [String: String]
  /// Whether the server or the provider left bodies out because the event was too large.
  package var isTruncated: Bool
  package var provenance: AuditProvenance

  /// The event's annotation `audit.k8s.io/truncated`.
  static let truncatedAnnotation = "audit.k8s.io/truncated"
}

/// How much of a request the audit policy has recorded; other values than the API's own are kept as they are.
package struct AuditLevel: Sendable, Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }

  package static let metadata = AuditLevel("Metadata")
  package static let request = AuditLevel("Request")
  package static let requestResponse = AuditLevel("RequestResponse")
}

/// How far a request had come; other values than the API's own are kept as they are.
package struct AuditStage: Sendable, Hashable {
  package let name: String

  package init(_ name: String) { self.name = name }

  package static let requestReceived = AuditStage("RequestReceived")
  package static let responseStarted = AuditStage("ResponseStarted")
  package static let responseComplete = AuditStage("ResponseComplete")
  package static let panic = AuditStage("Panic")
}

package struct AuditUser: Sendable, Equatable {
  /// Nil for a request that did not authenticate.
  package var username: String?
  package var uid: String?
  /// Nil where the log does not tell groups (GKE).
  package var groups: [String]?
  /// What the authenticator added: on EKS the role's ARN and the session's name.
  package var extra: [String: [String]]
}

package struct AuditObjectReference: Sendable, Equatable {
  package var resource: String?
  package var namespace: String?
  /// Nil for lists, collections and objects whose name the server makes.
  package var name: String?
  package var uid: String?
  /// Empty for the core group; nil where the log does not tell the group.
  package var apiGroup: String?
  package var apiVersion: String?
  package var resourceVersion: String?
  package var subresource: String?

  /// The group and the resource, where both are known.
  package var groupResource: GroupResource? {
    guard let apiGroup, let resource else { return nil }
    return GroupResource(group: apiGroup, resource: resource)
  }
}

/// A resource as the API names it: the same plural can stand in several groups.
package struct GroupResource: Sendable, Hashable {
  package let group: String
  package let resource: String

  package init(group: String, resource: String) {
    self.group = group
    self.resource = resource
  }

  package init(_ type: ResourceType) { self.init(group: type.group, resource: type.resource) }

  /// `networkpolicies.networking.k8s.io`; the core group has no suffix.
  package var qualifiedName: String { group.isEmpty ? resource : "\(resource).\(group)" }
}

/// What the server answered.
package struct AuditResponse: Sendable, Equatable {
  /// The object that the answer was about, as `metav1.Status` tells it.
  package struct Details: Sendable, Equatable {
    package var name: String?
    package var uid: String?
    package var group: String?
    package var kind: String?
  }

  /// Of HTTP; nil on GKE.
  package var code: Int?
  /// GKE's: the canonical code of an RPC, 0 where the request succeeded. nil elsewhere.
  package var rpcCode: Int?
  /// `Success` or `Failure`, where the server says so.
  package var status: String?
  package var reason: String?
  package var message: String?
  package var details: Details?

  /// Whether the request succeeded; nil where the log does not tell.
  package var isSuccess: Bool? { code.map { (200..<300).contains($0) } ?? rpcCode.map { $0 == 0 } }
}

/// Where an event stands, for a person to find it again.
package struct AuditProvenance: Sendable, Equatable {
  /// The file as it was named, or as it was found below the folder that was named; `-` for standard input.
  package var file: String
  /// The line on which the record begins, counted from 1; of a compressed file, once it is decompressed.
  package var line: Int
  /// The line on which it ends: another one where it was written over several.
  package var lastLine: Int
  /// Its place in the list that holds it (`items`, `events`, `records`), counted from 1; nil where it is in none.
  package var item: Int?
  package var format: AuditFormat
  /// The record's bytes as they stand in the file: the whole line without its end, or the item of a list.
  package var record: [UInt8]

  /// The SHA-256 of the record's bytes. For a record that is a line: `sed -n LINEp FILE | tr -d '\n' | sha256sum`.
  package var sha256: String { SHA256Digest.hex(record) }
}

/// How an event was wrapped.
package enum AuditFormat: String, Sendable, CaseIterable {
  /// An event by itself, as the API server's log backend writes it.
  case event
  /// An item of an `EventList`, as the webhook backend sends it.
  case eventList = "event-list"
  /// The log backend's text, one line for each event.
  case legacy
  /// A list of CloudWatch's events (EKS).
  case cloudWatch = "cloudwatch"
  /// What CloudWatch sends to a subscriber (EKS).
  case cloudWatchSubscription = "cloudwatch-subscription"
  /// A time stamp before each event, as CloudWatch exports to S3 (EKS).
  case cloudWatchExport = "cloudwatch-export"
  /// A log entry of Google Cloud (GKE).
  case cloudLogging = "cloud-logging"
  /// A record of Azure's diagnostic settings (AKS).
  case azureDiagnostics = "azure-diagnostics"
  /// A node's name before each event, as `oc adm node-logs` prints it.
  case nodeLogs = "node-logs"
  /// A line that a container runtime wrote.
  case container
  /// Something else around each event.
  case wrapped
}
