internal import CGit2
package import KubeModel

/// What can go wrong with a store.
package struct StoreError: DescribedError {
  package enum Code: Sendable {
    case noStore, notAStore, exists, noCluster, noRevision, badClusterName, badPath, moved, locked
    case damaged, unwritable, wrongCluster, timeBackwards
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
    case .noStore, .noCluster, .noRevision: .notFound
    case .notAStore, .exists, .badClusterName, .badPath, .wrongCluster, .timeBackwards: .badInput
    case .moved, .locked: .locked
    case .damaged: .bug
    case .unwritable: .notPermitted
    }
  }
}

/// What libgit2 said of a call that did not succeed.
struct GitFailure: Error, CustomStringConvertible {
  let status: Int32
  let description: String

  /// Reads libgit2's last error, which is kept per thread: call it right after the call that failed.
  init(_ status: Int32) {
    self.status = status
    if let last = git_error_last(), let message = last.pointee.message {
      description = "libgit2: \(String(cString: message))"
    } else {
      description = "libgit2: status \(status)"
    }
  }
}
