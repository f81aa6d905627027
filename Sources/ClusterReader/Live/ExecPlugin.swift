import FoundationEssentials
import KubeModel

/// A credential plugin of a kubeconfig: a program that prints an ExecCredential.
package struct ExecPlugin: Sendable {
  enum InteractiveMode: String, Sendable {
    case never = "Never"
    case ifAvailable = "IfAvailable"
    case always = "Always"
  }

  /// A name looked up in `PATH`, or an absolute path.
  let command: String
  let arguments: [String]
  /// The process's environment, the plugin's own variables and `KUBERNETES_EXEC_INFO`.
  let variables: [String: Secret]
  /// The names of the plugin's own variables.
  let ownVariables: Set<String>
  let apiVersion: String
  let installHint: String?
  /// Whether the plugin gets the terminal.
  let isInteractive: Bool
  /// `user 'alice' in /home/alice/.kube/config`.
  let origin: String

  static let supportedVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  init(
    _ user: KubeconfigFields, cluster: KubeconfigFields, connection: ClusterConnection,
    environment: LocalEnvironment
  ) throws {
    origin = user.origin
    let exec = user["exec"] ?? .null
    guard let command = exec["command"]?.string, !command.isEmpty else {
      throw ClusterReaderError(.kubeconfig, "exec of \(origin) names no command")
    }
    self.command = command.contains("/") ? LocalFile.resolve(command, in: user.directory) : command
    arguments = try ExecPlugin.arguments(exec, origin: origin)
    let apiVersion = exec["apiVersion"]?.string ?? ""
    guard ExecPlugin.supportedVersions.contains(apiVersion) else {
      throw ClusterReaderError(
        .unsupported, "exec of \(origin) has apiVersion '\(apiVersion.printable(limit: 80))'",
        hint: "update the plugin's entry to \(ExecPlugin.supportedVersions[0])")
    }
    self.apiVersion = apiVersion
    installHint = exec["installHint"]?.string
    let mode = try ExecPlugin.mode(exec, origin: origin)
    if mode == .always, !environment.isInputTerminal {
      throw ClusterReaderError(
        .credentialPlugin, "exec of \(origin) wants to ask its user, and there is no terminal",
        hint: "run this in a terminal, or use a credential that needs no answer")
    }
    isInteractive = mode != .never && environment.isInputTerminal

    var variables = environment.variables.mapValues { Secret($0) }
    let own = try ExecPlugin.env(exec, origin: origin)
    ownVariables = Set(own.map(\.name))
    for (name, value) in own { variables[name] = value }
    let clusterInfo = exec["provideClusterInfo"] ?? .null
    guard let hasClusterInfo = clusterInfo.isNull ? false : clusterInfo.bool else {
      throw ClusterReaderError(
        .kubeconfig, "provideClusterInfo in exec of \(origin) is neither true nor false")
    }
    variables["KUBERNETES_EXEC_INFO"] = Secret(
      try ExecPlugin.execInfo(
        apiVersion: apiVersion, isInteractive: isInteractive,
        cluster: hasClusterInfo ? ExecPlugin.clusterInfo(cluster, connection) : nil))
    self.variables = variables
  }

  private static func mode(_ exec: Value, origin: String) throws -> InteractiveMode {
    guard let value = exec["interactiveMode"], !value.isNull else { return .ifAvailable }
    guard let mode = InteractiveMode(rawValue: value.string ?? "") else {
      let text = value.string.map { " '\($0.printable(limit: 40))'" } ?? " that is no string"
      throw ClusterReaderError(
        .kubeconfig, "exec of \(origin) has an interactiveMode\(text)", hint: "use Never, IfAvailable or Always")
    }
    return mode
  }

  private static func env(_ exec: Value, origin: String) throws -> [(name: String, value: Secret)] {
    guard let env = exec["env"], !env.isNull else { return [] }
    return try (env.list ?? [.null]).map { item in
      guard let name = item["name"]?.string, let value = item["value"]?.string, !name.isEmpty,
        !name.contains("="), !"\(name)\(value)".utf8.contains(0)
      else {
        throw ClusterReaderError(
          .kubeconfig, "exec of \(origin) has an env entry without a name and a string value",
          hint: "write each as {name: NAME, value: \"text\"}")
      }
      return (name, Secret(value))
    }
  }

  private static func arguments(_ exec: Value, origin: String) throws -> [String] {
    guard let args = exec["args"], !args.isNull else { return [] }
    guard let strings = args.strings, strings.count == args.list?.count else {
      throw ClusterReaderError(
        .kubeconfig, "exec of \(origin) has args that are no strings", hint: "put them in quotes")
    }
    return strings
  }

  private static func clusterInfo(_ cluster: KubeconfigFields, _ connection: ClusterConnection) -> Value {
    var info: [(String, Value)] = [("server", .string(cluster["server"]?.string ?? connection.server.url))]
    if let name = connection.tlsServerName { info.append(("tls-server-name", .string(name))) }
    if !connection.isVerified { info.append(("insecure-skip-tls-verify", true)) }
    if let authority = connection.certificateAuthority {
      info.append(("certificate-authority-data", .string(Data(authority.bytes).base64EncodedString())))
    }
    if let proxy = cluster["proxy-url"] { info.append(("proxy-url", proxy)) }
    if !connection.isCompressed { info.append(("disable-compression", true)) }
    let extensions = cluster["extensions"]?.list ?? []
    if let own = extensions.first(where: { $0["name"]?.string == "client.authentication.k8s.io/exec" }),
      let config = own["extension"]
    {
      info.append(("config", config))
    }
    return .map(Mapping(info))
  }

  private static func execInfo(apiVersion: String, isInteractive: Bool, cluster: Value?) throws -> String {
    var spec: [(String, Value)] = [("interactive", .bool(isInteractive))]
    if let cluster { spec.append(("cluster", cluster)) }
    let info = Value.map(
      Mapping([
        ("apiVersion", .string(apiVersion)), ("kind", "ExecCredential"), ("spec", .map(Mapping(spec))),
      ]))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(JSONForm(value: info)), as: UTF8.self)
  }
}

/// A value as JSON, for what a plugin is told.
private struct JSONForm: Encodable {
  let value: Value

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    switch value {
    case .map(let mapping):
      var container = encoder.container(keyedBy: Key.self)
      for (key, value) in mapping.entries {
        try container.encode(JSONForm(value: value), forKey: Key(stringValue: key))
      }
    case .list(let list):
      var container = encoder.unkeyedContainer()
      for value in list { try container.encode(JSONForm(value: value)) }
    default:
      var container = encoder.singleValueContainer()
      switch value {
      case .bool(let bool): try container.encode(bool)
      case .int(let int): try container.encode(int)
      case .double(let double): try container.encode(double)
      case .string(let string): try container.encode(string)
      default: try container.encodeNil()
      }
    }
  }
}
