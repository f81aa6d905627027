/// One Kubernetes object as a value, in whatever form it was read.
public struct KubeObject: Sendable, Hashable {
  public var value: Value

  public init(_ value: Value) { self.value = value }

  public var apiVersion: String { value["apiVersion"]?.string ?? "" }
  public var kind: String { value["kind"]?.string ?? "" }
  public var metadata: Value? { value["metadata"] }
  public var spec: Value? { value["spec"] }
  public var name: String { metadata?["name"]?.string ?? "" }
  /// The namespace, or nil for a cluster-scoped object.
  public var namespace: String? {
    guard let namespace = metadata?["namespace"]?.string, !namespace.isEmpty else { return nil }
    return namespace
  }
  public var uid: String? { metadata?["uid"]?.string }
  public var labels: [String: String] { metadata?["labels"]?.stringMap ?? [:] }
  public var annotations: [String: String] { metadata?["annotations"]?.stringMap ?? [:] }
  public var group: String { KubeObject.group(of: apiVersion) }

  /// The API group of an `apiVersion`; the core group is empty.
  public static func group(of apiVersion: String) -> String {
    guard let slash = apiVersion.firstIndex(of: "/") else { return "" }
    return String(apiVersion[..<slash])
  }

  /// The owner that controls this object, as its owner references tell.
  public var controller: (apiVersion: String, kind: String, name: String)? {
    for owner in metadata?["ownerReferences"]?.list ?? [] where owner["controller"]?.bool == true {
      guard let kind = owner["kind"]?.string, let name = owner["name"]?.string else { continue }
      return (owner["apiVersion"]?.string ?? "", kind, name)
    }
    return nil
  }
}
