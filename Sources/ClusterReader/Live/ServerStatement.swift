import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the server, the system or TLS said, in its own plain words: the cause of an error.
struct ServerStatement: Error, CustomStringConvertible {
  let description: String
}

extension ServerStatement {
  /// What the system says of a call's error number.
  init(system number: CInt) { self.init(description: String(cString: strerror(number))) }

  /// What is behind a broken exchange, without the libraries' own names; nil where they know no more than
  /// the message says.
  init?(transport error: any Error) {
    switch error {
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first?.error ?? error.dnsAError ?? error.dnsAAAAError else { return nil }
      self.init(transport: first)
    case let error as SocketAddressError.UnknownHost:
      self.init(description: "\(error.host.printable(limit: 253)): \(error.errorDescription)")
    case let error as IOError: self.init(system: error.errnoCode)
    case let error as HTTPClientError: self.init(description: error.shortDescription)
    case let error as HTTPParserError: self.init(description: error.debugDescription)
    default:
      let text = String(describing: error)
      guard let reason = ServerStatement.tlsReason(text) ?? ServerStatement.words(text) else { return nil }
      self.init(description: reason)
    }
  }

  /// `invalid header token`, out of the name of a case: `HTTPParserError.invalidHeaderToken`.
  private static func words(_ text: String) -> String? {
    guard text.utf8.count <= 80, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == ".") }),
      let name = text.split(separator: ".").last
    else { return nil }
    var words = ""
    var wasCapital = true
    for letter in name {
      if letter.isUppercase && !wasCapital { words += " " }
      words += letter.lowercased()
      wasCapital = letter.isUppercase
    }
    return words
  }

  /// `certificate verify failed`, out of `error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at …`.
  private static func tlsReason(_ text: String) -> String? {
    let mark = "OPENSSL_internal:"
    guard let start = text.firstRange(of: mark)?.upperBound else { return nil }
    let name = text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? nil : name.lowercased().split(separator: "_").joined(separator: " ")
  }
}
