import ClusterReader
import Foundation
import KubeModel
import Testing

/// Which files make up the kubeconfig, and what wins where they differ.
@Suite struct KubeconfigMergeTests {
  let fixture: ClientFixture

  init() throws { fixture = try ClientFixture() }

  /// A kubeconfig with one context per pair of name and server; `current` may be empty.
  @discardableResult
  private func write(_ name: String, current: String = "", _ servers: [(String, String)]) throws -> String {
    func list(_ item: ((String, String)) -> String) -> String { servers.map { "- \(item($0))\n" }.joined() }
    return try fixture.write(
      name,
      """
      current-context: "\(current)"
      clusters:
      \(list { "{name: \($0.0), cluster: {server: \"\($0.1)\"}}" })
      contexts:
      \(list { "{name: \($0.0), context: {cluster: \($0.0), namespace: from-\(name.prefix(1))}}" })
      """)
  }

  private func resolve(_ variables: [String: String], context: String? = nil) throws -> ClusterConnection {
    try ClusterConnection.resolve(context: context, environment: fixture.environment(variables))
  }

  @Test func `the default path is in the home directory`() throws {
    try write(".kube/config", current: "home", [("home", "https://home:1")])
    #expect(try resolve([:]).server.url == "https://home:1")
    #expect(try resolve(["KUBECONFIG": ""]).server.url == "https://home:1")
  }

  @Test func `the option beats the variable and the variable beats the default path`() throws {
    try write(".kube/config", current: "home", [("home", "https://home:1")])
    let variable = try write("variable", current: "v", [("v", "https://variable:1")])
    let option = try write("option", current: "o", [("o", "https://option:1")])
    #expect(try resolve(["KUBECONFIG": variable]).server.url == "https://variable:1")
    let environment = fixture.environment(["KUBECONFIG": variable])
    let connection = try ClusterConnection.resolve(kubeconfigPath: option, environment: environment)
    #expect(connection.server.url == "https://option:1")
    #expect(connection.origin == "cluster 'o' in \(option)")
  }

  @Test func `the first entry of a name wins whole`() throws {
    try write("a", [("one", "https://a:1")])
    try fixture.write(
      "b",
      """
      current-context: one
      clusters:
      - {name: one, cluster: {server: "https://b:1", tls-server-name: from-b}}
      - {name: two, cluster: {server: "https://b:2"}}
      contexts:
      - {name: one, context: {cluster: two, namespace: from-b}}
      - {name: two, context: {cluster: two, namespace: from-b}}
      """)
    let one = try resolve(["KUBECONFIG": "a:b"])
    #expect(one.server.url == "https://a:1")
    #expect(one.tlsServerName == nil)
    #expect(one.namespace == "from-a")
    #expect(try resolve(["KUBECONFIG": "a:b"], context: "two").server.url == "https://b:2")
    #expect(try resolve(["KUBECONFIG": "b:a"]).server.url == "https://b:2")
  }

  @Test func `the current context is that of the first file that sets one`() throws {
    try write("a", [("x", "https://a:1")])
    try write("b", current: "second", [("second", "https://b:1")])
    try write("c", current: "x", [("z", "https://c:1")])
    #expect(try resolve(["KUBECONFIG": "a:b:c"]).contextName == "second")
    #expect(try resolve(["KUBECONFIG": "c:b:a"]).contextName == "x")
  }

  @Test func `missing files, empty elements and duplicates of a list are passed over`() throws {
    try write("a", current: "x", [("x", "https://a:1")])
    let environment = fixture.environment(["KUBECONFIG": ":missing:a::a:"])
    let kubeconfig = try #require(try Kubeconfig.load(path: nil, environment: environment))
    #expect(kubeconfig.files == ["\(fixture.directory.path)/a"])
    #expect(kubeconfig.contextNames == ["x"])
  }

