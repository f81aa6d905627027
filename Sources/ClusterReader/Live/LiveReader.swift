internal import KubeModel

/// Reads a whole cluster from its API server.
///
/// What a server does not serve is absent; what it serves and does not give is unread, with the reason. The
/// reading goes on either way.
package struct LiveReader {
  private let client: ClusterClient
  private let scope: String?
  private var coverage: [KindCoverage] = []
  private var objects: [RawObject] = []
  private var versions: Set<String> = []
  /// The version that the first list was read at, which the others are asked for too.
  private var exactVersion: String?
  private var namespaces: [String]?

  /// - Parameter namespace: confines the reading; nil reads the whole cluster.
  package static func read(_ client: ClusterClient, namespace: String?) async throws -> Reading {
    var reader = LiveReader(client, scope: namespace)
    return try await reader.read()
  }

  /// The metadata of a list, as the client wants it.
  package static func listMetadata(_ body: [UInt8]) throws -> ClusterClient.ListMetadata {
    let metadata = try JSONReader.value(body)["metadata"]
    return ClusterClient.ListMetadata(
      resourceVersion: metadata?["resourceVersion"]?.string,
      continueToken: metadata?["continue"]?.string)
  }

  private init(_ client: ClusterClient, scope: String?) {
    self.client = client
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
    var assembler = ReadingAssembler(
      coverage: coverage, source: .server, scope: scope, settings: await settings(),
      isOneInstant: versions.count <= 1)
    assembler.serverVersion = version
    assembler.notes = client.connection.notes.map(\.message)
    return assembler.reading(of: objects)
  }

  // MARK: Kinds

  /// Policy kinds that the server serves and that the catalogue does not have, in their preferred version.
  private func unmodelled(_ discovery: Discovery) -> [Discovery.Resource] {
    var seen: Set<String> = []
    return discovery.resources.filter { served in
      served.canList && ResourceCatalog.type(group: served.group, resource: served.resource) == nil
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
      note(type, .unread(reason: "discovery: \(reason)"))
    } else {
      note(type, .absent)
    }
  }

  private mutating func read(_ type: ResourceType, _ served: Discovery.Resource) async throws {
    guard served.canList else { return note(type, .unread(reason: "the server does not let it be listed")) }
    if let scope, type != ResourceCatalog.namespaces {
      guard type.isNamespaced else {
        return note(type, .unread(reason: "outside of namespace '\(scope)'"))
      }
      return try await read(type, served, in: scope)
    }
    do {
      let (found, version) = try await list(served, namespace: nil)
      if type == ResourceCatalog.namespaces {
        exactVersion = version
        namespaces = found.compactMap { $0["metadata"]?["name"]?.string }
      }
      keep(found, of: type, from: served)
      note(type, .read, count: found.count, version: version)
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
      let (found, version) = try await list(served, namespace: namespace)
      keep(found, of: type, from: served)
      note(type, .read, in: namespace, count: found.count, version: version)
    } catch let error as ClusterReaderError {
      note(type, status(of: error), in: namespace)
    }
  }

  /// What a list that failed says about its kind.
  private func status(of error: ClusterReaderError) -> KindCoverage.Status {
    error.code == .absent ? .absent : .unread(reason: error.message)
  }

  // MARK: Lists

  /// Every item of a list, at the version of the others where the server still has it.
  private mutating func list(
    _ served: Discovery.Resource, namespace: String?
  ) async throws -> (items: [Value], version: String?) {
    var request = ListRequest(
      group: served.group, version: served.version, resource: served.resource, namespace: namespace,
      exactResourceVersion: exactVersion)
    do {
      return try await pages(request)
    } catch let error as ClusterReaderError
      where request.exactResourceVersion != nil
      && [.expired, .resourceVersionTooLarge, .refused].contains(error.code)
    {
      // Aggregated servers have versions of their own, and old ones are compacted away.
      request.exactResourceVersion = nil
      return try await pages(request)
    }
  }

  private mutating func pages(_ request: ListRequest) async throws -> (items: [Value], version: String?) {
    var items: [Value] = []
    var version: String?
    for try await event in client.list(request) {
      switch event {
      case .restart:
        items = []
      case .page(let page):
        do {
          items += try JSONReader.value(page.body)["items"]?.list ?? []
        } catch {
          throw ClusterReaderError(.badAnswer, "the list \(request.path) does not read: \(error.message)")
        }
        version = page.resourceVersion
      }
    }
    if let version { versions.insert(version) }
    return (items, version)
  }

  private mutating func keep(_ items: [Value], of type: ResourceType, from served: Discovery.Resource) {
    let apiVersion = served.group.isEmpty ? served.version : "\(served.group)/\(served.version)"
    for item in items {
      guard var map = item.map else { continue }
      // Items of a typed list do not repeat their kind.
      if map["kind"] == nil { map["kind"] = .string(served.kind) }
      if map["apiVersion"] == nil { map["apiVersion"] = .string(apiVersion) }
      objects.append(
        RawObject(
          object: KubeObject(.map(map)), type: type,
          origin: RawObject.Origin(file: type.qualifiedName, line: nil)))
    }
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

  /// Allow-listed keys of the CNI's ConfigMaps; nil where none could be read.
  private func settings() async -> [String: String]? {
    for (name, keys) in EnforcementDetector.settingKeys.sorted(by: { $0.key < $1.key }) {
      guard
        let body = try? await client.object(
          group: "", version: "v1", resource: "configmaps", namespace: "kube-system", name: name),
        let data = try? JSONReader.value(body)["data"]
      else { continue }
      var found: [String: String] = [:]
      for key in keys { if let value = data[key]?.string { found[key] = value } }
      return found
    }
    return nil
  }
}
