import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Where notices are posted. The path, the query and the login are secrets: web hooks carry their tokens there.
package struct NoticeAddress: Sendable {
  private let url: Secret
  private let login: Secret?
  /// Scheme, host and port: all that is ever shown.
  package let shown: String

  /// Reads an `http` or `https` URL; nil where it is none.
  package init?(_ text: String) {
    let path = text.prefix { $0 != "?" && $0 != "#" }
    guard let parts = URLParts(String(path), defaultScheme: ""), ["http", "https"].contains(parts.scheme),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !text.contains("#")
    else { return nil }
    let isTLS = parts.scheme == "https"
    shown = "\(parts.scheme)://\(ServerAddress.authority(host: parts.host, port: parts.port ?? (isTLS ? 443 : 80)))"
    url = Secret(shown + parts.path + text[path.endIndex...])
    login = parts.user.map { Secret("Basic \(Data($0.percentDecoded.utf8).base64EncodedString())") }
  }

  /// Posts a document of JSON; redirects are not followed.
  ///
  /// - Throws: `ClusterReaderError` where it was not taken.
  package func post(_ json: String, userAgent: String, within limit: Duration) async throws {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .nanoseconds(limit.nanoseconds), read: .nanoseconds(limit.nanoseconds)))
    configuration.httpVersion = .http1Only
    var request = HTTPClientRequest(url: url.revealed)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "user-agent", value: userAgent)
    if let login { request.headers.add(name: "authorization", value: login.revealed) }
    request.body = .bytes(ByteBuffer(string: json))
    let status: Int
    do {
      status = try await HTTPClient.withHTTPClient(configuration: configuration) { [request] http in
        Int(try await http.execute(request, deadline: .now() + .nanoseconds(limit.nanoseconds)).status.code)
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw ClusterReaderError(
        .unreachable, "\(shown) cannot be reached", cause: ServerStatement(transport: error))
    }
    guard (200..<300).contains(status) else {
      throw ClusterReaderError(.refused, "\(shown) answers a notice with status \(status)")
    }
  }
}
