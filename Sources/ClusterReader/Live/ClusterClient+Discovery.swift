import FoundationEssentials

extension ClusterClient {
  /// The server's own account of its version.
  package struct ServerVersion: Sendable, Hashable, Decodable {
    package let major: String
    package let minor: String
    package let gitVersion: String
    package let platform: String?
  }

  private static let aggregated = [
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    "application/json",
  ].joined(separator: ",")

  /// Asks for the server's version; the first thing to ask, since it shows whether a server answers.
  package func version() async throws -> ServerVersion {
    let body = try await get("/version")
    do {
      return try JSONDecoder().decode(ServerVersion.self, from: Data(body))
    } catch {
      throw ClusterReaderError(
        .badAnswer, "\(connection.server.url) is no Kubernetes API server: it does not tell its version",
        hint: "check the server's address in \(connection.origin)")
    }
  }

  /// Asks which kinds the server serves: two requests where it knows aggregated discovery (1.26 and
  /// later), else one per group and version.
  ///
  /// A group that the server cannot tell now is in `unread`; throws where the server tells nothing.
  package func discovery() async throws -> Discovery {
    var found = DiscoveredGroups()
    for path in ["/api", "/apis"] {
      let document = try DiscoveryDocument(try await get(path, accept: Self.aggregated), path: path)
      switch (document.kind, path) {
      case ("APIGroupDiscoveryList", _) where document.items?.isEmpty == false: found.add(aggregated: document)
      case ("APIVersions", "/api") where document.versions?.isEmpty == false:
        for version in document.versions ?? [] { try await read(group: "", version: version, into: &found) }
      case ("APIGroupList", "/apis") where document.groups?.isEmpty == false:
        for group in document.groups ?? [] {
          guard let name = group.name, let versions = group.versions else { continue }
          let preferred = group.preferredVersion?.version
          let rest = versions.map(\.version).filter { $0 != preferred }
          for version in (preferred.map { [$0] } ?? []) + rest {
            try await read(group: name, version: version, into: &found)
          }
        }
      default:
        throw ClusterReaderError(
          .badAnswer, "\(path) of \(connection.server.url) is no discovery document",
          hint: "check that the server's address is a Kubernetes API server's")
      }
    }
    return Discovery(resources: found.resources, versions: found.versions, unread: found.unread)
  }

  private func read(group: String, version: String, into found: inout DiscoveredGroups) async throws {
    let path =
      group.isEmpty
      ? "/api/\(version.percentEncoded())" : "/apis/\(group.percentEncoded())/\(version.percentEncoded())"
    do {
      let document = try DiscoveryDocument(try await get(path), path: path)
      guard document.kind == "APIResourceList" else {
        throw ClusterReaderError(.badAnswer, "\(path) is no discovery document")
      }
      found.add(group: group, version: version, resources: document.resources ?? [])
    } catch let error as ClusterReaderError where error.isAboutOnePath {
      found.addUnread(group: group, version: version, reason: error.message)
    }
  }
}

extension ClusterReaderError {
  /// Whether other paths of the same server may still answer.
  fileprivate var isAboutOnePath: Bool {
    switch code {
    case .forbidden, .absent, .serverError, .badAnswer, .timedOut, .refused: true
    default: false
    }
  }
}

/// Discovery as it is put together.
private struct DiscoveredGroups {
  var resources: [Discovery.Resource] = []
  var versions: [String: [String]] = [:]
  var unread: [Discovery.Unread] = []

  mutating func add(aggregated document: DiscoveryDocument) {
    for group in document.items ?? [] {
      let name = group.metadata?.name ?? ""
      for version in group.versions ?? [] {
        versions[name, default: []].append(version.version)
        if version.freshness == "Stale" {
          unread.append(
            Discovery.Unread(
              group: name, version: version.version,
              reason: "the server behind \(name)/\(version.version) does not answer the API server".printable()))
        }
        for resource in version.resources ?? [] {
          resources.append(
            Discovery.Resource(
              group: name, version: version.version, resource: resource.resource,
              kind: resource.responseKind?.kind ?? "", isNamespaced: resource.scope == "Namespaced",
              verbs: resource.verbs ?? [], shortNames: resource.shortNames ?? []))
        }
      }
    }
  }

  mutating func add(group: String, version: String, resources list: [DiscoveryDocument.PlainResource]) {
    versions[group, default: []].append(version)
    for resource in list where !resource.name.contains("/") {
      resources.append(
        Discovery.Resource(
          group: group, version: version, resource: resource.name, kind: resource.kind,
          isNamespaced: resource.namespaced ?? false, verbs: resource.verbs ?? [],
          shortNames: resource.shortNames ?? []))
    }
  }

  mutating func addUnread(group: String, version: String, reason: String) {
    versions[group, default: []].append(version)
    unread.append(Discovery.Unread(group: group, version: version, reason: reason))
  }
}
