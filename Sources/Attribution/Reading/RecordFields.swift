internal import KubeModel

/// The keys by which a record is recognised and read, and their values in one JSON object.
struct RecordFields {
  enum Key: Int, CaseIterable {
    // An audit event's.
    case kind, apiVersion, level, auditID, stage, requestURI, verb, user, impersonatedUser, sourceIPs, userAgent
    case objectRef, responseStatus, requestObject, responseObject, requestReceivedTimestamp, stageTimestamp
    case annotations
    /// Of v1alpha1 and v1beta1.
    case timestamp
    // Wrappers'.
    case message, log, stream, properties, category, protoPayload, insertId, operation, labels, data, kubernetes
    case azureLog, cloudWatch, kinesis
    // Azure's tables AKSAudit and AKSAuditAdmin, where other columns tell the rest.
    case azureAuditID, azureStage

    /// As it stands in the JSON.
    var name: String {
      switch self {
      case .azureLog: "log_s"
      case .cloudWatch: "awslogs"
      case .azureAuditID: "AuditId"
      case .azureStage: "Stage"
      default: "\(self)"
      }
    }
  }

  private static let keys = JSONKeys(Key.allCases.map(\.name) + RecordList.allCases.map(\.rawValue))

  private var values = JSONFields(keys)

  /// Takes the fields of another object.
  mutating func read(_ object: JSONPart) { values.read(object) }

  /// A key that stands here twice: readers differ on which value counts.
  var duplicate: String? {
    values.duplicate.map { index in
      Key(rawValue: index)?.name ?? RecordList.allCases[index - Key.allCases.count].rawValue
    }
  }

  /// Whether the object has a list of records.
  var hasLists: Bool {
    RecordList.allCases.indices.contains { values[Key.allCases.count + $0]?.elements != nil }
  }

  /// The lists of records that the object has.
  var lists: [(list: RecordList, items: JSONPart.Elements)] {
    RecordList.allCases.enumerated().compactMap { index, list in
      values[Key.allCases.count + index]?.elements.map { (list, $0) }
    }
  }

  /// Whether the object may wrap a record: what has a kind is an object of the API's own.
  var mayWrap: Bool { self[.kind] == nil }

  /// The value of a key; nil where it is absent or null.
  subscript(key: Key) -> JSONPart? { values[key.rawValue] }
}
