/// A key or certificate in PEM, with the place it came from; its bytes are never printed.
package struct SecretBytes: Sendable, Hashable {
  package let bytes: [UInt8]
  /// For errors: `client-key of user 'alice' in /home/alice/.kube/config`.
  package let origin: String

  package init(bytes: [UInt8], origin: String) {
    self.bytes = bytes
    self.origin = origin
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(hidden, \(origin))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["origin": origin]) }
}
