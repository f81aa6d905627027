import Integrity
import KubeModel
import Testing

@Suite struct StoreLayoutTests {
  static let hostile = [
    "", ".", "..", "../../x", "/etc/passwd", ".git", ".GIT", "git~1", "a/b", "a\\b", "a:b", "CON", "con", "nul.txt",
    "LPT1", "com0.a.b", "a\0b", "\u{0}", "a\nb", "x.", "x ", " x", "-x", "~", "%2e%2e", "*?<>|\"", "é",
    "\u{202E}x", "🦊", "a..b", "...", "namespace.yaml", "cluster.yaml", String(repeating: "a", count: 10_240),
    String(repeating: "A", count: 200), String(repeating: "é", count: 5_000), String(repeating: ".", count: 300),
    String(repeating: "a", count: 199) + "/",
  ]

  func isSafe(_ path: String) -> Bool {
    let components = path.split(separator: "/", omittingEmptySubsequences: false)
    return components.allSatisfy { component in
      let stem = component.prefix { $0 != "." }.lowercased()
      return (1...255).contains(component.utf8.count)
        && component.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\\:*?\"<>|".utf8.contains($0) }
        && component.first != "." && component.last != "."
        && !["con", "prn", "aux", "nul", "com0", "com1", "lpt1"].contains(stem)
    }
  }

  func paths(of name: String, _ layout: StoreLayout = StoreLayout()) -> [String] {
    [
      layout.path(of: ObjectID(group: "", resource: "nodes", namespace: nil, name: name)),
      layout.path(of: ObjectID(group: "g", resource: "r", namespace: name, name: "x")),
      layout.path(of: ObjectID(group: "g", resource: name, namespace: "n", name: name)),
      layout.path(of: ObjectID(group: "", resource: "namespaces", namespace: nil, name: name)),
    ]
  }

  @Test(arguments: hostile) func `no name reaches outside of its folder`(_ name: String) {
    for path in paths(of: name) { #expect(isSafe(path), "\(path.prefix(300))") }
    #expect(paths(of: name).map { $0.split(separator: "/").count } == [3, 4, 4, 3])
    let hashed = StoreLayout(hashedFolders: ["cluster/nodes", "namespaces"])
    for path in paths(of: name, hashed) { #expect(isSafe(path), "\(path.prefix(300))") }
  }

  @Test func `no two names share a path, also where case is folded`() {
    let names =
      StoreLayoutTests.hostile + [
        "web", "Web", "WEB", "wEB", "e\u{301}", "a%2Fb", "web~0123456789abcdef",
        String(repeating: "a", count: 10_241),
      ]
    // "é" occurs in both spellings, which are one String to Swift and two names to a server.
    let paths = names.map { StoreLayout.component($0).lowercased() }
    #expect(Set(paths).count == names.count)
  }

  @Test func `ordinary objects stand where a reader looks for them`() {
    let layout = StoreLayout()
    #expect(
      layout.path(
        of: ObjectID(
          group: "networking.k8s.io", resource: "networkpolicies", namespace: "shop", name: "allow-web"))
        == "namespaces/shop/networkpolicies.networking.k8s.io/allow-web.yaml")
    #expect(
      layout.path(of: ObjectID(group: "", resource: "namespaces", namespace: nil, name: "shop"))
        == "namespaces/shop/namespace.yaml")
    #expect(
      layout.path(of: ObjectID(group: "", resource: "nodes", namespace: nil, name: "n1.example"))
        == "cluster/nodes/n1.example.yaml")
    #expect(
      layout.path(of: ObjectID(group: "", resource: "workloads", namespace: "shop", name: "deployment.api"))
        == "namespaces/shop/workloads/deployment.api.yaml")
  }

  func policies(_ count: Int) -> [ObjectID] {
    (0..<count).map { ObjectID(group: "g", resource: "r", namespace: "n", name: "p\($0)") }
  }

  @Test func `a folder is hashed once it would hold over a thousand entries`() {
    var layout = StoreLayout()
    layout.fit(policies(1_000))
    #expect(layout.hashedFolders.isEmpty)
    layout.fit(policies(1_001))
    #expect(layout.hashedFolders == ["namespaces/n/r.g"])
    let path = layout.path(of: policies(1)[0])
    // The first byte of SHA-256 over "p0".
    #expect(path == "namespaces/n/r.g/\(SHA256Digest.hex(Array("p0".utf8)).prefix(2))/p0.yaml")
    let other = ObjectID(group: "g", resource: "r", namespace: "m", name: "p0")
    #expect(layout.path(of: other) == "namespaces/m/r.g/p0.yaml")
  }

  @Test func `a folder that is hashed stays so when it shrinks`() {
    var layout = StoreLayout()
    layout.fit(policies(1_001))
    let path = layout.path(of: policies(1)[0])
    layout.fit(policies(1))
    #expect(layout.path(of: policies(1)[0]) == path)
    #expect(StoreLayout(hashedFolders: layout.hashedFolders) == layout)
  }

  @Test func `many namespaces are hashed with all that stands in them`() {
    var layout = StoreLayout()
    layout.fit(
      (0..<1_001).map { ObjectID(group: "", resource: "namespaces", namespace: nil, name: "n\($0)") })
    #expect(layout.hashedFolders == ["namespaces"])
    let hash = SHA256Digest.hex(Array("n7".utf8)).prefix(2)
    #expect(layout.namespaceFolder("n7") == "namespaces/\(hash)/n7")
    let policy = ObjectID(group: "g", resource: "r", namespace: "n7", name: "p")
    #expect(layout.path(of: policy) == "namespaces/\(hash)/n7/r.g/p.yaml")
  }

  @Test func `two hundred versions of one name count as one entry`() {
    var layout = StoreLayout()
    layout.fit(Array(repeating: policies(1)[0], count: 2_000))
    #expect(layout.hashedFolders.isEmpty)
  }
}
