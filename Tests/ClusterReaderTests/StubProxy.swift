import NIOCore
import NIOPosix

/// A proxy on the loopback address that answers CONNECT and leads every tunnel to one port.
final class StubProxy: Sendable {
  private let recorded = Shared<[String]>([])
  fileprivate let answer: String
  fileprivate let target: Int?
  private let boundPort = Shared(0)

  private init(answer: String, target: Int?) {
    self.answer = answer
    self.target = target
  }

  var port: Int { boundPort.withLock { $0 } }
  /// The heads of the requests that came in, as they were written.
  var heads: [String] { recorded.withLock { $0 } }

  fileprivate func record(_ head: String) { recorded.withLock { $0.append(head) } }

  /// Starts a proxy, lends it to `body` and stops it; without a `target` it answers and closes.
  static func with<Result>(
    answer: String = "HTTP/1.1 200 OK\r\n\r\n", to target: Int? = nil, _ body: (StubProxy) async throws -> Result
  ) async throws -> Result {
    let proxy = StubProxy(answer: answer, target: target)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ProxyConnection(proxy: proxy))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    proxy.boundPort.withLock { $0 = channel.localAddress?.port ?? 0 }
    do {
      let result = try await body(proxy)
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }
}

private final class ProxyConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let proxy: StubProxy
  private var received = ByteBuffer()
  private var peer: (any Channel)?

  init(proxy: StubProxy) { self.proxy = proxy }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if let peer {
      peer.writeAndFlush(bytes, promise: nil)
      return
    }
    received.writeBuffer(&bytes)
    let head = String(buffer: received)
    guard head.hasSuffix("\r\n\r\n") else { return }
    proxy.record(head)
    let client = context.channel
    let answer = ByteBuffer(string: proxy.answer)
    guard let target = proxy.target else {
      client.writeAndFlush(answer).whenComplete { _ in client.close(promise: nil) }
      return
    }
    let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
    ClientBootstrap(group: context.eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ProxyReturn(client: client))
        }
      }
      .connect(host: "127.0.0.1", port: target)
      .whenSuccess { channel in
        connection.value.peer = channel
        client.writeAndFlush(answer, promise: nil)
      }
  }

  func channelInactive(context: ChannelHandlerContext) { peer?.close(promise: nil) }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// The way back of a tunnel.
private final class ProxyReturn: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let client: any Channel

  init(client: any Channel) { self.client = client }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    client.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
