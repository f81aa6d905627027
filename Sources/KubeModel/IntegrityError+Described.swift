package import Integrity

extension IntegrityError: DescribedError {
  package var cause: (any Error)? { nil }

  package var failure: FailureKind {
    switch code {
    case .malformed: .badInput
    case .unsupported: .badConfiguration
    case .unusableKey, .refused: .notPermitted
    case .notFound: .notFound
    }
  }
}
