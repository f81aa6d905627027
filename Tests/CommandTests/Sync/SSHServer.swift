import Foundation
import TestSupport

/// A real sshd on the loopback address, with keys of its own, for one test.
final class SSHServer {
  private let process: Process
  private let input = Pipe()
  /// The command that reaches it, for `GIT_SSH_COMMAND`.
  let command: String
  let port: Int

  private static let program = "/usr/sbin/sshd"

  /// Why sshd cannot run here; nil where it can.
  static let obstacle: String? = {
    guard FileManager.default.isExecutableFile(atPath: program) else {
      return "\(program) is not installed (Debian: openssh-server)"
    }
    do {
      let fixture = try CommandFixture()
      let server = try SSHServer(in: fixture)
      defer { server.stop() }
      let output = try fixture.run(
        ["-c", "\(server.command) 127.0.0.1 git --version"], program: "/bin/sh")
      return output.status == 0 ? nil : "sshd does not let this user in: \(output.stderr)"
    } catch {
      return "\(error)"
    }
  }()

  init(in fixture: CommandFixture) throws {
    let folder = "\(fixture.directory)/ssh"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for key in ["host", "user", "stranger"] {
      _ = try fixture.run(["-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(key)"], program: "/usr/bin/ssh-keygen")
    }
    let userKey = try String(contentsOfFile: "\(folder)/user.pub", encoding: .utf8)
    try fixture.write("ssh/authorized", userKey)
    // Where root starts it, sshd wants this folder, which the system's service would make.
    if getuid() == 0 { try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: false) }
    port = try SSHServer.freePort()
    try fixture.write(
      "ssh/config",
      """
      Port \(port)
      ListenAddress 127.0.0.1
      HostKey \(folder)/host
      AuthorizedKeysFile \(folder)/authorized
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin prohibit-password
      """)
    let hostKey = try String(contentsOfFile: "\(folder)/host.pub", encoding: .utf8)
    try fixture.write("ssh/known", "[127.0.0.1]:\(port) \(hostKey)")
    command =
      "ssh -F none -p \(port) -i \(folder)/user -o IdentitiesOnly=yes -o IdentityAgent=none -o UserKnownHostsFile=\(folder)/known -o ConnectTimeout=30"
    process = Process()
    // Through a shell that ends it when its own input ends. sshd closes the descriptor by whose end Foundation
    // tells that a process ended, and the shell is born with signals blocked.
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "'\(SSHServer.program)' -D -e -f '\(folder)/config' & read line; kill $!"]
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    // It listens in a moment.
    for _ in 0..<200 where !SSHServer.listens(port) && process.isRunning { usleep(25_000) }
  }

  deinit { stop() }

  func stop() {
    guard process.isRunning else { return }
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  // MARK: Ports

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }

  private static func withSocket<Result>(
    _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) throws -> Result
  ) throws -> Result {
    #if canImport(Glibc)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { throw CocoaError(.fileNoSuchFile) }
    defer { close(descriptor) }
    let address = loopback(port)
    return try withUnsafeBytes(of: address) { bytes in
      guard let base = bytes.baseAddress else { throw CocoaError(.fileNoSuchFile) }
      return try body(descriptor, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  /// A port that was free a moment ago.
  static func freePort() throws -> Int {
    try withSocket(0) { descriptor, address, length in
      guard bind(descriptor, address, length) == 0 else { throw CocoaError(.fileNoSuchFile) }
      var bound = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let status = withUnsafeMutablePointer(to: &bound) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
      }
      guard status == 0 else { throw CocoaError(.fileNoSuchFile) }
      return Int(in_port_t(bigEndian: bound.sin_port))
    }
  }

  private static func listens(_ port: Int) -> Bool {
    (try? withSocket(port) { connect($0, $1, $2) == 0 }) ?? false
  }
}
