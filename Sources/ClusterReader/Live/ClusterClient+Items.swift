internal import KubeModel

extension ClusterClient {
  /// Reads one list whole, page by page.
  ///
  /// - Parameters:
  ///   - exactVersion: the version that other lists were read at; the list is of that one where the server still has it.
  ///   - begin: called before the first page, and again where the list has to begin anew: drop what came so far.
  ///   - page: given the items of each page.
  /// - Returns: the version of the list, where the server tells one.
  func items(
    of list: ListedKind, servedAs served: Discovery.Resource, namespace: String?, exactVersion: String?,
    begin: () -> Void, page: (JSONPart.Elements) throws -> Void
  ) async throws -> String? {
    var request = ListRequest(
      group: served.group, version: served.version, resource: served.resource, namespace: namespace,
      exactResourceVersion: exactVersion)
    do {
      return try await pages(request, of: list, begin, page)
    } catch let error as ClusterReaderError
      where exactVersion != nil && [.expired, .resourceVersionTooLarge, .refused].contains(error.code)
    {
      // Aggregated servers have versions of their own, and old ones are compacted away.
      request.exactResourceVersion = nil
      return try await pages(request, of: list, begin, page)
    }
  }

  private func pages(
    _ request: ListRequest, of list: ListedKind, _ begin: () -> Void, _ page: (JSONPart.Elements) throws -> Void
  ) async throws -> String? {
    begin()
    var version: String?
    for try await event in self.list(request) {
      switch event {
      case .restart: begin()
      case .page(let answer):
        let root = try JSONDocument(answer: answer.body, to: request.path).root
        guard let items = root["items"]?.elements, ClusterClient.isList(root, of: list) else {
          throw ClusterReaderError(.badAnswer, "the answer to \(request.path) is no list of \(list.kind)")
        }
        try page(items)
        version = answer.resourceVersion
      }
    }
    return version
  }

  /// Whether an answer is a list of the kind that was asked for. A CRD may name its list as it likes, but
  /// not as that of another kind.
  private static func isList(_ root: JSONPart, of list: ListedKind) -> Bool {
    guard let kind = root["kind"]?.string, kind.hasSuffix("List"),
      let group = root["apiVersion"]?.string.map(KubeObject.group), group == KubeObject.group(of: list.apiVersion)
    else { return false }
    let other = ResourceCatalog.type(group: group, kind: String(kind.dropLast(4)))
    return kind == "\(list.kind)List" || other == nil
  }

  /// Allow-listed keys of the ConfigMap of the CNI that has one of these DaemonSets, and how reading it came out; nil
  /// where no CNI has settings.
  func enforcementSettings(
    of daemonSets: Set<DaemonSetName>
  ) async throws -> (settings: [String: String]?, coverage: KindCoverage)? {
    guard let place = EnforcementDetector.settings(of: daemonSets.sorted()) else { return nil }
    let status: KindCoverage.Status
    var settings: [String: String]?
    do {
      let body = try await object(
        group: "", version: "v1", resource: "configmaps", namespace: place.namespace, name: place.name)
      settings = EnforcementDetector.settings(
        place.name, in: try JSONDocument(answer: body, to: place.name).root["data"]?.value())
      status = .read
    } catch let error as ClusterReaderError {
      status = error.code == .absent ? .absent : .unread(reason: error.message)
    }
    return (
      settings,
      KindCoverage(
        group: "", resource: "configmaps", namespace: place.namespace, status: status,
        objectCount: settings == nil ? 0 : 1)
    )
  }
}

extension JSONDocument {
  /// Reads an answer of the server.
  convenience init(answer body: [UInt8], to path: String) throws(ClusterReaderError) {
    do {
      try self.init(body)
    } catch {
      throw ClusterReaderError(.badAnswer, "the answer to \(path) does not read: \(error.message)")
    }
  }
}
