import NIOCore
import NIOHTTP1

/// The body of an answer that is under way.
package struct StubStream: Sendable {
  private let channel: any Channel

  init(_ channel: any Channel) { self.channel = channel }

  package var isOpen: Bool { channel.isActive }

  package func send(_ bytes: [UInt8]) {
    channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
  }

  package func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends a few bytes at a time.
  package func trickle(_ text: String, by count: Int = 7) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      send(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
  }

  /// Ends the answer in good order.
  package func end() { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }

  /// Closes the connection in the middle of the answer.
  package func cut() { channel.close(promise: nil) }

  package func whenClosed(_ body: @escaping @Sendable () -> Void) { channel.closeFuture.whenComplete { _ in body() } }
}
