import Programs

/// What a server serves at one moment.
struct WatchSurvey: Sendable {
  let serverVersion: String?
  let plan: ReadingPlan

  init(of client: ClusterClient) async throws {
    serverVersion = try await client.version().gitVersion
    plan = ReadingPlan(try await client.discovery())
  }

  /// The same within a limit of time, so that a server that is slow to tell holds up nothing else.
  static func result(
    of client: ClusterClient, within limit: Duration
  ) async -> Result<WatchSurvey, ClusterReaderError> {
    do {
      return .success(try await withTimeLimit(limit) { try await WatchSurvey(of: client) })
    } catch let error as ClusterReaderError {
      return .failure(error)
    } catch {
      return .failure(
        ClusterReaderError(
          .timedOut, "\(client.connection.server.url) does not tell what it serves within \(limit.components.seconds) s"))
    }
  }
}
