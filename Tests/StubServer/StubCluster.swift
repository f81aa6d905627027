import KubeModel
import Synchronization

/// A small cluster behind a `StubAPIServer`, which may answer each reading differently.
///
/// It serves the kinds that every server has, and those of which it has objects. A reading begins with the
/// question for the server's version.
package final class StubCluster: Sendable {
  /// What one reading is told.
  package struct Answers: Sendable {
    /// Of every list.
    package var resourceVersion: Int
    /// Names of objects by the qualified name of their kind; all stand in the namespace `shop`.
    package var objects: [String: [String]]
    /// Stands in a label of every object, whose own resourceVersion is always the same.
    package var label: String
    /// Kinds whose lists are forbidden.
    package var forbidden: Set<String>
    /// Whether every question is refused.
    package var isBroken = false

    package init(
      resourceVersion: Int = 100, _ objects: [String: [String]], label: String = "x", forbidden: Set<String> = []
    ) {
      self.resourceVersion = resourceVersion
      self.objects = objects
      self.label = label
      self.forbidden = forbidden
    }
  }

  private let readings = Mutex(0)
  private let answers: @Sendable (Int) -> Answers

  /// - Parameter answers: what the reading of that number is told, from 1.
  package init(_ answers: @escaping @Sendable (Int) -> Answers) { self.answers = answers }

  /// How many readings began.
  package var count: Int { readings.withLock { $0 } }

  package func answer(_ request: StubAPIServer.Request) -> StubAPIServer.Response? {
    if request.path == "/version" { readings.withLock { $0 += 1 } }
    let now = answers(count)
    if now.isBroken { return .status(400, reason: "BadRequest") }
    let served = ResourceCatalog.all.filter {
      ResourceCatalog.isAlwaysServed($0) || now.objects[$0.qualifiedName] != nil
    }
    switch request.path {
    case "/version": return .json(#"{"major":"1","minor":"33","gitVersion":"v1.33.1"}"#)
    case "/api": return StubCluster.discovery(served.filter { $0.group.isEmpty })
    case "/apis": return StubCluster.discovery(served.filter { !$0.group.isEmpty })
    default:
      guard let type = served.first(where: { request.path == StubCluster.path($0) }) else { return nil }
      if now.forbidden.contains(type.qualifiedName) { return .status(403, reason: "Forbidden") }
      return StubCluster.list(type, now)
    }
  }

  private static func path(_ type: ResourceType) -> String {
    "\(type.group.isEmpty ? "/api" : "/apis/\(type.group)")/v1/\(type.resource)"
  }

  private static func discovery(_ types: [ResourceType]) -> StubAPIServer.Response {
    let groups = Dictionary(grouping: types, by: \.group).map { group, types in
      let resources = types.map {
        #"{"resource":"\#($0.resource)","responseKind":{"kind":"\#($0.kind)"},"scope":"\#($0.isNamespaced ? "Namespaced" : "Cluster")","verbs":["list"]}"#
      }
      return
        #"{"metadata":{"name":"\#(group)"},"versions":[{"version":"v1","resources":[\#(resources.joined(separator: ","))]}]}"#
    }
    return .json(
      #"{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[\#(groups.joined(separator: ","))]}"#)
  }

  private static func list(_ type: ResourceType, _ answers: Answers) -> StubAPIServer.Response {
    let items = (answers.objects[type.qualifiedName] ?? []).map { name in
      let namespace = type.isNamespaced ? #","namespace":"shop""# : ""
      return #"{"metadata":{"name":"\#(name)"\#(namespace),"uid":"\#(type.resource)-\#(name)","resourceVersion":"7","labels":{"state":"\#(answers.label)"}},"spec":{"podSelector":{}}}"#
    }
    let apiVersion = type.group.isEmpty ? "v1" : "\(type.group)/v1"
    return .json(
      #"{"kind":"\#(type.kind)List","apiVersion":"\#(apiVersion)","metadata":{"resourceVersion":"\#(answers.resourceVersion)"},"items":[\#(items.joined(separator: ","))]}"#)
  }
}
