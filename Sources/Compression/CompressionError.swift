package import KubeModel

/// What zlib could not do, which is for want of memory.
package struct CompressionError: DescribedError {
  package let message: String
  package var hint: String? { nil }
  package var cause: (any Error)? { nil }
  package var failure: FailureKind { .unwritable }

  init(_ message: String) { self.message = message }
}
