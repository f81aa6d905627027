package import KubeModel

/// A report of former times that cannot be used.
package struct EvidenceError: DescribedError {
  package let message: String
  package let hint: String?
  package let cause: (any Error)?
  /// Every mistake in it, each with its place.
  package let problems: [String]
  package var failure: FailureKind { .badInput }

  init(_ message: String, hint: String? = nil, cause: (any Error)? = nil, problems: [String] = []) {
    self.message = message
    self.hint = hint
    self.cause = cause
    self.problems = problems
  }
}
