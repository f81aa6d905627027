package import Attribution
package import KubeModel

/// What the audit log says of a change: who made it, or who may have.
package struct IndexedAttribution: Sendable, Hashable {
  package typealias Certainty = Attribution.Certainty

  /// A request that led to the change, or may have.
  package struct Step: Sendable, Hashable {
    /// The id of the change record.
    package var record: String
    package var verb: String
    /// Microseconds since 1970: when it took effect.
    package var time: Int64
    /// Who the server authenticated; nil where the log does not tell.
    package var user: String?
    /// Whom that user acted as.
    package var impersonated: String?
    /// Whether the owner trusts that user to act for others, as a proxy does: then who was impersonated is the actor.
    package var isTrusted = false
    package var groups: [String] = []
    /// All but the last may be forged by the client.
    package var sourceIPs: [String] = []
    package var userAgent: String?
    package var fieldManager: String?
    package var authorization: String?
    package var auditID: String?
    package var cause: String?
    /// What GitOps tools and Helm know the object by.
    package var tracking: [String: String] = [:]
    /// The part of Kubernetes that carried it out, where the user only asked for what led to it.
    package var carriedOutBy: String?
    /// What the user asked for then, such as `delete namespaces/legacy`.
    package var asked: String?

    package init(record: String, verb: String, time: Int64) {
      self.record = record
      self.verb = verb
      self.time = time
    }

    /// Who acted.
    package var actor: String? { isTrusted ? impersonated ?? user : user }
  }

  package let certainty: Certainty
  /// The oldest first; the last one took effect last.
  package let steps: [Step]

  package init(certainty: Certainty, steps: [Step]) {
    self.certainty = certainty
    self.steps = steps
  }

  /// Whether it names who made the change.
  package var isCertain: Bool { (certainty == .exact || certainty == .sole) && steps.last?.actor != nil }
}

extension IndexedAttribution {
  /// As it is shown in JSON, and kept.
  package var value: Value {
    ["certainty": .string(certainty.rawValue), "requests": .list(steps.map(\.value))]
  }

  init?(_ value: Value) {
    guard let certainty = value["certainty"]?.string.flatMap(Certainty.init), let steps = value["requests"]?.list
    else { return nil }
    self.init(certainty: certainty, steps: steps.compactMap(Step.init))
  }
}

extension IndexedAttribution.Step {
  fileprivate var value: Value {
    var map = Mapping([("record", .string(record)), ("verb", .string(verb)), ("microseconds", .int(time))])
    map["user"] = user.map(Value.string)
    map["impersonatedUser"] = impersonated.map(Value.string)
    if isTrusted { map["trustedImpersonator"] = true }
    if !groups.isEmpty { map["groups"] = .list(groups.map(Value.string)) }
    if !sourceIPs.isEmpty { map["sourceIPs"] = .list(sourceIPs.map(Value.string)) }
    map["userAgent"] = userAgent.map(Value.string)
    map["fieldManager"] = fieldManager.map(Value.string)
    map["authorization"] = authorization.map(Value.string)
    map["auditID"] = auditID.map(Value.string)
    map["cause"] = cause.map(Value.string)
    if !tracking.isEmpty { map["tracking"] = .map(Mapping(tracking.map { ($0.key, .string($0.value)) })) }
    map["carriedOutBy"] = carriedOutBy.map(Value.string)
    map["asked"] = asked.map(Value.string)
    return .map(map)
  }

  fileprivate init?(_ value: Value) {
    guard let record = value["record"]?.string, let verb = value["verb"]?.string, let time = value["microseconds"]?.int
    else { return nil }
    self.init(record: record, verb: verb, time: time)
    user = value["user"]?.string
    impersonated = value["impersonatedUser"]?.string
    isTrusted = value["trustedImpersonator"]?.bool ?? false
    groups = value["groups"]?.strings ?? []
    sourceIPs = value["sourceIPs"]?.strings ?? []
    userAgent = value["userAgent"]?.string
    fieldManager = value["fieldManager"]?.string
    authorization = value["authorization"]?.string
    auditID = value["auditID"]?.string
    cause = value["cause"]?.string
    tracking = value["tracking"]?.stringMap ?? [:]
    carriedOutBy = value["carriedOutBy"]?.string
    asked = value["asked"]?.string
  }
}

/// A change record's row: what the log tells of one request, to be listed and found.
package struct IndexedRecord: Sendable, Hashable {
  package let id: String
  /// The blob of its file.
  package let blob: String
  /// Microseconds since 1970.
  package let time: Int64
  /// What it is about, as the store names it; the name is empty for a collection, and where the log does not tell it.
  package let object: ObjectID
  /// What was asked for, in words: `delete networkpolicies.networking.k8s.io/web`.
  package let request: String
  package let effect: String
  package let user: String?
  /// Of a change that no reading saw.
  package let unseen: Unseen?
  /// Whether it can be the reason of other changes: a deletion, or a request without a name.
  package let isReason: Bool

  /// A change of an object into a state, or out of one, that no reading saw.
  package struct Unseen: Sendable, Hashable {
    /// Who decided it: not always the user of the request, which may be a part of Kubernetes.
    package let actor: String?
    package let cause: String?

    package init(actor: String?, cause: String?) {
      self.actor = actor
      self.cause = cause
    }
  }

  package init(
    id: String, blob: String, time: Int64, object: ObjectID, request: String, effect: String, user: String?,
    unseen: Unseen?, isReason: Bool
  ) {
    self.id = id
    self.blob = blob
    self.time = time
    self.object = object
    self.request = request
    self.effect = effect
    self.user = user
    self.unseen = unseen
    self.isReason = isReason
  }
}

/// A version of an object as the audit log is joined with it.
package struct IndexedStep: Sendable, Hashable {
  /// The rows of the object and of the snapshot.
  package let object: Int64
  package let snapshot: Int64
  package let id: ObjectID
  package let step: IndexedChange.Step
  package let blob: String?
  package let uid: String?
  package let commit: String
  /// When it was captured, in milliseconds since 1970; of a change that an audit log tells, when it took effect.
  package let capturedTo: Int64
}
