package import Integrity

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// An ssh-agent, asked over its unix socket; one connection for each question.
package struct SSHAgent: Sendable {
  /// How long an answer may take, in seconds: a person may have to touch a token or say yes.
  private static let patience = 120

  #if canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #else
    private static let stream = SOCK_STREAM
  #endif
  /// A broken connection is an error to tell, and no signal that ends the program.
  private static let noSignal = Int32(MSG_NOSIGNAL)

  private let path: String

  package init(socket: String) throws(IntegrityError) {
    // The system's bound on the path of a socket, with the zero at its end.
    guard socket.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !socket.utf8.contains(0) else {
      throw IntegrityError(.malformed, "the path in SSH_AUTH_SOCK is longer than a socket's can be")
    }
    path = socket
  }

  /// The keys that the agent holds, without those of types that are not supported.
  package func keys() throws(IntegrityError) -> [SSHPublicKey] {
    try AgentMessages.keys(in: answer(to: AgentMessages.listing))
  }

  /// A signature in SSH's encoding, which is checked before it is handed on.
  package func signature(over data: [UInt8], with key: SSHPublicKey) throws(IntegrityError) -> [UInt8] {
    let signature = try AgentMessages.signature(in: answer(to: AgentMessages.signing(data, with: key)))
    guard key.isSignature(signature, over: data) else {
      throw IntegrityError(
        .refused, "what ssh-agent gave for \(key.fingerprint) is no signature by that key",
        hint: "an agent that signs with SHA-1 only is too old for RSA keys")
    }
    return signature
  }

  private func answer(to question: [UInt8]) throws(IntegrityError) -> [UInt8] {
    guard question.count <= AgentMessages.longest else {
      throw IntegrityError(.unsupported, "what is to be signed is larger than an agent takes")
    }
    let descriptor = try connected()
    defer { close(descriptor) }
    try write([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: question.count >> $0) } + question, descriptor)
    let length = try receive(4, descriptor).reduce(0) { $0 << 8 | Int($1) }
    guard (1...AgentMessages.longest).contains(length) else {
      throw IntegrityError(.malformed, "ssh-agent's answer has an absurd length")
    }
    return try receive(length, descriptor)
  }

  private func connected() throws(IntegrityError) -> Int32 {
    let descriptor = socket(AF_UNIX, SSHAgent.stream, 0)
    guard descriptor >= 0 else { throw failure("cannot be asked") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var patience = timeval(tv_sec: SSHAgent.patience, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else {
      defer { close(descriptor) }
      throw failure("does not listen at \(path)")
    }
    return descriptor
  }

  private func write(_ bytes: [UInt8], _ descriptor: Int32) throws(IntegrityError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, SSHAgent.noSignal) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("hung up") }
      rest = rest.dropFirst(count)
    }
  }

  private func receive(_ count: Int, _ descriptor: Int32) throws(IntegrityError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(count, 16_384))
    while bytes.count < count {
      let taken = recv(descriptor, &buffer, min(buffer.count, count - bytes.count), 0)
      if taken < 0, errno == EINTR { continue }
      guard taken > 0 else { throw failure(taken == 0 ? "hung up" : "gave no answer") }
      bytes += buffer.prefix(taken)
    }
    return bytes
  }

  private func failure(_ what: String) -> IntegrityError {
    IntegrityError(.notFound, "ssh-agent \(what)", hint: "see whether `ssh-add -l` reaches it")
  }
}

/// A key that an agent holds.
package struct AgentKey: SigningKey {
  package let publicKey: SSHPublicKey
  let agent: SSHAgent

  package func signature(over data: [UInt8]) throws(IntegrityError) -> [UInt8] {
    try agent.signature(over: data, with: publicKey)
  }
}
