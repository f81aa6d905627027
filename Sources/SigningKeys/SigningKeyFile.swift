package import Integrity

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The file that an owner names as the key to sign with: a private key, or a public key whose private half an
/// agent holds.
package enum SigningKeyFile {
  /// Far larger than any key, in bytes.
  private static let longest = 65_536

  /// Reads a key file.
  ///
  /// - Parameter agentSocket: where an ssh-agent listens, as `SSH_AUTH_SOCK` says; asked for public keys only.
  /// - Throws: `IntegrityError` where the file is no key, is locked, may be read by others, or where the
  ///   agent does not hold the key.
  package static func load(path: String, agentSocket: String?) throws(IntegrityError) -> any SigningKey {
    let file = try file(at: path)
    let text = String(decoding: file.contents, as: UTF8.self)
    if text.contains("PRIVATE KEY-----") {
      guard !file.isOpenToOthers else {
        throw IntegrityError(
          .unusableKey, "others may read the private key \(path), so it is not used",
          hint: "take their rights away with `chmod 600`")
      }
      return try naming(path) { () throws(IntegrityError) in try SSHPrivateKey(text: text) }
    }
    return try agentKey(text, path: path, socket: agentSocket)
  }

  /// Puts the file's name in front of what is wrong with its key.
  private static func naming<Key>(
    _ path: String, _ read: () throws(IntegrityError) -> Key
  ) throws(IntegrityError) -> Key {
    do {
      return try read()
    } catch {
      throw IntegrityError(error.code, "\(path): \(error.message)", hint: error.hint)
    }
  }

  private static func agentKey(
    _ text: String, path: String, socket: String?
  ) throws(IntegrityError) -> any SigningKey {
    let line = text.split(whereSeparator: \.isNewline).first ?? ""
    let key = try naming(path) { () throws(IntegrityError) in try SSHPublicKey(line: line) }
    let other = "start an agent and add the key with `ssh-add`, or name the file of the private key"
    guard let socket, !socket.isEmpty else {
      throw IntegrityError(
        .notFound, "\(path) is a public key, and SSH_AUTH_SOCK names no agent that has its private half", hint: other)
    }
    let agent = try SSHAgent(socket: socket)
    guard try agent.keys().contains(key) else {
      throw IntegrityError(.notFound, "ssh-agent does not hold the key of \(path), \(key.fingerprint)", hint: other)
    }
    return AgentKey(publicKey: key, agent: agent)
  }

  private struct File {
    var contents: [UInt8]
    var isOpenToOthers: Bool
  }

  private static func file(at path: String) throws(IntegrityError) -> File {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw unreadable(path, errno) }
    // As in ssh: a file of another user, such as a mounted secret, is that user's to guard.
    let isOpenToOthers = facts.st_uid == getuid() && facts.st_mode & 0o077 != 0
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while contents.count <= longest {
      let count = read(descriptor, &buffer, buffer.count)
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw unreadable(path, errno)
      }
      guard count > 0 else { return File(contents: contents, isOpenToOthers: isOpenToOthers) }
      contents += buffer.prefix(count)
    }
    throw IntegrityError(.malformed, "\(path) is too large for a key")
  }

  private static func unreadable(_ path: String, _ number: Int32) -> IntegrityError {
    let reason = String(cString: strerror(number)).lowercased()
    return IntegrityError(
      number == EACCES ? .unusableKey : .notFound, "the key \(path) cannot be read: \(reason)")
  }
}
