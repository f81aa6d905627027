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
    for kind in ReadingPlan(try await client.discovery()).kinds {
      switch kind.source {
      case .served(let served): try await read(kind.type, served)
      case .absent: note(kind.type, .absent)
      case .unread(let reason):
        failures += 1
        note(kind.type, .unread(reason: reason))
      }
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

  private mutating func read(_ type: ResourceType, _ served: Discovery.Resource) async throws {
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
      let list = ListedKind(type: type, servedAs: served)
      _ = try found.add(
        [try JSONDocument(answer: body, to: served.resource).root], of: list,
        origin: RawObject.Origin(file: type.qualifiedName, line: nil)
      ) { error in
        throw ClusterReaderError(.badAnswer, "the namespace '\(name)' does not read: \(error.message)")
      }
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

  private mutating func list(
    _ type: ResourceType, _ served: Discovery.Resource, namespace: String?
  ) async throws -> (found: ReadingParts, version: String?) {
    let list = ListedKind(type: type, servedAs: served)
    let known = known
    var found = ReadingParts(known: known)
    let version = try await client.items(
      of: list, servedAs: served, namespace: namespace, exactVersion: exactVersion,
      begin: { found = ReadingParts(known: known) },
      page: { items in
        _ = try found.add(items, of: list, origin: RawObject.Origin(file: type.qualifiedName, line: nil)) { error in
          throw ClusterReaderError(.badAnswer, "an item of \(type.qualifiedName) does not read: \(error.message)")
        }
      })
    if let version { versions.insert(version) }
    return (found, version)
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
    guard let found = try await client.enforcementSettings(of: parts.traits.daemonSets) else { return nil }
    if found.coverage.unreadReason != nil { failures += 1 }
    coverage.append(found.coverage)
    return found.settings
  }
}
