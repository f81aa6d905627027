internal import KubeModel

/// The file of a record: `kind: ChangeRecord` in canonical form.
extension ChangeRecord {
  package var bytes: [UInt8] { CanonicalYAML.bytes(of: value) }

  private var value: Value {
    var spec = Mapping([
      ("id", .string(id)), ("verb", .string(verb)),
      ("effect", .string(effect.rawValue)), ("step", .string(step.rawValue)), ("target", ChangeRecord.value(target)),
      ("time", .string(time.text)),
    ])
    spec["level"] = level.map(Value.string)
    spec["stage"] = stage.map(Value.string)
    spec["auditID"] = auditID.map(Value.string)
    spec["uid"] = uid.map(Value.string)
    spec["requested"] = requested.map { .string($0.text) }
    spec["user"] = user.map(ChangeRecord.value)
    spec["impersonatedUser"] = impersonated.map(ChangeRecord.value)
    if !sourceIPs.isEmpty { spec["sourceIPs"] = .list(sourceIPs.map(Value.string)) }
    spec["userAgent"] = userAgent.map(Value.string)
    spec["fieldManager"] = fieldManager.map(Value.string)
    spec["authorization"] = authorization.map(Value.string)
    spec["code"] = code.map(Value.int)
    spec["reason"] = reason.map(Value.string)
    spec["message"] = message.map(Value.string)
    spec["resourceVersion"] = resourceVersion.map(Value.string)
    spec["previousResourceVersion"] = previousResourceVersion.map(Value.string)
    spec["generation"] = generation.map(Value.int)
    spec["cause"] = cause.map(Value.string)
    if isWhole { spec["whole"] = true }
    spec["selector"] = selector.map(Value.string)
    if isTruncated { spec["truncated"] = true }
    var root = Mapping([
      ("apiVersion", "ambit/v1"), ("kind", "ChangeRecord"), ("spec", .map(spec)),
    ])
    root["reconstructed"] = state?.value
    return .map(root)
  }

  private static func value(_ target: Target) -> Value {
    var map = Mapping([("group", .string(target.group)), ("resource", .string(target.resource))])
    map["namespace"] = target.namespace.map(Value.string)
    map["name"] = target.name.map(Value.string)
    return .map(map)
  }

  private static func value(_ user: User) -> Value {
    var map = Mapping([("name", .string(user.name))])
    if !user.groups.isEmpty { map["groups"] = .list(user.groups.map(Value.string)) }
    if !user.extra.isEmpty {
      map["extra"] = .map(Mapping(user.extra.map { ($0.key, .list($0.value.map(Value.string))) }))
    }
    return .map(map)
  }

  /// Reads the file of a record; nil where it is none.
  package init?(_ bytes: [UInt8]) {
    guard let root = CanonicalYAML.value(of: bytes), root["kind"]?.string == "ChangeRecord",
      let spec = root["spec"], let id = spec["id"]?.string, let verb = spec["verb"]?.string,
      let effect = spec["effect"]?.string.flatMap(Effect.init), let step = spec["step"]?.string.flatMap(Step.init),
      let group = spec["target"]?["group"]?.string, let resource = spec["target"]?["resource"]?.string,
      let time = spec["time"]?.string.map(AuditTime.init), time.microseconds != nil
    else { return nil }
    self.init(
      id: id, auditID: spec["auditID"]?.string, verb: verb, level: spec["level"]?.string, stage: spec["stage"]?.string, effect: effect, step: step,
      target: Target(
        group: group, resource: resource, namespace: spec["target"]?["namespace"]?.string,
        name: spec["target"]?["name"]?.string),
      time: time, user: spec["user"].flatMap(ChangeRecord.user))
    uid = spec["uid"]?.string
    requested = spec["requested"]?.string.map(AuditTime.init)
    impersonated = spec["impersonatedUser"].flatMap(ChangeRecord.user)
    sourceIPs = spec["sourceIPs"]?.strings ?? []
    userAgent = spec["userAgent"]?.string
    fieldManager = spec["fieldManager"]?.string
    authorization = spec["authorization"]?.string
    code = spec["code"]?.int
    reason = spec["reason"]?.string
    message = spec["message"]?.string
    resourceVersion = spec["resourceVersion"]?.string
    previousResourceVersion = spec["previousResourceVersion"]?.string
    generation = spec["generation"]?.int
    cause = spec["cause"]?.string
    isWhole = spec["whole"]?.bool ?? false
    selector = spec["selector"]?.string
    isTruncated = spec["truncated"]?.bool ?? false
    state = root["reconstructed"].map { KubeObject($0) }
  }

  private static func user(_ value: Value) -> User? {
    guard let name = value["name"]?.string else { return nil }
    return User(
      name: name, groups: value["groups"]?.strings ?? [],
      extra: (value["extra"]?.map?.entries ?? []).reduce(into: [:]) { $0[$1.key] = $1.value.strings ?? [] })
  }
}
