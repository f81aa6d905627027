internal import KubeModel

/// Why a record is damaged.
struct RecordFault: Error {
  let reason: String
}

/// Reads an audit event of the API's own shape, of any of its versions.
struct EventParser: EventSource {
  /// What AKS puts in the place of a body that is too large.
  private static let skippedBody = "skipped-too-big-size-object"

  private static let referenceKeys = JSONKeys([
    "resource", "namespace", "name", "uid", "apiGroup", "apiVersion", "resourceVersion", "subresource",
  ])
  private static let responseKeys = JSONKeys(["code", "status", "reason", "message", "details"])

  let fields: RecordFields

  /// Whether these are the fields of an audit event. Events of webhooks have no kind, and events that passed through
  /// other hands may lack more; a core Event has a kind too, but no verb.
  static func isEvent(_ fields: RecordFields) -> Bool {
    if fields[.auditID] != nil && fields[.stage] != nil { return true }
    guard fields[.kind]?.isText(literal: "Event") == true else { return false }
    if fields[.verb] != nil && (fields[.objectRef] != nil || fields[.requestURI] != nil) { return true }
    return fields[.apiVersion]?.utf8?.starts(with: "audit.k8s.io/".utf8) == true
  }

  /// The verb, by which most events are told to be of no interest.
  func verb() throws(RecordFault) -> String {
    guard let verb = try text(.verb), !verb.isEmpty else { throw RecordFault(reason: "an audit event without a verb") }
    return verb
  }

  /// What the request was about: as the event tells it, or as its path does where the event has no reference.
  func objectReference() throws(RecordFault) -> AuditObjectReference? {
    guard let part = fields[.objectRef] else { return try uri()?.objectReference }
    let parts = try fields(of: part, EventParser.referenceKeys, .objectRef)
    var reference = AuditObjectReference(
      resource: parts[0]?.string, namespace: parts[1]?.string, name: parts[2]?.string, uid: parts[3]?.string,
      apiGroup: parts[4]?.string, apiVersion: parts[5]?.string, resourceVersion: parts[6]?.string,
      subresource: parts[7]?.string)
    if reference.apiGroup == nil {
      // v1alpha1 has the group in the version.
      let parts = reference.apiVersion?.split(separator: "/", maxSplits: 1) ?? []
      reference.apiGroup = parts.count == 2 ? String(parts[0]) : ""
      if parts.count == 2 { reference.apiVersion = String(parts[1]) }
    }
    return reference
  }

  var tellsObject: Bool { fields[.objectRef] != nil || fields[.requestURI] != nil }

  /// The whole event. Bodies become values here, which is what costs.
  func event(
    verb: String, _ objectReference: AuditObjectReference?, _ provenance: AuditProvenance
  ) throws(RecordFault) -> AuditEvent {
    let annotations = try strings(.annotations) ?? [:]
    // Of v1alpha1 and v1beta1, where it has another name.
    let earlier = try text(.timestamp)
    let (requestBody, responseBody) = (try body(.requestObject), try body(.responseObject))
    return AuditEvent(
      auditID: try text(.auditID), level: try text(.level).map(AuditLevel.init), stage: try text(.stage).map(AuditStage.init),
      verb: verb, requestURI: try uri(), user: try user(.user), impersonatedUser: try user(.impersonatedUser),
      sourceIPs: try list(.sourceIPs) ?? [], userAgent: try text(.userAgent), objectRef: objectReference,
      response: try response(), requestObject: requestBody.value, responseObject: responseBody.value,
      requestReceived: (try text(.requestReceivedTimestamp) ?? earlier).map(AuditTime.init),
      stageTime: try text(.stageTimestamp).map(AuditTime.init), annotations: annotations,
      isTruncated: annotations[AuditEvent.truncatedAnnotation] == "true" || requestBody.isSkipped || responseBody.isSkipped,
      provenance: provenance)
  }

  // MARK: Fields

  private func wrong(_ key: RecordFields.Key) -> RecordFault {
    RecordFault(reason: "an audit event whose \(key.name) is of another type")
  }

  /// The fields of a mapping in the event.
  private func fields(
    of part: JSONPart, _ keys: JSONKeys, _ key: RecordFields.Key
  ) throws(RecordFault) -> JSONFields {
    guard part.isMap else { throw wrong(key) }
    var parts = JSONFields(keys)
    parts.read(part)
    guard parts.duplicate == nil else {
      throw RecordFault(reason: "an audit event whose \(key.name) has a key twice")
    }
    return parts
  }

  private func text(_ key: RecordFields.Key) throws(RecordFault) -> String? {
    guard let part = fields[key] else { return nil }
    guard let text = part.string else { throw wrong(key) }
    return text
  }

  private func uri() throws(RecordFault) -> RequestURI? { try text(.requestURI).map(RequestURI.init) }

  private func value(_ part: JSONPart, _ key: RecordFields.Key) throws(RecordFault) -> Value {
    do { return try part.value() } catch {
      throw RecordFault(reason: "an audit event whose \(key.name) cannot be read: \(error.message)")
    }
  }

  private func list(_ key: RecordFields.Key) throws(RecordFault) -> [String]? {
    guard let part = fields[key] else { return nil }
    guard let list = try value(part, key).list, let strings = EventParser.strings(list) else { throw wrong(key) }
    return strings
  }

  private func strings(_ key: RecordFields.Key) throws(RecordFault) -> [String: String]? {
    guard let part = fields[key] else { return nil }
    guard let map = try value(part, key).map, let strings = Value.map(map).stringMap, strings.count == map.count else {
      throw wrong(key)
    }
    return strings
  }

  /// The strings of a list that has nothing else.
  private static func strings(_ list: [Value]) -> [String]? {
    let strings = list.compactMap(\.string)
    return strings.count == list.count ? strings : nil
  }

  private func user(_ key: RecordFields.Key) throws(RecordFault) -> AuditUser? {
    guard let part = fields[key] else { return nil }
    let user = try value(part, key)
    guard user.map != nil else { throw wrong(key) }
    var extra: [String: [String]] = [:]
    for (name, values) in user["extra"]?.map?.entries ?? [] {
      // A single value stands without a list in some exports.
      guard let texts = values.list.flatMap(EventParser.strings) ?? values.string.map({ [$0] }) else { throw wrong(key) }
      extra[name] = texts
    }
    return AuditUser(
      username: user["username"]?.string, uid: user["uid"]?.string, groups: user["groups"]?.strings ?? [], extra: extra)
  }

  private func response() throws(RecordFault) -> AuditResponse? {
    guard let part = fields[.responseStatus] else { return nil }
    let parts = try fields(of: part, EventParser.responseKeys, .responseStatus)
    let details = parts[4].map {
      AuditResponse.Details(
        name: $0["name"]?.string, uid: $0["uid"]?.string, group: $0["group"]?.string, kind: $0["kind"]?.string)
    }
    return AuditResponse(
      code: parts[0]?.int.map { Int($0) }, rpcCode: nil, status: parts[1]?.string, reason: parts[2]?.string,
      message: parts[3]?.string, details: details)
  }

  private func body(_ key: RecordFields.Key) throws(RecordFault) -> (value: Value?, isSkipped: Bool) {
    guard let part = fields[key] else { return (nil, false) }
    guard !part.isText(EventParser.skippedBody) else { return (nil, true) }
    return (try value(part, key), false)
  }
}
