/// What is said to an ssh-agent and what it answers (draft-ietf-sshm-ssh-agent), without its length in front.
package enum AgentMessages {
  /// The largest message that is sent or taken, in bytes; OpenSSH's agent keeps the same bound.
  package static let longest = 262_144

  /// Asks which keys the agent holds.
  package static let listing: [UInt8] = [11]

  /// Asks for a signature; of RSA for one with SHA-512.
  package static func signing(_ data: [UInt8], with key: SSHPublicKey) -> [UInt8] {
    var writer = SSHWriter()
    writer.raw([13])
    writer.string(key.blob)
    writer.string(data)
    writer.number(key.algorithm == .rsa ? 4 : 0)
    return writer.bytes
  }

  /// The keys in the answer to a listing; keys of types that are not supported are passed over.
  package static func keys(in answer: [UInt8]) throws(IntegrityError) -> [SSHPublicKey] {
    var reader = SSHReader(answer)
    guard try reader.byte() == 12 else { throw IntegrityError(.refused, "ssh-agent does not tell which keys it holds") }
    var keys: [SSHPublicKey] = []
    for _ in 0..<(try reader.number()) {
      let blob = try reader.string()
      _ = try reader.string()  // the comment
      if let key = try? SSHPublicKey(blob: blob) { keys.append(key) }
    }
    try reader.end()
    return keys
  }

  /// The signature in an answer, in SSH's encoding.
  package static func signature(in answer: [UInt8]) throws(IntegrityError) -> [UInt8] {
    var reader = SSHReader(answer)
    guard try reader.byte() == 14 else {
      throw IntegrityError(
        .refused, "ssh-agent refused to sign",
        hint: "the agent may be locked, or a question whether to sign was denied; see `ssh-add -l`")
    }
    let signature = try reader.string()
    try reader.end()
    return signature
  }
}
