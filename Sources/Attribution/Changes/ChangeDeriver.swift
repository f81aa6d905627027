internal import Integrity
internal import KubeModel

/// Turns audit events into change records: what was written, refused or tried, and by whom.
package enum ChangeDeriver {
  /// Why an event is no change.
  package enum Ignored: String, Sendable, CaseIterable {
    case read = "reads"
    case otherKind = "kinds that are not recorded"
    case subresource = "status and other subresources"
    case controllers = "pods and replicas that controllers and nodes manage"
    case nothingDeleted = "collections with nothing in them"
    case groupUnknown = "resources whose group the log does not tell"
    case timeUnknown = "events without a time"
  }

  package enum Outcome: Sendable {
    case records([ChangeRecord])
    case ignored(Ignored)
  }

  package static let verbs: Set<String> = ["create", "update", "patch", "delete", "deletecollection"]

  /// The records of an event: one, or one for each object that a collection lost.
  package static func outcome(of event: AuditEvent) -> Outcome {
    guard verbs.contains(event.verb) else { return .ignored(.read) }
    guard let reference = event.objectRef, let resource = reference.resource else { return .ignored(.otherKind) }
    guard let group = reference.apiGroup else { return .ignored(.groupUnknown) }
    guard let time = event.stageTime ?? event.requestReceived, time.microseconds != nil else {
      return .ignored(.timeUnknown)
    }
    let target = ChangeRecord.Target(
      group: ResourceCatalog.canonicalGroup(group), resource: resource, namespace: reference.namespace,
      name: reference.name ?? nameOfResponse(event) ?? event.response?.details?.name)
    let type = target.type
    if let reason = reasonToIgnore(event, type, resource) { return .ignored(reason) }
    var record = ChangeRecord(
      id: "", auditID: event.auditID, verb: event.verb, level: event.level?.name, stage: event.stage?.name,
      effect: self.effect(event), step: .written, target: target, time: time, user: event.user.flatMap(user))
    record.uid = reference.uid ?? event.response?.details?.uid
    record.requested = event.requestReceived
    record.impersonated = event.impersonatedUser.flatMap(user)
    record.sourceIPs = event.sourceIPs
    record.userAgent = event.userAgent
    record.fieldManager = event.requestURI?["fieldManager"]
    record.authorization = event.annotations["authorization.k8s.io/reason"].flatMap { $0.isEmpty ? nil : $0 }
    record.code = event.response?.code.map(Int64.init)
    record.reason = event.response?.reason
    record.message = record.effect == .refused ? event.response?.message.map { String($0.prefix(500)) } : nil
    record.previousResourceVersion = reference.resourceVersion
    record.isTruncated = event.isTruncated
    record.selector = event.requestURI?["labelSelector"]
    (record.cause, record.isWhole) = cause(event)
    record.id = id(event, target, member: nil)
    if event.verb == "deletecollection" { return members(of: event, type, record) }
    record.step = step(event, type)
    if record.effect == .applied { take(event.responseObject, type, into: &record) }
    // The version of what a deletion returns is that of the last write.
    if event.verb == "delete" && record.step == .removed { record.resourceVersion = nil }
    return .records([record])
  }

  // MARK: Which events

  private static func reasonToIgnore(_ event: AuditEvent, _ type: ResourceType?, _ resource: String) -> Ignored? {
    let name = event.user?.username ?? ""
    let subresource = event.objectRef?.subresource ?? ""
    guard let type else {
      // What a person deletes can own a policy, which then goes too. Of Secrets not even names are kept.
      let isCause = event.verb == "delete" && subresource.isEmpty && !isSystem(name) && resource != "secrets"
      return isCause ? nil : .otherKind
    }
    // The last of a namespace's finalizers is what lets it go.
    let isEnd = type == ResourceCatalog.namespaces && subresource == "finalize"
    if !subresource.isEmpty && !isEnd { return .subresource }
    let isManaged = type.role == .folded && ["pods", "replicasets", "jobs"].contains(resource)
    return isManaged && isSystem(name) && name != namespaceController ? .controllers : nil
  }

  package static let namespaceController = "system:serviceaccount:kube-system:namespace-controller"
  package static let garbageCollector = "system:serviceaccount:kube-system:generic-garbage-collector"

  /// Whether a user is a part of Kubernetes itself.
  package static func isSystem(_ user: String) -> Bool {
    user.hasPrefix("system:serviceaccount:kube-system:") || user.hasPrefix("system:node:")
      || ["system:kube-controller-manager", "system:kube-scheduler", "system:apiserver"].contains(user)
  }

  // MARK: What became of it

  private static func effect(_ event: AuditEvent) -> ChangeRecord.Effect {
    guard event.stage != .requestReceived, event.stage != .panic, let isSuccess = event.response?.isSuccess else {
      return .unfinished
    }
    if !isSuccess || event.responseObject?["status"]?.string == "Failure" { return .refused }
    let isDryRun =
      event.requestURI?.values("dryRun").contains { !$0.isEmpty } == true
      || event.requestObject?["dryRun"]?.list?.isEmpty == false
    if isDryRun { return .dryRun }
    let isDeletion = event.verb == "delete" || event.verb == "deletecollection"
    guard isDeletion, event.requestObject == nil else { return .applied }
    // Whether a deletion is a dry run stands in its body. A level that keeps bodies has none where none was sent.
    let keepsBodies = [.request, .requestResponse].contains(event.level) && !event.isTruncated
    return keepsBodies || isSystem(event.user?.username ?? "") ? .applied : .ambiguous
  }

  private static func step(_ event: AuditEvent, _ type: ResourceType?) -> ChangeRecord.Step {
    let isHeld = isHeld(event.responseObject, type)
    switch event.verb {
    case "delete":
      // A namespace goes once all in it has gone.
      return isHeld ?? (type == ResourceCatalog.namespaces) ? .marked : .removed
    case "create": return .written
    default:
      if event.objectRef?.subresource == "finalize" { return .removed }
      // The write that takes the last finalizer from an object that is to go removes it.
      return isHeld == false && event.responseObject?["metadata"]?["deletionTimestamp"]?.string != nil
        ? .removed : .written
    }
  }

  /// Whether finalizers, or a time of grace, keep an object that is to go; nil where the response is none.
  private static func isHeld(_ response: Value?, _ type: ResourceType?) -> Bool? {
    guard let response, let metadata = response["metadata"], isObject(response) else { return nil }
    let finalizers = (metadata["finalizers"]?.list ?? []) + (response["spec"]?["finalizers"]?.list ?? [])
    return metadata["deletionTimestamp"]?.string != nil
      && (!finalizers.isEmpty || (metadata["deletionGracePeriodSeconds"]?.int ?? 0) > 0)
  }

  private static func isObject(_ response: Value) -> Bool {
    response["kind"]?.string != "Status" && response["items"] == nil && response["metadata"]?["name"]?.string != nil
  }

  private static func nameOfResponse(_ event: AuditEvent) -> String? {
    guard let response = event.responseObject, isObject(response) else { return nil }
    return response["metadata"]?["name"]?.string
  }

  // MARK: Collections

  private static func members(of event: AuditEvent, _ type: ResourceType?, _ request: ChangeRecord) -> Outcome {
    var request = request
    request.step = .collection
    guard let items = event.responseObject?["items"]?.list, request.effect == .applied else {
      return .records([request])
    }
    let records = items.compactMap { item -> ChangeRecord? in
      guard let name = item["metadata"]?["name"]?.string else { return nil }
      var record = request
      record.target.name = name
      record.target.namespace = item["metadata"]?["namespace"]?.string ?? request.target.namespace
      record.id = id(event, record.target, member: name)
      record.step = isHeld(item, type) == true ? .marked : .removed
      // The items of a list do not tell what they are.
      var object = item.map ?? Mapping()
      if let version = event.responseObject?["apiVersion"] { object["apiVersion"] = object["apiVersion"] ?? version }
      if let type { object["kind"] = object["kind"] ?? .string(type.kind) }
      take(.map(object), type, into: &record)
      if record.step == .removed { record.resourceVersion = nil }
      return record
    }
    return records.isEmpty ? .ignored(.nothingDeleted) : .records(records)
  }

  // MARK: Details

  private static func take(_ response: Value?, _ type: ResourceType?, into record: inout ChangeRecord) {
    guard let response, isObject(response), let metadata = response["metadata"] else { return }
    record.uid = metadata["uid"]?.string ?? record.uid
    record.resourceVersion = metadata["resourceVersion"]?.string
    record.generation = metadata["generation"]?.int
    // What is folded is not kept as it is: a controller's template can hold more than policy sees.
    guard let type, type.role != .folded else { return }
    let state = CanonicalForm.object(KubeObject(response), type: type)
    // A log is not to be believed where it shows another object than the one that it names.
    if ObjectID(state, type: type) == record.object { record.state = state }
  }

  private static func cause(_ event: AuditEvent) -> (cause: String?, isWhole: Bool) {
    let isWhole =
      event.verb == "create" || event.verb == "update"
      || event.requestObject?["kind"] != nil && event.requestObject?["apiVersion"] != nil
    if let operations = event.requestObject?.list {
      let path = "/metadata/annotations/kubernetes.io~1change-cause"
      for operation in operations.reversed() where ["add", "replace"].contains(operation["op"]?.string) {
        if operation["path"]?.string == path { return (operation["value"]?.string, false) }
        if operation["path"]?.string == "/metadata/annotations" {
          return (operation["value"]?[ChangeRecord.causeKey]?.string, false)
        }
      }
      return (nil, false)
    }
    return (event.requestObject?["metadata"]?["annotations"]?[ChangeRecord.causeKey]?.string, isWhole)
  }

  private static func user(_ user: AuditUser) -> ChangeRecord.User? {
    guard let name = user.username, !name.isEmpty else { return nil }
    return ChangeRecord.User(
      name: name, groups: user.groups ?? [], extra: user.extra.filter { keptExtra.contains($0.key) })
  }

  /// What tells who a user is; anything else that an authenticator adds may be a secret.
  private static let keptExtra: Set<String> = [
    "arn", "canonicalArn", "principalId", "sessionName", "accessKeyId",
    "authentication.kubernetes.io/credential-id", "authentication.kubernetes.io/node-name",
    "authentication.kubernetes.io/pod-name",
  ]

  /// Tells one request from another. A client may choose its audit ID, and wrappings leave out much.
  private static func id(_ event: AuditEvent, _ target: ChangeRecord.Target, member: String?) -> String {
    var parts = [event.auditID ?? "", event.requestURI?.text ?? "", event.requestReceived?.text ?? "", event.verb]
    if event.auditID == nil {
      parts += [event.user?.username ?? "", event.stageTime?.text ?? "", target.resource, target.namespace ?? ""]
    }
    if let member { parts += [target.namespace ?? "", member] }
    return String(SHA256Digest.hex(Array(parts.joined(separator: "\0").utf8)).prefix(40))
  }
}
