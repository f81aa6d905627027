internal import SwiftASN1

/// A question to a time-stamp authority (RFC 3161): when was there something with this digest.
package struct TimeStampQuery: Sendable, Hashable {
  /// The SHA-256 of what is stamped.
  package let digest: [UInt8]
  /// A number that the answer repeats, so that an old answer cannot be given again.
  package let nonce: UInt64

  static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]

  package init(stamping bytes: [UInt8], nonce: UInt64) {
    digest = SHA256Digest.bytes(bytes)
    self.nonce = nonce
  }

  /// The question in DER, which asks for the authority's certificate too: `application/timestamp-query`.
  package func encoded() throws(IntegrityError) -> [UInt8] {
    var serializer = DER.Serializer()
    do {
      try serializer.appendConstructedNode(identifier: .sequence) { query in
        try query.serialize(1)
        try query.appendConstructedNode(identifier: .sequence) { imprint in
          try imprint.appendConstructedNode(identifier: .sequence) { algorithm in
            try algorithm.serialize(TimeStampQuery.sha256)
            try algorithm.serialize(ASN1Null())
          }
          try imprint.serialize(ASN1OctetString(contentBytes: digest[...]))
        }
        try query.serialize(nonce)
        try query.serialize(true)
      }
    } catch {
      throw IntegrityError(.malformed, "the time-stamp query cannot be encoded")
    }
    return serializer.serializedBytes
  }
}
