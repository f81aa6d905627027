import Foundation
import Integrity
import Testing

/// Against an authority that the test makes with openssl.
@Suite struct TimeStampTests {
  private static let settings = """
    [tsa]
    default_tsa = authority
    [authority]
    serial = serial
    signer_cert = certificate
    signer_key = key
    signer_digest = sha256
    default_policy = 1.2.3.4.1
    digests = sha256
    accuracy = secs:1, millisecs:500
    ordering = yes
    tsa_name = yes
    ess_cert_id_chain = no
    """

  private static let stamped = Array("a checkpoint\n".utf8)

  private func authority() throws -> StockTools {
    let tools = try StockTools()
    let made = try tools.run([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=authority", "-addext", "extendedKeyUsage=critical,timeStamping", "-keyout", "key", "-out", "certificate",
    ])
    #expect(made.status == 0, "\(made.stderr)")
    try tools.write("settings", TimeStampTests.settings)
    try tools.write("serial", "0ABC")
    return tools
  }

  private func bytes(_ name: String, _ tools: StockTools) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: tools.path(name))))
  }

  private func answer(_ query: TimeStampQuery, _ tools: StockTools) throws -> [UInt8] {
    try Data(query.encoded()).write(to: URL(filePath: tools.path("query")))
    let reply = ["openssl", "ts", "-reply", "-config", "settings", "-queryfile", "query", "-out", "reply"]
    #expect(try tools.run(reply).status == 0)
    return try bytes("reply", tools)
  }

  @Test func `openssl answers our query, and we read its answer`() throws {
    let tools = try authority()
    let query = TimeStampQuery(stamping: TimeStampTests.stamped, nonce: 0xFEDC_BA98_7654_3210)
    let before = Int64(Date().timeIntervalSince1970)
    let response = try TimeStampResponse(encoded: try answer(query, tools))
    #expect(response.status == .granted)
    #expect(response.mismatch(with: query) == nil)
    let stamp = try #require(response.stamp)
    #expect(stamp.policy == "1.2.3.4.1")
    #expect(stamp.serial == "0abd")
    #expect(stamp.digest == query.digest)
    #expect(stamp.nonce == query.nonce)
    #expect((before...(before + 60)).contains(stamp.time))
    let token = try #require(response.token)
    #expect(try TimeStampResponse.Stamp(token: token) == stamp)
    // What we keep is what openssl verifies.
    try Data(token).write(to: URL(filePath: tools.path("token")))
    try Data(TimeStampTests.stamped).write(to: URL(filePath: tools.path("stamped")))
    let verified = try tools.run(
      ["openssl", "ts", "-verify", "-data", "stamped", "-token_in", "-in", "token", "-CAfile", "certificate"])
    #expect(verified.status == 0, "\(verified.stdout)\(verified.stderr)")
    let text = try tools.run(["openssl", "ts", "-query", "-in", "query", "-text"]).stdout
    #expect(text.contains("Certificate required: yes"))
    #expect(text.contains("Nonce: 0xFEDCBA9876543210"))
  }

  @Test func `an answer to another query is told apart`() throws {
    let tools = try authority()
    let response = try TimeStampResponse(encoded: try answer(.init(stamping: TimeStampTests.stamped, nonce: 1), tools))
    let replayed = response.mismatch(with: TimeStampQuery(stamping: TimeStampTests.stamped, nonce: 2))
    #expect(replayed?.contains("nonce") == true)
    let other = response.mismatch(with: TimeStampQuery(stamping: [1], nonce: 1))
    #expect(other?.contains("something else") == true)
  }

  @Test func `a rejection is read with its reason`() throws {
    let tools = try authority()
    try tools.write("settings", TimeStampTests.settings.replacing("digests = sha256", with: "digests = sha512"))
    let query = TimeStampQuery(stamping: TimeStampTests.stamped, nonce: 1)
    let response = try TimeStampResponse(encoded: try answer(query, tools))
    #expect(response.status == .rejection)
    #expect(response.stamp == nil && response.token == nil)
    #expect(!response.statusText.isEmpty)
    #expect(response.mismatch(with: query) == "the authority granted no time stamp")
  }

  @Test func `damaged answers never stop the program`() throws {
    let tools = try authority()
    let whole = try answer(.init(stamping: TimeStampTests.stamped, nonce: 1), tools)
    var numbers = SeededNumbers(seed: 31)
    for _ in 0..<5_000 { _ = try? TimeStampResponse(encoded: numbers.damaged(whole)) }
    for count in 0..<whole.count {
      #expect(throws: IntegrityError.self) { try TimeStampResponse(encoded: Array(whole.prefix(count))) }
    }
    let nested = [UInt8](repeating: 0x30, count: 200_000)
    for bytes in [[], [0x30, 0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], nested, whole + [0]] {
      #expect(throws: IntegrityError.self) { try TimeStampResponse(encoded: bytes) }
    }
  }
}