  @Test func `a list of which no file is there is told as it stands`() async throws {
    try write(".kube/config", current: "home", [("home", "https://home:1")])
    for list in ["missing:gone", ":"] {
      let error = await fixture.failure { _ = try resolve(["KUBECONFIG": list]) }
      #expect(error?.code == .kubeconfig)
      #expect(error?.failure == .badConfiguration)
      #expect(error?.message == "no file that $KUBECONFIG names is there: '\(list)'")
      #expect(error?.hint?.contains("$KUBECONFIG") == true)
    }
  }

  @Test func `a missing file of the option is named with what to do`() async {
    let environment = fixture.environment()
    let error = await fixture.failure {
      _ = try ClusterConnection.resolve(kubeconfigPath: "no/such", environment: environment)
    }
    #expect(error?.message == "kubeconfig is not there: \(fixture.directory.path)/no/such")
    #expect(error?.hint?.contains("--kubeconfig") == true)
    #expect(error?.cause == nil)
  }

  @Test func `a tilde is no home directory, as in kubectl`() async throws {
    try write(".kube/config", current: "home", [("home", "https://home:1")])
    let error = await fixture.failure { _ = try resolve(["KUBECONFIG": "~/.kube/config"]) }
    #expect(error?.message.contains("'~/.kube/config'") == true)
    try write("~/config", current: "literal", [("literal", "https://literal:1")])
    #expect(try resolve(["KUBECONFIG": "~/config"]).server.url == "https://literal:1")
  }

  @Test func `a folder in the place of a kubeconfig is told in plain words`() async throws {
    let environment = fixture.environment()
    let error = await fixture.failure {
      _ = try ClusterConnection.resolve(kubeconfigPath: fixture.directory.path, environment: environment)
    }
    #expect(error?.code == .kubeconfig)
    #expect(error?.message.contains(fixture.directory.path) == true)
    #expect(error?.causeText == "Is a directory")
  }

  @Test func `relative paths of an entry start at the file that it stands in`() throws {
    try fixture.write("a/token", "of-a\n")
    try fixture.write("b/token", "of-b\n")
    try fixture.write("b/ca.crt", "authority of b")
    for name in ["a", "b"] {
      try fixture.write(
        "\(name)/config",
        """
        clusters:
        - {name: in-\(name), cluster: {server: "https://\(name):1", certificate-authority: ca.crt}}
        users:
        - {name: user-\(name), user: {tokenFile: ./token}}
        contexts:
        - {name: mixed, context: {cluster: in-b, user: user-a}}
        """)
    }
    let connection = try resolve(["KUBECONFIG": "a/config:b/config"], context: "mixed")
    #expect(connection.certificateAuthority?.bytes == Array("authority of b".utf8))
    guard case .tokenFile(let path, _, _) = connection.credential else {
      Issue.record("the credential is \(connection.credential)")
      return
    }
    #expect(path == "\(fixture.directory.path)/a/./token")
  }

  @Test func `a context that is not there brings up its near miss`() async throws {
    try write("a", current: "x", [("production", "https://a:1"), ("staging", "https://a:2")])
    let near = await fixture.failure { _ = try resolve(["KUBECONFIG": "a"], context: "prodution") }
    #expect(near?.message == "no context 'prodution' in \(fixture.directory.path)/a")
    #expect(near?.hint == "did you mean 'production'?")
    let far = await fixture.failure { _ = try resolve(["KUBECONFIG": "a"]) }
    #expect(far?.hint == "there is: production, staging")
  }

  @Test func `no current context lists those to choose from`() async throws {
    try write("a", [("production", "https://a:1"), ("staging", "https://a:2")])
    let error = await fixture.failure { _ = try resolve(["KUBECONFIG": "a"]) }
    #expect(error?.message == "\(fixture.directory.path)/a sets no current context")
    #expect(error?.hint == "choose one with `--context`: production, staging")
    try fixture.write("empty", "")
    let empty = await fixture.failure { _ = try resolve(["KUBECONFIG": "empty"]) }
    #expect(empty?.hint?.contains("--kubeconfig") == true)
  }
}
