import KubeModel

extension Kubeconfig {
  /// Resolves `context`, or the current one, into a connection; reads the certificate files that it names.
  package func connection(context: String?, environment: LocalEnvironment) throws -> ClusterConnection {
    let place = files.joined(separator: ":")
    guard let contextName = context ?? currentContext else {
      throw ClusterReaderError(
        .kubeconfig, "\(place) sets no current context",
        hint: contextNames.isEmpty
          ? "add a context, or name another kubeconfig with `--kubeconfig`"
          : "choose one with `--context`: \(contextNames.joined(separator: ", ").printable())")
    }
    let contextEntry = try entry(contextName, "context", contexts, mentionedBy: place)
    let fields = KubeconfigFields(contextEntry, kind: "context")
    guard let clusterName = try fields.text("cluster") else {
      throw ClusterReaderError(.kubeconfig, "\(fields.origin) names no cluster")
    }
    let clusterEntry = try entry(clusterName, "cluster", clusters, mentionedBy: fields.origin)
    let cluster = KubeconfigFields(clusterEntry, kind: "cluster")
    var connection = try clusterConnection(cluster, name: clusterName, environment: environment)
    connection.contextName = contextName
    connection.namespace = try fields.text("namespace")
    if let userName = try fields.text("user") {
      connection.userName = userName
      let user = KubeconfigFields(try entry(userName, "user", users, mentionedBy: fields.origin), kind: "user")
      try apply(user, cluster: cluster, to: &connection, environment: environment)
    }
    return connection
  }

  private func entry(
    _ name: String, _ kind: String, _ entries: [String: Entry], mentionedBy place: String
  ) throws -> Entry {
    if let entry = entries[name] { return entry }
    let names = entries.keys.sorted()
    let hint: String
    if let near = NearMiss.of(name, among: names) {
      hint = "did you mean '\(near.printable(limit: 100))'?"
    } else if names.isEmpty {
      hint = "the kubeconfig has no \(kind) at all"
    } else {
      hint = "there is: \(names.joined(separator: ", ").printable())"
    }
    let message =
      kind == "context"
      ? "no context '\(name.printable(limit: 100))' in \(place)"
      : "\(place) names the \(kind) '\(name.printable(limit: 100))', which the kubeconfig lacks"
    throw ClusterReaderError(.kubeconfig, message, hint: hint)
  }

  private func clusterConnection(
    _ cluster: KubeconfigFields, name: String, environment: LocalEnvironment
  ) throws -> ClusterConnection {
    guard let text = try cluster.text("server"), let server = ServerAddress(text) else {
      throw ClusterReaderError(
        .kubeconfig, "\(cluster.origin) has no server address that can be used",
        hint: "give it one like https://host:6443")
    }
    var connection = ClusterConnection(server: server, clusterName: name, origin: cluster.origin)
    connection.certificateAuthority = try cluster.contents("certificate-authority")
    connection.tlsServerName = try cluster.text("tls-server-name")
    connection.isCompressed = try !cluster.flag("disable-compression")
    if try cluster.flag("insecure-skip-tls-verify") {
      guard connection.certificateAuthority == nil else {
        throw ClusterReaderError(
          .kubeconfig, "\(cluster.origin) has both a certificate authority and insecure-skip-tls-verify",
          hint: "remove insecure-skip-tls-verify")
      }
      if server.isTLS {
        connection.isVerified = false
        connection.notes.append(.unverifiedTLS)
      }
    }
    if let proxy = try cluster.text("proxy-url") {
      connection.proxy = try ProxyAddress(proxy, origin: "proxy-url of \(cluster.origin)")
    } else {
      connection.proxy = try ProxyAddress.fromEnvironment(for: server, environment: environment)
    }
    return connection
  }

  private func apply(
    _ user: KubeconfigFields, cluster: KubeconfigFields, to connection: inout ClusterConnection,
    environment: LocalEnvironment
  ) throws {
    if let name = try user.text("as") {
      connection.impersonation = Impersonation(
        user: name, uid: try user.text("as-uid"), groups: try user.texts("as-groups"),
        extra: try user.textLists("as-user-extra"))
    } else if user["as-groups"] != nil || user["as-uid"] != nil || user["as-user-extra"] != nil {
      throw ClusterReaderError(
        .kubeconfig, "\(user.origin) impersonates a group or uid without a user", hint: "add `as`")
    }
    if user["auth-provider"] != nil {
      throw ClusterReaderError(
        .unsupported, "\(user.origin) uses auth-provider, which Kubernetes removed in 1.26",
        hint: "use the provider's credential plugin (`exec`) instead")
    }
    let credential = try credential(user, cluster: cluster, connection: connection, environment: environment)
    let certificate = try clientCertificate(user)
    guard connection.server.isTLS else {
      if case .none = credential, certificate == nil { return }
      connection.notes.append(.credentialsWithheld)
      return
    }
    connection.credential = credential
    connection.clientCertificate = certificate
  }

  private func clientCertificate(_ user: KubeconfigFields) throws -> ClientCertificate? {
    switch (try user.contents("client-certificate"), try user.contents("client-key")) {
    case (nil, nil): return nil
    case (let certificate?, let key?): return ClientCertificate(certificate: certificate, key: key)
    case (_, nil):
      throw ClusterReaderError(
        .kubeconfig, "\(user.origin) has a client-certificate without its client-key", hint: "add the key")
    case (nil, _):
      throw ClusterReaderError(
        .kubeconfig, "\(user.origin) has a client-key without its client-certificate",
        hint: "add the certificate")
    }
  }

  private func credential(
    _ user: KubeconfigFields, cluster: KubeconfigFields, connection: ClusterConnection,
    environment: LocalEnvironment
  ) throws -> Credential {
    let token = try user.secret("token")
    let username = try user.text("username")
    let tokenPath = try user.text("tokenFile")
    if username != nil, token != nil || tokenPath != nil {
      throw ClusterReaderError(
        .kubeconfig, "\(user.origin) has both a token and a username", hint: "keep one of them")
    }
    if let tokenPath {
      let path = LocalFile.resolve(tokenPath, in: user.directory)
      let origin = "tokenFile of \(user.origin)"
      if token == nil {
        _ = try LocalFile.read(path, what: origin, hint: "put the file there, or correct \(origin)")
      }
      return .tokenFile(path: path, origin: origin, fallback: token)
    }
    if let token { return .token(token) }
    if let username {
      return .basic(username: username, password: try user.secret("password") ?? Secret(""))
    }
    guard let exec = user["exec"] else { return .none }
    guard exec.map != nil else {
      throw ClusterReaderError(.kubeconfig, "exec of \(user.origin) is not a mapping of fields")
    }
    return .plugin(
      try ExecPlugin(user, cluster: cluster, connection: connection, environment: environment))
  }
}
