import Foundation

/// NetworkPolicies of about a kilobyte, fifty in each namespace, as an API server lists them.
struct SyntheticCluster {
  let count: Int
  /// Policies with a version other than 0.
  var versions: [Int: Int] = [:]

  init(count: Int) { self.count = count }

  var namespaces: Int { (count + 49) / 50 }

  /// Writes the answers of the server, a file for each list.
  func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let names = ["kube-system"] + (0..<namespaces).map { "team-\($0)" }
    let lists = [
      ("namespaces", "NamespaceList", "v1", names.map(namespace)),
      ("policies", "NetworkPolicyList", "networking.k8s.io/v1", (0..<count).map { SyntheticCluster.policy($0, version: versions[$0] ?? 0) }),
    ]
    for (name, kind, apiVersion, items) in lists {
      let text =
        "{\"kind\":\"\(kind)\",\"apiVersion\":\"\(apiVersion)\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":["
        + items.joined(separator: ",") + "]}"
      try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name).json"))
    }
  }

  private func namespace(_ name: String) -> String {
    """
    {"metadata":{"name":"\(name)","uid":"u-\(name)","resourceVersion":"7",\
    "labels":{"kubernetes.io/metadata.name":"\(name)"}}}
    """
  }

  static func policy(_ index: Int, version: Int) -> String {
    """
      {"metadata":{"name":"policy-\(index)","namespace":"team-\(index / 50)","uid":"\(index)-4f1c-8a2b-9d3e-0c5f7a6b1e2d",\
      "resourceVersion":"\(1000 + index + version)","generation":\(version + 1),"creationTimestamp":"2026-01-01T00:00:00Z",\
      "labels":{"app.kubernetes.io/managed-by":"gitops","team":"team-\(index % 40)"},\
      "managedFields":[{"manager":"gitops","operation":"Apply","apiVersion":"networking.k8s.io/v1","time":"2026-01-01T00:00:00Z",\
      "fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:ingress":{},"f:egress":{},"f:podSelector":{},"f:policyTypes":{}}}}]},\
      "spec":{"podSelector":{"matchLabels":{"app":"app-\(index % 97)","tier":"backend"}},"policyTypes":["Ingress","Egress"],\
      "ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"team-\(index % 20)"}},\
      "podSelector":{"matchLabels":{"app":"app-\(index % 31)"}}},{"ipBlock":{"cidr":"10.\(index % 250).0.0/16",\
      "except":["10.\(index % 250).\(version % 250).0/24"]}}],"ports":[{"protocol":"TCP","port":\(8000 + version % 50_000)},{"protocol":"TCP","port":8443}]}],\
      "egress":[{"to":[{"podSelector":{"matchLabels":{"app":"db-\(index % 11)"}}}],"ports":[{"protocol":"TCP","port":5432}]},\
      {"to":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":53}]}]}}
      """
  }
}
