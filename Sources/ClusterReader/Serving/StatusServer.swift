import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers GET with short texts, for health checks and metrics.
package final class StatusServer: Sendable {
  package struct Answer: Sendable {
    package var status: Int
    package var contentType: String
    package var text: String

    package init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", text: String) {
      self.status = status
      self.contentType = contentType
      self.text = text
    }
  }

  private let channel: any Channel
  /// The port that it listens on.
  package let port: Int

  private init(_ channel: any Channel) {
    self.channel = channel
    port = channel.localAddress?.port ?? 0
  }

  /// Listens on an address until `stop` is called.
  ///
  /// - Parameter answer: gives the answer for a path; nil where there is nothing.
  package static func start(
    _ address: ListenAddress, answer: @escaping @Sendable (_ path: String) -> Answer?
  ) async throws -> StatusServer {
    do {
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
            // Who says nothing holds no connection for long.
            try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(30)))
            try pipeline.addHandler(StatusConnection(answer: answer))
          }
        }
        .bind(host: address.host, port: address.port).get()
      return StatusServer(channel)
    } catch {
      throw ClusterReaderError(
        .badInput, "nothing can listen on \(address.text)",
        hint: "name another --listen, or end what listens there", cause: ServerStatement(transport: error))
    }
  }

  package func stop() async { try? await channel.close() }
}

/// An address and a port to listen on.
package struct ListenAddress: Sendable, Hashable {
  package let host: String
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `127.0.0.1:9464`, `[::1]:9464` or `localhost:9464`; nil where it is no such text.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      let parts = URLParts(String(text[..<colon]), defaultScheme: "none"), parts.scheme == "none", parts.user == nil,
      parts.port == nil, parts.path.isEmpty
    else { return nil }
    self.init(host: parts.host, port: Int(port))
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    if ["localhost", "::1"].contains(host) { return true }
    // A name that begins with 127. may lead anywhere.
    return host.hasPrefix("127.") && (try? SocketAddress(ipAddress: host, port: port)) != nil
  }

  package var text: String { ServerAddress.authority(host: host, port: port) }
}

private final class StatusConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: @Sendable (String) -> StatusServer.Answer?
  private var head: HTTPRequestHead?

  init(answer: @escaping @Sendable (String) -> StatusServer.Answer?) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      write(reply(to: head), isHead: head.method == .HEAD, isKeptAlive: head.isKeepAlive, context)
    }
  }

  private func reply(to head: HTTPRequestHead) -> StatusServer.Answer {
    guard head.method == .GET || head.method == .HEAD else {
      return StatusServer.Answer(status: 405, text: "only GET is answered\n")
    }
    let path = String(head.uri.prefix { $0 != "?" })
    return answer(path) ?? StatusServer.Answer(status: 404, text: "nothing is here\n")
  }

  private func write(_ reply: StatusServer.Answer, isHead: Bool, isKeptAlive: Bool, _ context: ChannelHandlerContext) {
    var headers = HTTPHeaders([
      ("content-type", reply.contentType), ("content-length", String(reply.text.utf8.count)),
      ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
    ])
    if !isKeptAlive { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.text)))), promise: nil) }
    let end = context.eventLoop.makePromise(of: Void.self)
    if !isKeptAlive {
      let channel = context.channel
      end.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: end)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
