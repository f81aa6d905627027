/// An input that does not parse.
public struct KubeModelError: DescribedError {
  public enum Code: Sendable { case syntax, duplicateKey, numberOutOfRange, tooDeep, notUTF8, tooLarge }

  public let code: Code
  public let message: String
  /// The line in the input, counted from 1, where it is known.
  public let line: Int?
  public var hint: String? { nil }
  public var cause: (any Error)? { nil }
  public var failure: FailureKind { .badInput }

  init(_ code: Code, _ message: String, line: Int? = nil) {
    self.code = code
    self.message = message
    self.line = line
  }
}
