import Foundation
import TestSupport
import NIOCore
import NIOHTTP1
import NIOPosix

/// git's own http backend behind a small CGI bridge on the loopback address. It asks for a name and a password.
enum GitHTTPServer {
  static let user = "collector"
  static let password = "s3cret-word"

  /// The backend's path; git knows where its programs are.
  private static let program: String = {
    let place = try? CommandFixture().run(["git", "--exec-path"], program: "/usr/bin/env").stdout
    return "\((place ?? "").trimmingCharacters(in: .whitespacesAndNewlines))/git-http-backend"
  }()

  /// Serves the repositories of a folder while `body` runs, and lends it the server's port.
  static func with<Result>(root: String, _ body: (_ port: Int) async throws -> Result) async throws -> Result {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(Connection(root: root))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      let result = try await body(channel.localAddress?.port ?? 0)
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }

  private struct Answer: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: [UInt8] = []
  }

  /// Runs the backend for one request, as RFC 3875 says.
  private static func answer(_ head: HTTPRequestHead, _ body: [UInt8], root: String) throws -> Answer {
    let credentials = Data("\(user):\(password)".utf8).base64EncodedString()
    guard head.headers["authorization"].first == "Basic \(credentials)" else {
      return Answer(status: 401, headers: [("WWW-Authenticate", "Basic realm=\"stores\"")])
    }
    let parts = head.uri.split(separator: "?", maxSplits: 1)
    var environment = [
      "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": user, "REMOTE_ADDR": "127.0.0.1",
      "REQUEST_METHOD": head.method.rawValue, "PATH_INFO": String(parts[0]),
      "QUERY_STRING": parts.count > 1 ? String(parts[1]) : "", "CONTENT_LENGTH": String(body.count),
      "CONTENT_TYPE": head.headers["content-type"].first ?? "", "PATH": "/usr/bin:/bin",
    ]
    environment["HTTP_CONTENT_ENCODING"] = head.headers["content-encoding"].first
    environment["GIT_PROTOCOL"] = head.headers["git-protocol"].first
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.environment = environment
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    DispatchQueue.global().async {
      try? input.fileHandleForWriting.write(contentsOf: Data(body))
      try? input.fileHandleForWriting.close()
    }
    let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    guard let gap = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return Answer(status: 502) }
    var answer = Answer(body: Array(bytes[gap.upperBound...]))
    for line in String(decoding: bytes[..<gap.lowerBound], as: UTF8.self).components(separatedBy: "\r\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if line.hasPrefix("Status:") { answer.status = Int(value.prefix(3)) ?? 502 } else { answer.headers.append((String(line[..<colon]), value)) }
    }
    return answer
  }

  private final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let root: String
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(root: String) { self.root = root }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        (self.head, body) = (head, [])
        // curl asks before it sends a long body.
        if head.headers["expect"].first?.lowercased() == "100-continue" {
          context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
      case .body(let buffer): body += Array(buffer.readableBytesView)
      case .end:
        guard let head else { return }
        let (channel, root, body) = (context.channel, root, body)
        DispatchQueue.global().async {
          let answer = (try? GitHTTPServer.answer(head, body, root: root)) ?? Answer(status: 500)
          var headers = HTTPHeaders(answer.headers)
          headers.replaceOrAdd(name: "content-length", value: String(answer.body.count))
          let response = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
          channel.write(HTTPServerResponsePart.head(response), promise: nil)
          channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: answer.body))), promise: nil)
          channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
