@testable import Attribution
import Testing

@Suite struct RequestURITests {
  @Test func `the query is decoded and keeps its order`() {
    let uri = RequestURI("/apis/x/v1/y?fieldManager=a%20b+c&force=true&dryRun=All&dryRun=&labelSelector=k%3Dv&flag#x")
    #expect(uri.path == "/apis/x/v1/y")
    #expect(uri.query.map(\.name) == ["fieldManager", "force", "dryRun", "dryRun", "labelSelector", "flag"])
    #expect(uri["fieldManager"] == "a b c")
    #expect(uri.values("dryRun") == ["All", ""])
    #expect(uri["labelSelector"] == "k=v")
    #expect(uri["flag"] == "")
    #expect(uri["absent"] == nil)
  }

  @Test(arguments: [
    ("/api/v1/namespaces/shop/pods/web/exec?x=/api", "", "v1", "shop", "pods", "web", "exec"),
    ("/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies", "networking.k8s.io", "v1", "shop", "networkpolicies", nil, nil),
    ("/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab", "rbac.authorization.k8s.io", "v1", nil, "clusterroles", "a:b", nil),
    ("/api/v1/namespaces", "", "v1", nil, "namespaces", nil, nil),
    ("/api/v1/namespaces/shop", "", "v1", "shop", "namespaces", "shop", nil),
    ("/api/v1/namespaces/shop/finalize", "", "v1", "shop", "namespaces", "shop", "finalize"),
    ("/api/v1/watch/namespaces/shop/pods", "", "v1", "shop", "pods", nil, nil),
    ("/api/v1/nodes/n/proxy/a/b", "", "v1", nil, "nodes", "n", "proxy"),
  ] as [(String, String, String, String?, String, String?, String?)])
  func `a path names a resource as the API server reads it`(
    _ given: (uri: String, group: String, version: String, namespace: String?, resource: String, name: String?, sub: String?)
  ) {
    let reference = RequestURI(given.uri).objectReference
    #expect(
      reference
        == AuditObjectReference(
          resource: given.resource, namespace: given.namespace, name: given.name, uid: nil, apiGroup: given.group,
          apiVersion: given.version, resourceVersion: nil, subresource: given.sub))
  }

  @Test(arguments: ["", "/", "/healthz", "/api", "/api/v1", "/apis/apps/v1", "/apis/apps", "/openapi/v3", "/logs/api/v1/pods"])
  func `a path of no resource names none`(_ uri: String) {
    #expect(RequestURI(uri).objectReference == nil)
  }
}
