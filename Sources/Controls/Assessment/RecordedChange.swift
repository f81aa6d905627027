internal import KubeModel

/// One object's step from one version to the next, with all that is known of who made it, when and why.
package struct RecordedChange: Sendable {
  /// Enough of a change to name it elsewhere.
  package struct Reference: Sendable, Hashable {
    package let commit: String
    /// When it was first seen, in milliseconds since 1970.
    package let seen: Int64
    /// The path that changed, where one change explains it.
    package let path: String?
    package let actor: String?
    /// How the actor is known, as `Actor.source`.
    package let actorSource: String?
    package init(commit: String, seen: Int64, path: String?, actor: String?, actorSource: String?) {
      self.commit = commit
      self.seen = seen
      self.path = path
      self.actor = actor
      self.actorSource = actorSource
    }
  }

  /// Who made it, and how that is known.
  package struct Actor: Sendable, Hashable {
    package enum Kind: String, Sendable {
      /// A person or an approved robot of the identities register, from an audit log.
      case person, robot
      /// An account of an audit log that the register gives to nobody.
      case account
      /// A program's name for itself.
      case tool
      case unknown
    }
    package let name: String?
    package let kind: Kind
    /// `audit`, `managedFields`, `commit` or `unknown`.
    package let source: String
    /// How certain an audit log makes it, such as `exact`; nil where none does.
    package let certainty: String?
    package init(name: String?, kind: Kind, source: String, certainty: String?) {
      self.name = name
      self.kind = kind
      self.source = source
      self.certainty = certainty
    }
  }

  /// Whether someone else agreed.
  package enum Approval: Sendable, Hashable {
    case approved(by: String, proposal: String)
    /// Nobody did whose word counts, and why that is.
    case lacking(String)
    /// It cannot be told, and why.
    case undetermined(String)
    /// Nothing that anybody could approve, and why.
    case notNeeded(String)
  }

  /// The same whenever it is told: the commit and the path.
  package let id: String
  package let commit: String
  package let path: String
  /// The kind's resource and group, such as `networkpolicies.networking.k8s.io`.
  package let resource: String
  /// `NetworkPolicy shop/deny`
  package let object: CheckResult.Subject
  /// `added`, `changed` or `deleted`.
  package let effect: String
  /// It took effect in (after, seen]: the last reading that did not show it, and the first that did. Milliseconds since 1970.
  package let after: Int64?
  package let seen: Int64
  /// When it took effect, where an audit log tells it.
  package let time: Int64?
  package let actor: Actor
  package let reason: String?
  package let approval: Approval
  /// The id of the audit event, where there is one.
  package let auditID: String?
  /// Whether it was only ever seen in a log, between two readings.
  package let isReconstructed: Bool
  /// Whether it is no change at all, but what was there when the record began.
  package let isBeginning: Bool
  /// The blobs of the versions before and after.
  package let before: String?
  package let version: String?

  package init(
    id: String, commit: String, path: String, resource: String, object: CheckResult.Subject, effect: String, after: Int64?, seen: Int64,
    time: Int64?, actor: Actor, reason: String?, approval: Approval, auditID: String?, isReconstructed: Bool, isBeginning: Bool = false,
    before: String?, version: String?
  ) {
    self.id = id
    self.commit = commit
    self.path = path
    self.resource = resource
    self.object = object
    self.effect = effect
    self.after = after
    self.seen = seen
    self.time = time
    self.actor = actor
    self.reason = reason
    self.approval = approval
    self.auditID = auditID
    self.isReconstructed = isReconstructed
    self.isBeginning = isBeginning
    self.before = before
    self.version = version
  }

  /// Whether it changed a policy, rather than what policies apply to.
  package var isOfPolicy: Bool { ResourceCatalog.type(named: resource)?.isPolicy ?? true }

  package var reference: Reference { Reference(commit: commit, seen: seen, path: path, actor: actor.name, actorSource: actor.source) }
}
