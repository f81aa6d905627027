internal import KubeModel

/// An entry of Google Cloud's audit log that a GKE cluster's API server wrote.
///
/// It has no HTTP code, no groups, no URI and no level; `AuditEvent` tells what stands for its stage.
struct CloudLoggingEntry: EventSource {
  let fields: RecordFields
  let payload: JSONPart

  /// Nil where the fields are of an entry of another service.
  init?(_ fields: RecordFields) {
    guard let payload = fields[.protoPayload], payload.isMap else { return nil }
    let isKubernetes =
      payload["serviceName"].map { $0.isText(literal: "k8s.io") }
      ?? (payload["methodName"]?.utf8?.starts(with: "io.k8s.".utf8) == true)
    guard isKubernetes else { return nil }
    self.fields = fields
    self.payload = payload
  }

  /// The parts of `io.k8s.networking.v1.networkpolicies.create`.
  private var method: [Substring] { payload["methodName"]?.string?.split(separator: ".") ?? [] }

  /// What the method ends with.
  func verb() throws(RecordFault) -> String {
    guard let verb = method.last, !verb.isEmpty else { throw RecordFault(reason: "an entry without a method") }
    return String(verb)
  }

  /// By its method at least.
  var tellsObject: Bool { true }

  /// What `networking.k8s.io/v1/namespaces/NS/networkpolicies/NAME` names; where the entry has no such name, what the
  /// method tells of the resource, which is not its group.
  func objectReference() throws(RecordFault) -> AuditObjectReference? {
    if let name = payload["resourceName"]?.string {
      var parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)[...]
      guard parts.count > 2, let group = parts.popFirst(), let version = parts.popFirst() else { return nil }
      return AuditObjectReference(group: group == "core" ? "" : group, version: version, path: parts)
    }
    // `io.k8s.core.v1.pods.exec.create`
    let method = method
    guard let place = method.firstIndex(where: CloudLoggingEntry.isVersion), method.count > place + 2 else { return nil }
    return AuditObjectReference(
      resource: String(method[place + 1]), namespace: nil, name: nil, uid: nil,
      apiGroup: method[..<place].elementsEqual(["io", "k8s", "core"]) ? "" : nil, apiVersion: String(method[place]),
      resourceVersion: nil, subresource: method.count > place + 3 ? String(method[place + 2]) : nil)
  }

  /// `v1`, `v1beta1`
  private static func isVersion(_ text: Substring) -> Bool {
    let bytes = text.utf8
    return bytes.first == UInt8(ascii: "v") && bytes.dropFirst().first.map { (0x30...0x39).contains($0) } == true
  }

  func event(
    verb: String, _ objectReference: AuditObjectReference?, _ provenance: AuditProvenance
  ) throws(RecordFault) -> AuditEvent {
    let metadata = payload["requestMetadata"]
    return AuditEvent(
      auditID: fields[.insertId]?.string, level: nil, stage: stage, verb: verb, requestURI: nil, user: user,
      impersonatedUser: nil, sourceIPs: metadata?["callerIp"]?.string.map { [$0] } ?? [],
      userAgent: metadata?["callerSuppliedUserAgent"]?.string, objectRef: objectReference, response: response,
      requestObject: try body("request"), responseObject: try body("response"), requestReceived: nil,
      stageTime: fields[.timestamp]?.string.map(AuditTime.init), annotations: try labels(), isTruncated: false,
      provenance: provenance)
  }

  private func isTrue(_ key: StaticString) -> Bool { fields[.operation]?[key]?.bool == true }

  private var stage: AuditStage? {
    if isTrue("last") { return .responseComplete }
    return isTrue("first") ? .requestReceived : nil
  }

  private var user: AuditUser? {
    payload["authenticationInfo"]?["principalEmail"]?.string.map {
      AuditUser(username: $0, uid: nil, groups: nil, extra: [:])
    }
  }

  /// A status without a code is one of success, since fields of value 0 are left out. So is the lack of a status, but
  /// not in the first entry of an operation that goes on.
  private var response: AuditResponse? {
    guard let status = payload["status"] else {
      return stage == .requestReceived
        ? nil : AuditResponse(code: nil, rpcCode: 0, status: nil, reason: nil, message: nil, details: nil)
    }
    return AuditResponse(
      code: nil, rpcCode: status["code"].map { $0.int.map { Int($0) } } ?? 0, status: nil, reason: nil,
      message: status["message"]?.string, details: nil)
  }

  private func labels() throws(RecordFault) -> [String: String] {
    guard let labels = fields[.labels] else { return [:] }
    return try value(labels).stringMap ?? [:]
  }

  /// A body, without the name of the type that the wrapper adds to it.
  private func body(_ key: StaticString) throws(RecordFault) -> Value? {
    guard let part = payload[key], !part.isNull else { return nil }
    guard case .map(var map) = try value(part) else { return try value(part) }
    map["@type"] = nil
    return .map(map)
  }

  private func value(_ part: JSONPart) throws(RecordFault) -> Value {
    do { return try part.value() } catch { throw RecordFault(reason: "an entry that cannot be read: \(error.message)") }
  }
}
