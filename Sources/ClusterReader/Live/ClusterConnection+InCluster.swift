extension ClusterConnection {
  /// The connection of a pod's service account, or nil outside of a cluster.
  static func inCluster(environment: LocalEnvironment) throws -> ClusterConnection? {
    guard let host = environment.variable("KUBERNETES_SERVICE_HOST"),
      let port = environment.variable("KUBERNETES_SERVICE_PORT")
    else { return nil }
    let directory = environment.serviceAccountDirectory
    guard let portNumber = Int(port), (1...65535).contains(portNumber) else {
      throw ClusterReaderError(
        .kubeconfig, "$KUBERNETES_SERVICE_PORT is no port: '\(port.printable(limit: 40))'",
        hint: "unset it, or name a kubeconfig with `--kubeconfig`")
    }
    let bareHost = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    let server = ServerAddress(isTLS: true, host: bareHost, port: portNumber)
    var connection = ClusterConnection(
      server: server, clusterName: "in-cluster", origin: "service account in \(directory)")
    let tokenPath = "\(directory)/token"
    connection.credential = .tokenFile(path: tokenPath, origin: connection.origin, fallback: nil)
    _ = try LocalFile.read(
      tokenPath, what: "token of the service account",
      hint: "let the pod mount its service account (automountServiceAccountToken)")
    let authority = try LocalFile.read(
      "\(directory)/ca.crt", what: "certificate authority of the service account",
      hint: "let the pod mount its service account (automountServiceAccountToken)")
    connection.certificateAuthority = SecretBytes(bytes: authority, origin: "\(directory)/ca.crt")
    if let namespace = try? LocalFile.read("\(directory)/namespace", what: "namespace", hint: "") {
      let name = String(decoding: namespace, as: UTF8.self).trimmingBlanks
      connection.namespace = name.isEmpty ? nil : name
    }
    connection.proxy = try ProxyAddress.fromEnvironment(for: server, environment: environment)
    connection.notes = [.inCluster]
    return connection
  }
}
