package import KubeModel

/// What can go wrong in a use case.
package struct AmbitError: DescribedError {
  package let failure: FailureKind
  package let message: String
  package let hint: String?
  package let cause: (any Error)?

  package init(_ failure: FailureKind, _ message: String, hint: String? = nil, cause: (any Error)? = nil) {
    self.failure = failure
    self.message = message
    self.hint = hint
    self.cause = cause
  }
}
