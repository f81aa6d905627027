internal import KubeModel

/// Reads a whole cluster from its API server.
///
/// What a server does not serve is absent; what it serves and does not give is unread, with the reason. The
/// reading goes on either way.
package struct LiveReader {
  private let client: ClusterClient
  private let scope: String?
  private var coverage: [KindCoverage] = []
  private let known: KnownObjects
  private var parts: ReadingParts
  private var versions: Set<String> = []
  /// The version that the first list was read at, which the others are asked for too.
  private var exactVersion: String?
  private var namespaces: [String]?
  /// Lists that the server did not give.
  private var failures = 0

  /// - Parameters:
  ///   - namespace: confines the reading; nil reads the whole cluster.
  ///   - known: objects of the last reading, which need not be looked at again.
  package static func read(
    _ client: ClusterClient, namespace: String?, known: KnownObjects = .none
  ) async throws -> Reading {
    var reader = LiveReader(client, scope: namespace, known: known)
    return try await reader.read()
  }

  /// The metadata of a list, as the client wants it.
  package static func listMetadata(_ body: [UInt8]) throws -> ClusterClient.ListMetadata {
    let metadata = try JSONDocument(body).root["metadata"]
    let (token, remaining) = (try metadata?["continue"]?.value(), try metadata?["remainingItemCount"]?.value())
    let isWrong = token.map { $0.string == nil && !$0.isNull } ?? false
    let isLast = (token?.string ?? "").isEmpty
    if isWrong || isLast && (remaining.map { $0 != 0 && !$0.isNull } ?? false) {
      throw ClusterReaderError(.badAnswer, "a page of a list tells what follows it in a way that does not add up")
    }
    return ClusterClient.ListMetadata(
      resourceVersion: metadata?["resourceVersion"]?.string, continueToken: token?.string)
  }

  private init(_ client: ClusterClient, scope: String?, known: KnownObjects) {
    self.client = client
    self.known = known
    parts = ReadingParts(known: known)
    self.scope = scope
    namespaces = scope.map { [$0] }
  }

  private mutating func read() async throws -> Reading {
    let version = try await client.version().gitVersion
    let discovery = try await client.discovery()
    for type in ResourceCatalog.all { try await read(type, discovery) }
    for served in unmodelled(discovery) {
      guard
        let type = ResourceCatalog.unmodelledPolicy(
          group: served.group, kind: served.kind, resource: served.resource,
          isNamespaced: served.isNamespaced)
      else { continue }
      try await read(type, served)
    }
    for type in ResourceCatalog.knownUnmodelledPolicies {
      guard let reason = discovery.unreadReason(group: type.group),
        !coverage.contains(where: { $0.qualifiedName == type.qualifiedName })
      else { continue }
      failures += 1
      note(type, .unread(reason: "discovery: \(reason)"))
    }
    let settings = try await settings()
    var assembler = ReadingAssembler(
      coverage: coverage, source: .server, scope: scope, settings: settings,
      isOneInstant: versions.count <= 1)
    assembler.serverVersion = version
    assembler.isIntact = failures == 0
    assembler.notes = client.connection.notes.map(\.message)
    return assembler.reading(of: parts)
  }

  // MARK: Kinds

  /// Policy kinds that the server serves and that the catalogue does not have, in their preferred version.
  private func unmodelled(_ discovery: Discovery) -> [Discovery.Resource] {
    var seen: Set<String> = []
    return discovery.resources.filter { served in
      ResourceCatalog.type(group: served.group, resource: served.resource) == nil
        && ResourceCatalog.unmodelledPolicy(group: served.group, kind: served.kind) != nil
        && seen.insert("\(served.group)/\(served.resource)").inserted
    }
  }

  private mutating func read(_ type: ResourceType, _ discovery: Discovery) async throws {
    // Calico's own group stands in where the one that users write is not served.
    let groups =
      type.group == ResourceCatalog.calicoGroup
      ? [type.group, ResourceCatalog.calicoStorageGroup] : [type.group]
    if let served = groups.lazy.compactMap({
      discovery.preferred(group: $0, resource: type.resource)
    }).first {
      try await read(type, served)
    } else if let reason = groups.lazy.compactMap({ discovery.unreadReason(group: $0) }).first {
      failures += 1
      note(type, .unread(reason: "discovery: \(reason)"))
    } else if ResourceCatalog.isAlwaysServed(type) {
      failures += 1
      note(type, .unread(reason: "discovery does not list it, though every server has it"))
    } else {
      note(type, .absent)
    }
  }

  private mutating func read(_ type: ResourceType, _ served: Discovery.Resource) async throws {
    guard served.canList else {
      failures += 1
      return note(type, .unread(reason: "the server does not let it be listed"))
    }
    if let scope {
      if type == ResourceCatalog.namespaces { return try await readNamespace(scope, served) }
      guard type.isNamespaced else {
        return note(type, .unread(reason: "outside of namespace '\(scope)'"))
      }
      return try await read(type, served, in: scope)
    }
    do {
      let (found, version) = try await list(type, served, namespace: nil)
      if type == ResourceCatalog.namespaces {
        exactVersion = version
        namespaces = found.names.sorted()
      }
      keep(found, type, version: version)
    } catch let error as ClusterReaderError
      where error.code == .forbidden && type.isNamespaced && namespaces?.isEmpty == false
    {
      // Rights may be given namespace by namespace.
      for namespace in namespaces ?? [] { try await read(type, served, in: namespace) }
    } catch let error as ClusterReaderError {
      note(type, status(of: error))
    }
  }

  private mutating func read(
    _ type: ResourceType, _ served: Discovery.Resource, in namespace: String
  ) async throws {
    do {
      let (found, version) = try await list(type, served, namespace: namespace)
      keep(found, type, in: namespace, version: version)
    } catch let error as ClusterReaderError {
      note(type, status(of: error), in: namespace)
    }
  }

  /// Reads the one Namespace that the reading is confined to; listing all may not be allowed.
  private mutating func readNamespace(_ name: String, _ served: Discovery.Resource) async throws {
    let type = ResourceCatalog.namespaces
    do {
      let body = try await client.object(
        group: served.group, version: served.version, resource: served.resource, namespace: nil, name: name)
      var found = ReadingParts(known: known)
      try add([try document(body, served.resource).root], of: type, from: served, to: &found)
      keep(found, type, in: name, version: nil)
    } catch let error as ClusterReaderError {
      note(type, status(of: error), in: name)
    }
  }

  /// A list that failed leaves its kind unread, also where the server says that it has none: discovery lists
  /// the kind, and one of the two is wrong.
  private mutating func status(of error: ClusterReaderError) -> KindCoverage.Status {
    failures += 1
    return .unread(reason: error.message)
  }

  // MARK: Lists

  /// Every item of a list, at the version of the others where the server still has it.
  private mutating func list(
    _ type: ResourceType, _ served: Discovery.Resource, namespace: String?
  ) async throws -> (found: ReadingParts, version: String?) {
    var request = ListRequest(
      group: served.group, version: served.version, resource: served.resource, namespace: namespace,
      exactResourceVersion: exactVersion)
    do {
      return try await pages(request, of: type, from: served)
    } catch let error as ClusterReaderError
      where request.exactResourceVersion != nil
      && [.expired, .resourceVersionTooLarge, .refused].contains(error.code)
    {
      // Aggregated servers have versions of their own, and old ones are compacted away.
      request.exactResourceVersion = nil
      return try await pages(request, of: type, from: served)
    }
  }

  private mutating func pages(
    _ request: ListRequest, of type: ResourceType, from served: Discovery.Resource
  ) async throws -> (found: ReadingParts, version: String?) {
    var found = ReadingParts(known: known)
    var version: String?
    for try await event in client.list(request) {
      switch event {
      case .restart:
        found = ReadingParts(known: known)
      case .page(let page):
        let root = try document(page.body, request.path).root
        guard let items = root["items"]?.elements, LiveReader.isList(root, of: served) else {
          throw ClusterReaderError(.badAnswer, "the answer to \(request.path) is no list of \(served.kind)")
        }
        try add(items, of: type, from: served, to: &found)
        version = page.resourceVersion
      }
    }
    if let version { versions.insert(version) }
    return (found, version)
  }

  /// Whether an answer is a list of the kind that was asked for. A CRD may name its list as it likes, but
  /// not as that of another kind.
  private static func isList(_ root: JSONPart, of served: Discovery.Resource) -> Bool {
    guard let kind = root["kind"]?.string, kind.hasSuffix("List"),
      let group = root["apiVersion"]?.string.map(KubeObject.group), group == served.group
    else { return false }
    let other = ResourceCatalog.type(group: group, kind: String(kind.dropLast(4)))
    return kind == "\(served.kind)List" || other == nil
  }

  private func document(_ body: [UInt8], _ path: String) throws -> JSONDocument {
    do {
      return try JSONDocument(body)
    } catch {
      throw ClusterReaderError(.badAnswer, "the answer to \(path) does not read: \(error.message)")
    }
  }

  private func add(
    _ items: some Sequence<JSONPart>, of type: ResourceType, from served: Discovery.Resource,
    to found: inout ReadingParts
  ) throws {
    let list = ListedKind(
      type: type, kind: served.kind,
      apiVersion: served.group.isEmpty ? served.version : "\(served.group)/\(served.version)")
    _ = try found.add(items, of: list, origin: RawObject.Origin(file: type.qualifiedName, line: nil)) { error in
      throw ClusterReaderError(
        .badAnswer, "an item of \(type.qualifiedName) does not read: \(error.message)")
    }
  }

  private mutating func keep(
    _ found: ReadingParts, _ type: ResourceType, in namespace: String? = nil, version: String?
  ) {
    let taint = found.tainted[type.qualifiedName]
    if taint != nil { failures += 1 }
    note(
      type, taint.map { .unread(reason: $0) } ?? .read, in: namespace,
      count: found.counts[type.qualifiedName] ?? 0, version: version)
    parts.merge(found)
  }

  private mutating func note(
    _ type: ResourceType, _ status: KindCoverage.Status, in namespace: String? = nil, count: Int = 0,
    version: String? = nil
  ) {
    coverage.append(
      KindCoverage(
        group: type.group, resource: type.resource, namespace: namespace, status: status,
        objectCount: count, resourceVersion: version))
  }

  // MARK: Settings

  /// Allow-listed keys of the CNI's ConfigMap; nil where it has none, or where it could not be read, which
  /// the coverage then tells.
  private mutating func settings() async throws -> [String: String]? {
    guard let place = EnforcementDetector.settings(of: parts.daemonSets.sorted()) else { return nil }
    let status: KindCoverage.Status
    var settings: [String: String]?
    do {
      let body = try await client.object(
        group: "", version: "v1", resource: "configmaps", namespace: place.namespace, name: place.name)
      settings = EnforcementDetector.settings(
        place.name, in: try document(body, place.name).root["data"]?.value())
      status = .read
    } catch let error as ClusterReaderError {
      status = error.code == .absent ? .absent : self.status(of: error)
    }
    coverage.append(
      KindCoverage(
        group: "", resource: "configmaps", namespace: place.namespace, status: status,
        objectCount: settings == nil ? 0 : 1))
    return settings
  }
}
