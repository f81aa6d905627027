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

  /// The keys of each length, which tells most of them apart.
  private static let keys: [[(key: Key, bytes: [UInt8])]] = {
    let all = Key.allCases.map { (key: $0, bytes: Array($0.name.utf8)) }
    let longest = all.map(\.bytes.count).max() ?? 0
    return (0...longest).map { length in all.filter { $0.bytes.count == length } }
  }()

  private var values: [JSONPart?]
  /// The lists of records that the object has.
  private(set) var lists: [(list: RecordList, items: JSONPart.Elements)] = []
  /// A key that stands here twice: readers differ on which value counts.
  private(set) var duplicate: String?

  init() { values = Array(repeating: nil, count: Key.allCases.count) }

  /// Takes the fields of another object.
  mutating func read(_ object: JSONPart) {
    for index in values.indices { values[index] = nil }
    lists.removeAll(keepingCapacity: true)
    duplicate = nil
    guard let entries = object.entries else { return }
    for (name, value) in entries {
      guard let bytes = name.utf8 else { continue }
      if let key = RecordFields.key(bytes) {
        if values[key.rawValue] != nil { duplicate = key.name }
        values[key.rawValue] = value
      } else if let items = value.elements, let list = RecordList.named(bytes) {
        if lists.contains(where: { $0.list == list }) { duplicate = list.rawValue }
        lists.append((list, items))
      }
    }
  }

  private static func key(_ bytes: UnsafeBufferPointer<UInt8>) -> Key? {
    guard bytes.count < keys.count else { return nil }
    for (key, name) in keys[bytes.count] where bytes.elementsEqual(name) { return key }
    return nil
  }

  /// Whether the object may wrap a record: what has a kind is an object of the API's own.
  var mayWrap: Bool { self[.kind] == nil }

  /// The value of a key; nil where it is absent or null.
  subscript(key: Key) -> JSONPart? {
    guard let value = values[key.rawValue], !value.isNull else { return nil }
    return value
  }
}
