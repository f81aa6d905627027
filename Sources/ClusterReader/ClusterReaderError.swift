package import KubeModel

/// What went wrong while reading a cluster or its recorded objects.
package struct ClusterReaderError: DescribedError {
  /// Tells the causes apart; callers branch on it, never on the text.
  package enum Code: String, Sendable {
    /// No kubeconfig, a broken one, or one that lacks what was asked for.
    case kubeconfig
    /// The kubeconfig asks for something that Ambit cannot do.
    case unsupported
    /// A credential plugin gave no credential.
    case credentialPlugin
    /// Nobody answered at the address, or the connection broke.
    case unreachable
    /// The server's certificate, or ours, was not accepted.
    case untrusted
    /// The server took longer than it was given.
    case timedOut
    /// 401: the server does not know who asks.
    case unauthorized
    /// 403: the server knows who asks and says no.
    case forbidden
    /// 404: the server has no such path, kind or object.
    case absent
    /// 410: the resourceVersion or continue token is too old.
    case expired
    /// 504 with cause ResourceVersionTooLarge: the server has not yet seen the version asked for.
    case resourceVersionTooLarge
    /// Any other refusal (4xx, a redirect).
    case refused
    /// 429 or 5xx that lasted longer than the retries.
    case serverError
    /// An answer that is not what the API promises, or larger than allowed.
    case badAnswer
    /// An input file or document that cannot be read.
    case badInput
  }

  package var code: Code
  package var message: String
  package var hint: String?
  package var cause: (any Error)?

  package init(_ code: Code, _ message: String, hint: String? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.cause = cause
  }

  package var failure: FailureKind {
    switch code {
    case .kubeconfig, .unsupported: .badConfiguration
    case .credentialPlugin, .unauthorized, .forbidden: .notPermitted
    case .absent: .notFound
    case .badAnswer, .badInput: .badInput
    case .unreachable, .untrusted, .timedOut, .expired, .resourceVersionTooLarge, .refused, .serverError:
      .unreachable
    }
  }
}
