/// The pages of one list, fetched one at a time as they are asked for.
///
/// Ends by throwing `ClusterReaderError`: `.forbidden` and `.absent` say that the list as such cannot be read;
/// `.expired` and `.resourceVersionTooLarge`, on the first page of an exact list, that it must be asked
/// without a version.
package struct ListPages: AsyncSequence, Sendable {
  package typealias Element = ListEvent

  let client: ClusterClient
  let request: ListRequest

  package func makeAsyncIterator() -> Iterator { Iterator(client: client, request: request) }

  package struct Iterator: AsyncIteratorProtocol {
    private enum Position {
      case start
      case token(String)
      case end
    }

    private let client: ClusterClient
    private let request: ListRequest
    private var position = Position.start
    private var restarts = 0

    init(client: ClusterClient, request: ListRequest) {
      self.client = client
      self.request = request
    }

    package mutating func next() async throws -> ListEvent? {
      var query = [("limit", String(client.options.pageSize))]
      var token: String?
      switch position {
      case .end: return nil
      case .token(let text):
        token = text
        // The token holds the version; naming it again is an error to the server.
        query.append(("continue", text))
      case .start:
        if let version = request.exactResourceVersion {
          query += [("resourceVersion", version), ("resourceVersionMatch", "Exact")]
        }
      }
      guard request.isPathSafe else {
        position = .end
        throw ClusterReaderError(.badInput, "\(request.path) is no path of a list")
      }
      do {
        let body = try await client.get(request.path, query: query)
        let metadata = try client.listMetadata(body)
        let next = metadata.continueToken.flatMap { $0.isEmpty ? nil : $0 }
        guard next == nil || next != token else {
          throw ClusterReaderError(
            .badAnswer, "\(request.path) of \(client.connection.server.url) sends the same page again and again")
        }
        position = next.map { .token($0) } ?? .end
        return .page(
          ListPage(body: body, resourceVersion: metadata.resourceVersion, isLast: next == nil))
      } catch let error as ClusterReaderError
      where error.code == .expired && token != nil && restarts < client.options.retry.maximumListRestarts {
        restarts += 1
        position = .start
        return .restart
      } catch {
        position = .end
        throw error
      }
    }
  }
}

extension ClusterClient {
  /// The list that `request` names, page by page. At most one page is held at a time.
  package func list(_ request: ListRequest) -> ListPages { ListPages(client: self, request: request) }

  /// The JSON of one object.
  package func object(
    group: String, version: String, resource: String, namespace: String?, name: String
  ) async throws -> [UInt8] {
    let request = ListRequest(group: group, version: version, resource: resource, namespace: namespace)
    guard request.isPathSafe, name != ".", name != "..", !name.isEmpty else {
      throw ClusterReaderError(.badInput, "'\(name.printable())' is no object's name")
    }
    return try await get("\(request.path)/\(name.percentEncoded())")
  }
}
