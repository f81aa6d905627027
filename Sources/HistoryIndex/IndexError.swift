package import KubeModel

/// What can go wrong with the index. It is a cache: removing it loses nothing.
package struct IndexError: DescribedError {
  package enum Code: Sendable { case unreadable, unwritable, noSpace, diverged, locked }

  package let code: Code
  package let message: String
  package let hint: String?
  package let cause: (any Error)?

  init(_ code: Code, _ message: String, hint: String? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.cause = cause
  }

  package var failure: FailureKind {
    switch code {
    case .unreadable, .diverged: .bug
    case .locked: .locked
    case .unwritable: .notPermitted
    case .noSpace: .unwritable
    }
  }
}
