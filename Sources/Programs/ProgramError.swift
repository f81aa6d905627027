package import KubeModel

/// Why a program gave no result. One that ended with a status, whatever it was, gave one.
package struct ProgramError: DescribedError {
  package enum Code: Sendable {
    case notInstalled, notExecutable, tookTooLong, printedTooMuch, cannotRun
  }

  package let code: Code
  package let message: String
  package let hint: String?
  package let cause: (any Error)?

  init(_ code: Code, _ message: String, hint: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.cause = cause
  }

  package var failure: FailureKind { code == .tookTooLong ? .unreachable : .badConfiguration }
}
