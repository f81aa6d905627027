/// All that is needed to talk to one API server, resolved from a kubeconfig or a pod's service account.
package struct ClusterConnection: Sendable {
  /// What the user should be told about the way a cluster is read.
  package enum Note: Sendable, Hashable {
    /// `insecure-skip-tls-verify`: anyone on the way can answer in the server's place.
    case unverifiedTLS
    /// The server is plain HTTP: credentials were not sent, as with kubectl.
    case credentialsWithheld
    /// No kubeconfig exists, so the pod's service account is used.
    case inCluster

    package var message: String {
      switch self {
      case .unverifiedTLS:
        "the server's certificate is not verified (insecure-skip-tls-verify): whoever is on the way can alter what is read"
      case .credentialsWithheld:
        "the server is plain http, so the user's credentials were not sent"
      case .inCluster: "no kubeconfig found; reading the cluster that this pod runs in"
      }
    }
  }

  /// Nil in a pod.
  package var contextName: String?
  package var clusterName: String
  package var userName: String?
  /// The context's namespace.
  package var namespace: String?
  package var server: ServerAddress
  /// Nil: the system's certificate authorities.
  package var certificateAuthority: SecretBytes?
  /// The name to expect in the server's certificate, where it is not the address's.
  package var tlsServerName: String?
  package var isVerified: Bool
  package var clientCertificate: ClientCertificate?
  package var credential: Credential
  package var impersonation: Impersonation?
  package var proxy: ProxyAddress?
  package var isCompressed: Bool
  package var notes: [Note]
  /// Where the settings stand, for errors: `cluster 'prod' in /home/alice/.kube/config`.
  package var origin: String

  /// A connection without credentials, over plain HTTP or the system's authorities.
  package init(server: ServerAddress, clusterName: String, origin: String) {
    self.server = server
    self.clusterName = clusterName
    self.origin = origin
    isVerified = true
    credential = .none
    isCompressed = true
    notes = []
  }

  /// Resolves the connection as kubectl does: `kubeconfigPath`, else `$KUBECONFIG`, else
  /// `~/.kube/config`, else the service account of the pod that this runs in.
  ///
  /// Reads the kubeconfig and the certificate files that it names. Throws `ClusterReaderError` with code
  /// `.kubeconfig` or `.unsupported`.
  package static func resolve(
    kubeconfigPath: String? = nil, context: String? = nil, environment: LocalEnvironment
  ) throws -> ClusterConnection {
    if let kubeconfig = try Kubeconfig.load(path: kubeconfigPath, environment: environment) {
      return try kubeconfig.connection(context: context, environment: environment)
    }
    if context == nil, let connection = try inCluster(environment: environment) { return connection }
    throw ClusterReaderError(
      .kubeconfig, "no kubeconfig found",
      hint: "name one with `--kubeconfig` or $KUBECONFIG, or put it at ~/.kube/config")
  }
}
