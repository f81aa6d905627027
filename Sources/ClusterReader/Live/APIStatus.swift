import FoundationEssentials

/// The `Status` object in which an API server explains a refusal.
struct APIStatus: Decodable {
  struct Details: Decodable {
    struct Cause: Decodable { let reason: String? }
    let causes: [Cause]?
    let retryAfterSeconds: Int?
  }

  let kind: String?
  let message: String?
  let reason: String?
  let details: Details?

  /// Reads a refusal's body; nil where it is no Status (a proxy's page, plain text).
  init?(_ body: [UInt8]) {
    guard let status = try? JSONDecoder().decode(APIStatus.self, from: Data(body)), status.kind == "Status"
    else { return nil }
    self = status
  }

  var isResourceVersionTooLarge: Bool {
    details?.causes?.contains { $0.reason == "ResourceVersionTooLarge" } ?? false
  }
}
