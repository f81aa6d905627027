package import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
package import NIOSSL
import Synchronization

/// An API server made of a table of answers, on the loopback address, for tests.
///
/// Answers come from `routes` (exact path), from lists that it pages itself, or from a function. Every request
/// is kept, so that a test can say what was asked.
package final class StubAPIServer: Sendable {
  package struct Request: Sendable {
    package let method: String
    /// Without the query; as the client wrote it.
    package let path: String
    package let query: [String: String]
    package let headers: [(name: String, value: String)]
    package let body: String

    package func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
    package func headers(_ name: String) -> [String] {
      headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
  }

  package struct Response: Sendable {
    package enum Delivery: Sendable {
      case whole
      /// The head and the body, and then silence.
      case stalled
      /// The head and the body, and then a closed connection; `missing` bytes were promised besides.
      case cut(missing: Int)
      /// A closed connection at once.
      case dropped
      /// Nothing, and the connection stays open.
      case silent
      /// The head, and then what the function sends in its own time.
      case streamed(@Sendable (StubStream) -> Void)
    }

    package var status: Int
    package var headers: [(String, String)]
    package var body: [UInt8]
    package var delivery: Delivery

    package init(
      status: Int = 200, headers: [(String, String)] = [("content-type", "application/json")], body: [UInt8] = [],
      delivery: Delivery = .whole
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.delivery = delivery
    }

    package static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Response {
      Response(
        status: status, headers: [("content-type", "application/json")] + headers, body: Array(text.utf8))
    }

    /// A refusal as an API server words it.
    package static func status(
      _ code: Int, reason: String, message: String = "no", details: String = "{}",
      headers: [(String, String)] = []
    ) -> Response {
      json(
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\(message)",\
        "reason":"\(reason)","details":\(details),"code":\(code)}
        """, status: code, headers: headers)
    }
  }

  /// A function that may answer; nil leaves the request to the table.
  package typealias Handler = @Sendable (Request) -> Response?

  private struct State {
    var requests: [Request] = []
    var connections = 0
    var routes: [String: Response] = [:]
    var lists: [String: StubList] = [:]
  }

  private let state = Mutex(State())
  private let handler: Handler
  private let methods: Set<String>
  private let isTLS: Bool
  private let listener = Mutex<(any Channel)?>(nil)
  /// Set once, before the server is lent out.
  private let boundPort = Mutex(0)

  private init(isTLS: Bool, methods: Set<String>, handler: @escaping Handler) {
    self.isTLS = isTLS
    self.methods = methods
    self.handler = handler
  }

  package var port: Int { boundPort.withLock { $0 } }
  package var url: String { "\(isTLS ? "https" : "http")://127.0.0.1:\(port)" }
  package var requests: [Request] { state.withLock { $0.requests } }
  /// How many connections asked for something.
  package var connections: Int { state.withLock { $0.connections } }

  /// Answers GET `path` with `response`.
  package func route(_ path: String, _ response: Response) { state.withLock { $0.routes[path] = response } }

  /// Answers GET `path` with the list object in `json`, cut into pages as `limit` asks.
  package func list(_ path: String, json: Data) throws {
    let list = try StubList(json: json)
    state.withLock { $0.lists[path] = list }
  }

  /// Takes no more connections; those that are open stay.
  package func stop() async throws {
    let channel = listener.withLock { channel in
      defer { channel = nil }
      return channel
    }
    try await channel?.close()
  }

  /// Starts a server, lends it to `body` and stops it.
  ///
  /// - Parameter methods: those that are answered; others are refused, as nothing but GET may be sent to a cluster.
  package static func with<Result>(
    tls: TLSConfiguration? = nil, methods: Set<String> = ["GET"], handler: @escaping Handler = { _ in nil },
    _ body: (StubAPIServer) async throws -> Result
  ) async throws -> Result {
    let server = StubAPIServer(isTLS: tls != nil, methods: methods, handler: handler)
    let context = try tls.map { try NIOSSLContext(configuration: $0) }
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
          try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          try pipeline.addHandler(StubConnection(server: server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    server.boundPort.withLock { $0 = channel.localAddress?.port ?? 0 }
    server.listener.withLock { $0 = channel }
    do {
      let result = try await body(server)
      try await server.stop()
      return result
    } catch {
      try? await server.stop()
      throw error
    }
  }

  fileprivate func countConnection() { state.withLock { $0.connections += 1 } }

  fileprivate func answer(_ request: Request) -> Response {
    state.withLock { $0.requests.append(request) }
    guard methods.contains(request.method) else {
      return .status(405, reason: "MethodNotAllowed", message: "this server is only read")
    }
    if let response = handler(request) { return response }
    return state.withLock { state in
      if let response = state.routes[request.path] { return response }
      if let list = state.lists[request.path] { return list.page(request.query) }
      return .status(404, reason: "NotFound", message: "the server could not find the requested resource")
    }
  }
}

/// A list whose pages are cut on demand; the continue token is the index of the next item.
private struct StubList: Sendable {
  let head: String
  let version: String
  let items: [String]

  init(json: Data) throws {
    guard let list = try JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw CocoaError(.coderReadCorrupt)
    }
    head = "\"kind\":\"\(list["kind"] ?? "List")\",\"apiVersion\":\"\(list["apiVersion"] ?? "v1")\""
    version = (list["metadata"] as? [String: Any])?["resourceVersion"] as? String ?? "1"
    items = try (list["items"] as? [Any] ?? []).map {
      String(decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]), as: UTF8.self)
    }
  }

  func page(_ query: [String: String]) -> StubAPIServer.Response {
    if query["continue"] != nil, query["resourceVersion"] != nil {
      return .status(400, reason: "BadRequest", message: "resource version is not allowed with continue")
    }
    let start = query["continue"].flatMap { Int($0) } ?? 0
    let limit = query["limit"].flatMap { Int($0) } ?? items.count
    let end = limit == 0 ? items.count : min(items.count, start + limit)
    let token = end < items.count ? ",\"continue\":\"\(end)\",\"remainingItemCount\":\(items.count - end)" : ""
    return .json(
      """
      {\(head),"metadata":{"resourceVersion":"\(version)"\(token)},"items":[\
      \(items[min(start, end)..<end].joined(separator: ","))]}
      """)
  }
}

private final class StubConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: StubAPIServer
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(server: StubAPIServer) { self.server = server }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      if self.head == nil { server.countConnection() }
      self.head = head
      body = []
    case .body(let part): body += part.readableBytesView
    case .end:
      guard let head else { return }
      let request = StubConnection.request(head, body: String(decoding: body, as: UTF8.self))
      write(server.answer(request), isKeptAlive: head.isKeepAlive, context: context)
    }
  }

  private static func request(_ head: HTTPRequestHead, body: String) -> StubAPIServer.Request {
    let parts = head.uri.split(separator: "?", maxSplits: 1)
    var query: [String: String] = [:]
    for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let pair = item.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
      query[pair[0]] = pair.count > 1 ? pair[1] : ""
    }
    return StubAPIServer.Request(
      method: head.method.rawValue, path: String(parts.first ?? ""), query: query,
      headers: head.headers.map { ($0.name, $0.value) }, body: body)
  }

  private func write(_ response: StubAPIServer.Response, isKeptAlive: Bool, context: ChannelHandlerContext) {
    var length: Int? = response.body.count
    switch response.delivery {
    case .dropped:
      context.close(promise: nil)
      return
    case .silent: return
    case .stalled, .streamed: length = nil
    case .cut(let missing): length = response.body.count + missing
    case .whole: break
    }
    var headers = HTTPHeaders(response.headers)
    if let length { headers.add(name: "content-length", value: String(length)) }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if case .streamed(let start) = response.delivery {
      context.flush()
      return start(StubStream(context.channel))
    }
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
    switch response.delivery {
    case .whole: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    case .cut: context.close(promise: nil)
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
