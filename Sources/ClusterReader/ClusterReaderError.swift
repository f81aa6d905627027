package import KubeModel

/// What can go wrong while a cluster is read.
package struct ClusterReaderError: DescribedError {
  package enum Code: Sendable {
    case noInput, badKubeconfig, unreachable, forbidden, badAnswer, notFound, gone
  }

  package let code: Code
  package let message: String
  package let hint: String?
  package let cause: (any Error)?

  package init(_ code: Code, _ message: String, hint: String? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.cause = cause
  }

  package var failure: FailureKind {
    switch code {
    case .noInput: .badInput
    case .badKubeconfig: .badConfiguration
    case .unreachable, .gone: .unreachable
    case .forbidden: .notPermitted
    case .badAnswer, .notFound: .badInput
    }
  }
}
