import Foundation
import Integrity
import SigningKeys
import Testing

/// Against a real ssh-agent, which the test starts and ends.
@Suite struct AgentTests {
  private final class Agent {
    let tools: StockTools
    let socket: String
    private let process: RunningTool

    init(_ tools: StockTools) throws {
      self.tools = tools
      socket = tools.path("agent")
      process = try tools.start(["ssh-agent", "-D", "-a", socket], name: "ssh-agent")
      let deadline = Date(timeIntervalSinceNow: 20)
      while !FileManager.default.fileExists(atPath: socket), Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
    }

    deinit { process.stop() }

    func add(_ name: String) throws {
      let added = try tools.run(["ssh-add", "-q", name], environment: ["SSH_AUTH_SOCK": socket])
      #expect(added.status == 0, "\(added.stderr)")
    }
  }

  @Test func `an agent signs for the public keys that it holds`() throws {
    let tools = try StockTools()
    let agent = try Agent(tools)
    for kind in StockTools.kinds {
      try tools.makeKey(kind)
      let file = tools.path("\(kind).pub")
      let missing = #expect(throws: IntegrityError.self) {
        try SigningKeyFile.load(path: file, agentSocket: agent.socket)
      }
      #expect(missing?.code == .notFound)
      try agent.add(kind)
      try FileManager.default.removeItem(atPath: tools.path(kind))
      let key = try SigningKeyFile.load(path: file, agentSocket: agent.socket)
      try tools.write("ours.sig", try key.sign(Array("x".utf8), namespace: "git"))
      try tools.write("allowed", try tools.allowed(kind))
      let verified = try tools.run(
        ["ssh-keygen", "-Y", "verify", "-n", "git", "-f", "allowed", "-I", "a@b.test", "-s", "ours.sig"], input: "x")
      #expect(verified.status == 0, "\(verified.stderr)")
      let allowed = AllowedSigners(text: try tools.read("allowed"))
      let verdict = SignatureVerdict.of(
        armor: try tools.read("ours.sig"), over: Array("x".utf8), namespace: "git", at: 0, allowed: allowed)
      #expect(verdict == .good(allowed.entries[0]))
    }
    // A locked agent tells of no keys.
    let key = try SigningKeyFile.load(path: tools.path("ed25519.pub"), agentSocket: agent.socket)
    try tools.run(["ssh-add", "-D"], environment: ["SSH_AUTH_SOCK": agent.socket])
    let refused = #expect(throws: IntegrityError.self) { try key.sign([1], namespace: "git") }
    #expect(refused?.code == .refused)
  }

  @Test func `an agent that is not there is named`() throws {
    let tools = try StockTools()
    try tools.makeKey("ed25519")
    for socket in [nil, "", tools.path("absent"), "/" + String(repeating: "x", count: 200)] {
      let error = #expect(throws: IntegrityError.self) {
        try SigningKeyFile.load(path: tools.path("ed25519.pub"), agentSocket: socket)
      }
      #expect(error?.hint != nil || error?.code == .malformed)
    }
  }
}
