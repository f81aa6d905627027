internal import CGit2
internal import Foundation
package import KubeModel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What can go wrong with a store.
package struct StoreError: DescribedError {
  package enum Code: Sendable {
    case noStore, notAStore, exists, noCluster, noRevision, badClusterName, badPath, moved, locked
    case damaged, unwritable, unsigned, notPermitted, wrongCluster, timeBackwards, badTime, badHistory
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
    case .notAStore, .exists, .badClusterName, .badPath, .wrongCluster, .timeBackwards, .badTime, .badHistory, .damaged:
      .badInput
    case .moved, .locked: .locked
    case .notPermitted: .notPermitted
    case .unwritable: .unwritable
    case .unsigned: .badConfiguration
    }
  }
}

extension StoreError {
  /// Another writer was faster; the caller reads again.
  static func moved(_ what: String, _ cause: (any Error)?) -> StoreError {
    StoreError(
      .moved, "another writer recorded into '\(what)' at the same time", hint: "run the command again", cause: cause)
  }

  /// The error for a write that did not succeed: not allowed, or not possible.
  ///
  /// The system's error number may be lost by the time libgit2 returns, so the folders themselves are asked too.
  static func writing(_ what: String, in folder: String, _ cause: any Error) -> StoreError {
    let folders = ["", "/objects", "/objects/pack", "/refs", "/refs/heads", "/refs/ambit"].map { folder + $0 }
    let number = (cause as? GitFailure)?.systemError ?? (cause as? SystemFailure)?.number ?? 0
    let isForbidden =
      [EACCES, EPERM, EROFS].contains(number)
      || folders.contains { FileManager.default.fileExists(atPath: $0) && !FileManager.default.isWritableFile(atPath: $0) }
    return isForbidden
      ? StoreError(.notPermitted, "\(what) may not be written", hint: "check its permissions", cause: cause)
      : StoreError(.unwritable, "\(what) cannot be written", hint: "check the free space and the disk", cause: cause)
  }
}

/// What libgit2 said of a call that did not succeed.
struct GitFailure: Error, CustomStringConvertible {
  let status: Int32
  /// The system's error number, where the call failed at the system.
  let systemError: Int32
  let description: String

  /// Reads libgit2's last error, which is kept per thread: call it right after the call that failed.
  init(_ status: Int32) {
    systemError = errno
    self.status = status
    if let last = git_error_last(), let message = last.pointee.message {
      description = "libgit2: \(String(cString: message))"
    } else {
      description = "libgit2: status \(status)"
    }
  }
}
