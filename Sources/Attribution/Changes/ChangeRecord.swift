package import KubeModel

/// One write to an object, or the attempt at one, as an API server's audit log tells it.
///
/// Everything in it comes from one audit event, so that the set of records is the same in whatever order, overlap or
/// wrapping the logs were read.
package struct ChangeRecord: Sendable, Hashable {
  /// What became of the request.
  package enum Effect: String, Sendable, CaseIterable {
    /// The server did it.
    case applied
    /// It was tried on the server and not kept.
    case dryRun = "dry-run"
    /// The server refused it: forbidden, invalid, in conflict.
    case refused
    /// A deletion that may have been a dry run: the log kept no body, where that stands.
    case ambiguous
    /// The log has the request and not its outcome.
    case unfinished
  }

  /// What an applied request did to its object.
  package enum Step: String, Sendable, CaseIterable {
    case written, removed
    /// It is to go, and finalizers hold it.
    case marked
    /// A member of a collection, or all of one whose members the log does not name.
    case collection
  }

  /// What was asked for, as the request names it.
  package struct Target: Sendable, Hashable {
    /// Calico's two groups are one here, as in the store.
    package var group: String
    package var resource: String
    package var namespace: String?
    /// Nil for a collection, and where the server chose the name and the log kept no body.
    package var name: String?

    package init(group: String, resource: String, namespace: String?, name: String?) {
      self.group = group
      self.resource = resource
      self.namespace = namespace
      self.name = name
    }

    /// The type as the catalogue has it, policies of other projects included; nil for what is not recorded.
    package var type: ResourceType? {
      ResourceCatalog.type(group: group, resource: resource)
        ?? ResourceCatalog.knownUnmodelledPolicies.first { $0.group == group && $0.resource == resource }
    }
  }

  package struct User: Sendable, Hashable {
    package var name: String
    package var groups: [String]
    /// Identifiers that the authenticator added, such as an AWS ARN; never a credential.
    package var extra: [String: [String]]

    package init(name: String, groups: [String] = [], extra: [String: [String]] = [:]) {
      self.name = name
      self.groups = groups
      self.extra = extra
    }
  }

  /// Hexadecimal, from what tells one request from another: the audit ID alone does not, since clients may choose it.
  package var id: String
  package var auditID: String?
  package var verb: String
  /// Nil where the log does not tell it (GKE, the legacy format).
  package var level: String?
  package var stage: String?
  package var effect: Effect
  package var step: Step
  package var target: Target
  package var uid: String?
  /// When it took effect, by the clock of the API server.
  package var time: AuditTime
  package var requested: AuditTime?
  /// Who the server authenticated; nil where it did not.
  package var user: User?
  /// Whom that user acted as.
  package var impersonated: User?
  /// All but the last can be forged by the client.
  package var sourceIPs: [String] = []
  package var userAgent: String?
  package var fieldManager: String?
  /// The binding that let it happen, in the server's words.
  package var authorization: String?
  package var code: Int64?
  package var reason: String?
  package var message: String?
  package var resourceVersion: String?
  /// What the client had read before.
  package var previousResourceVersion: String?
  package var generation: Int64?
  /// The change-cause that the request states.
  package var cause: String?
  /// Whether the request states the whole object: its cause may be an old one that came along.
  package var isWhole = false
  /// Which selector a collection was asked for.
  package var selector: String?
  package var isTruncated = false
  /// The object as it was when this had taken effect, or as it last was where this removed it: in canonical form, and
  /// only of kinds that are kept as they are. Rebuilt from the log, not observed.
  package var state: KubeObject?

  package init(
    id: String, auditID: String?, verb: String, level: String?, stage: String?, effect: Effect, step: Step,
    target: Target, time: AuditTime, user: User?
  ) {
    self.id = id
    self.auditID = auditID
    self.verb = verb
    self.level = level
    self.stage = stage
    self.effect = effect
    self.step = step
    self.target = target
    self.time = time
    self.user = user
  }

  /// Microseconds since 1970.
  package var microseconds: Int64 { time.microseconds ?? 0 }

  /// Whether it can have changed its object.
  package var mayHaveChanged: Bool { effect == .applied || effect == .ambiguous }

  /// The object of the store that this is about: for a controller the workload that it is folded into. Nil for a
  /// collection, and where the log does not tell the name.
  package var object: ObjectID? {
    guard let name = target.name, let type = target.type else { return nil }
    guard type.role == .folded else {
      return ObjectID(
        group: type.group, resource: type.resource, namespace: type.isNamespaced ? target.namespace : nil, name: name)
    }
    return ObjectID(
      group: ResourceCatalog.workloads.group, resource: ResourceCatalog.workloads.resource,
      namespace: target.namespace, name: "\(type.kind.lowercased()).\(name)")
  }

  /// What was asked for: `delete networkpolicies.networking.k8s.io/web`.
  package var request: String {
    let resource = target.group.isEmpty ? target.resource : "\(target.resource).\(target.group)"
    return "\(verb) \(resource)" + (target.name.map { "/\($0)" } ?? "")
  }

  /// What GitOps tools and Helm write on an object to know it by, as it stood after this.
  package var tracking: [String: String] {
    guard let state else { return [:] }
    return state.annotations.merging(state.labels) { annotation, _ in annotation }
      .filter { ChangeRecord.trackingKeys.contains($0.key) }
  }

  private static let trackingKeys: Set<String> = [
    "app.kubernetes.io/managed-by", "argocd.argoproj.io/instance", "argocd.argoproj.io/tracking-id",
    "helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace", "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace",
  ]

  /// The annotation of the change-cause.
  package static let causeKey = "kubernetes.io/change-cause"
}

// MARK: Merging

extension ChangeRecord {
  private static let stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]
  private static let levels = ["None", "Metadata", "Request", "RequestResponse"]

  /// The fuller of two accounts of one request, whichever was read first.
  package func merged(with other: ChangeRecord) -> ChangeRecord {
    func rank(_ record: ChangeRecord) -> [Int] {
      [
        record.stage.flatMap(ChangeRecord.stages.firstIndex) ?? -1, record.isTruncated ? 0 : 1,
        record.level.flatMap(ChangeRecord.levels.firstIndex) ?? -1,
      ]
    }
    let (mine, theirs) = (rank(self), rank(other))
    if mine != theirs { return theirs.lexicographicallyPrecedes(mine) ? self : other }
    return other.bytes.lexicographicallyPrecedes(bytes) ? other : self
  }
}
