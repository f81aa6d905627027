/// Which events a caller wants: the others are counted and cost little more than being parsed.
package struct AuditWants: Sendable {
  /// Nil for all.
  package var verbs: Set<String>?
  /// Nil for all. An event whose group or resource the log does not tell is wanted too.
  package var resources: Set<GroupResource>?

  package init(verbs: Set<String>? = nil, resources: Set<GroupResource>? = nil) {
    self.verbs = verbs
    self.resources = resources
  }

  package static let everything = AuditWants()

  /// The verbs that change objects. A server-side apply is a patch, also where it creates.
  package static let writeVerbs: Set<String> = ["create", "update", "patch", "delete", "deletecollection"]

  /// Requests that change objects of these resources, or their subresources.
  package static func writes(to resources: Set<GroupResource>? = nil) -> AuditWants {
    AuditWants(verbs: writeVerbs, resources: resources)
  }

  /// Whether a request of this verb can be wanted.
  func wants(verb: String) -> Bool { verbs?.contains(verb) ?? true }

  /// Whether a request to this object is wanted; nil is a request to no resource.
  func wants(_ object: AuditObjectReference?) -> Bool {
    guard let resources else { return true }
    guard let object else { return false }
    return object.groupResource.map(resources.contains) ?? true
  }
}
