/// What is wrong with a key, a signature, a note, a proof or a time stamp.
///
/// A `DescribedError` in all but name: that protocol stands below this module, where the conformance is.
package struct IntegrityError: Error, Sendable, Hashable {
  /// Tells the causes apart; callers branch on it, never on the text.
  package enum Code: String, Sendable {
    /// Bytes or text that do not have the form they should have.
    case malformed
    /// A key, algorithm or format that is known and not accepted.
    case unsupported
    /// A private key that others may read, or that is locked with a passphrase.
    case unusableKey
    /// A file, or an agent, that is not there or does not hold the key.
    case notFound
    /// The agent was asked and did not sign.
    case refused
  }

  package var code: Code
  package var message: String
  package var hint: String?

  package init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
