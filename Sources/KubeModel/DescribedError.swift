/// What every error of Ambit tells its reader: what happened, to what, and what to do.
///
/// Each module has one error type; all are printed in one place, in one voice. Messages never hold
/// secrets, manifest contents or another error's text: that is what `cause` is for.
public protocol DescribedError: Error {
  /// What happened, naming the path, namespace or object. No full stop, no "failed to".
  var message: String { get }
  /// What the reader can do about it.
  var hint: String? { get }
  /// The error behind this one.
  var cause: (any Error)? { get }
  /// Decides the exit code.
  var failure: FailureKind { get }
}

/// The kinds of failure that a caller can tell apart, with the exit codes of sysexits.
public enum FailureKind: Int32, Sendable {
  case usage = 64
  case badInput = 65
  case notFound = 66
  case unreachable = 69
  case bug = 70
  /// The disk is full, or does not work.
  case unwritable = 74
  case locked = 75
  case notPermitted = 77
  case badConfiguration = 78
}
