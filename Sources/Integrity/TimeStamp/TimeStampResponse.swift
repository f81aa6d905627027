internal import SwiftASN1

/// What a time-stamp authority answered (RFC 3161).
///
/// Reading it verifies nothing: whether the token is the authority's is for `openssl ts -verify` with the
/// certificates that the owner trusts. `mismatch(with:)` tells whether it speaks of what was asked.
package struct TimeStampResponse: Sendable, Hashable {
  /// PKIStatus: whether there is a stamp.
  package enum Status: Int, Sendable {
    case granted, grantedWithModifications, rejection, waiting, revocationWarning, revocationNotification
  }

  /// The TSTInfo in a token.
  package struct Stamp: Sendable, Hashable {
    /// The object identifier of the authority's policy, in dots.
    package let policy: String
    /// The digest's algorithm in dots, and the digest of what was stamped.
    package let algorithm: String
    package let digest: [UInt8]
    /// In hexadecimal; unique for the authority.
    package let serial: String
    /// When the authority says that it was asked, in seconds since 1970; fractions are cut off.
    package let time: Int64
    /// Nil where there is none, or one that is larger than ours are.
    package let nonce: UInt64?
  }

  package let status: Status
  /// What the authority says about its status, for people; from outside, and to be escaped.
  package let statusText: [String]
  /// The token in DER, as it is kept; nil where nothing was granted.
  package let token: [UInt8]?
  package let stamp: Stamp?

  /// Far larger than an answer with a chain of certificates, in bytes.
  private static let longest = 1_000_000

  /// Reads `application/timestamp-reply`.
  package init(encoded: [UInt8]) throws(IntegrityError) {
    guard encoded.count <= TimeStampResponse.longest else {
      throw IntegrityError(.malformed, "the time-stamp response is absurdly large")
    }
    do {
      (status, statusText, token) = try DER.sequence(try DER.parse(encoded), identifier: .sequence) { nodes in
        guard let first = nodes.next() else { throw Malformed() }
        let (status, texts) = try TimeStampResponse.status(first)
        return (status, texts, nodes.next().map { Array($0.encodedBytes) })
      }
      stamp = try token.map { try Stamp(token: $0) }
    } catch {
      throw IntegrityError(.malformed, "this is no time-stamp response of RFC 3161 in DER")
    }
    let isGranted = status == .granted || status == .grantedWithModifications
    guard isGranted == (stamp != nil) else {
      throw IntegrityError(.malformed, "the time-stamp response has a status that does not fit its token")
    }
  }

  /// Why the answer is not one to this query, or nil where it is.
  package func mismatch(with query: TimeStampQuery) -> String? {
    guard let stamp else { return "the authority granted no time stamp" }
    if stamp.algorithm != TimeStampQuery.sha256.description { return "the time stamp rests on another digest than SHA-256" }
    if stamp.digest != query.digest { return "the time stamp is for something else" }
    if stamp.nonce != query.nonce { return "the time stamp answers another query: its nonce differs" }
    return nil
  }

  private static func status(_ node: ASN1Node) throws -> (Status, [String]) {
    try DER.sequence(node, identifier: .sequence) { nodes in
      guard let status = Status(rawValue: try Int(derEncoded: &nodes)) else { throw Malformed() }
      var texts: [String] = []
      while let next = nodes.next() {
        // The text may be left out, and a bit string with reasons may follow.
        guard next.identifier == .sequence else { continue }
        texts = try DER.sequence(of: ASN1UTF8String.self, identifier: .sequence, rootNode: next).map { String($0) }
      }
      return (status, texts)
    }
  }
}

/// Thrown within this file where a structure is not what it should be, beside the library's own errors.
private struct Malformed: Error {}

extension TimeStampResponse.Stamp {
  private static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 7, 2]
  private static let stampContent: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 9, 16, 1, 4]

  /// Reads the TSTInfo out of a token, which is a CMS ContentInfo with SignedData.
  package init(token: [UInt8]) throws(IntegrityError) {
    do {
      let signed = try Self.content(try DER.parse(token), type: Self.signedData)
      let info = try DER.sequence(signed, identifier: .sequence) { nodes in
        _ = (try Int(derEncoded: &nodes), nodes.next())  // version and digest algorithms
        guard let content = nodes.next() else { throw Malformed() }
        while nodes.next() != nil {}  // certificates, revocation lists and signers
        return try ASN1OctetString(derEncoded: try Self.content(content, type: Self.stampContent))
      }
      self = try DER.sequence(try DER.parse(info.bytes), identifier: .sequence) { try Self(&$0) }
    } catch {
      throw IntegrityError(.malformed, "this is no time-stamp token of RFC 3161 in DER")
    }
  }

  /// What stands in `SEQUENCE { type, [0] EXPLICIT content }`.
  private static func content(_ node: ASN1Node, type: ASN1ObjectIdentifier) throws -> ASN1Node {
    try DER.sequence(node, identifier: .sequence) { nodes in
      guard try ASN1ObjectIdentifier(derEncoded: &nodes) == type else { throw Malformed() }
      return try DER.explicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific) { $0 }
    }
  }

  private init(_ nodes: inout ASN1NodeCollection.Iterator) throws {
    guard try Int(derEncoded: &nodes) == 1 else { throw Malformed() }
    policy = try ASN1ObjectIdentifier(derEncoded: &nodes).description
    guard let imprint = nodes.next() else { throw Malformed() }
    (algorithm, digest) = try DER.sequence(imprint, identifier: .sequence) { nodes in
      guard let identifier = nodes.next() else { throw Malformed() }
      let algorithm = try DER.sequence(identifier, identifier: .sequence) { parts in
        defer { while parts.next() != nil {} }  // parameters
        return try ASN1ObjectIdentifier(derEncoded: &parts).description
      }
      return (algorithm, Array(try ASN1OctetString(derEncoded: &nodes).bytes))
    }
    serial = try ArraySlice<UInt8>(derEncoded: &nodes).reduce(into: "") {
      $0 += $1 < 16 ? "0\(String($1, radix: 16))" : String($1, radix: 16)
    }
    let made = try GeneralizedTime(derEncoded: &nodes)
    guard
      let seconds = CivilTime.seconds(
        year: made.year, month: made.month, day: made.day, hour: made.hours, minute: made.minutes, second: made.seconds)
    else { throw Malformed() }
    time = seconds
    var nonce: UInt64?
    // Accuracy and order may stand before it, name and extensions after it; it is the one plain number.
    while let next = nodes.next() {
      if next.identifier == .integer { nonce = try? UInt64(derEncoded: next) }
    }
    self.nonce = nonce
  }
}
