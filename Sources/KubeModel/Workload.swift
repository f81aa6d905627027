/// One controller with its template and its pods, folded into the facts that network policy sees.
///
/// Pod names and addresses churn and are left out. Pods of one controller that differ in a fact are
/// told apart as variants.
public struct Workload: Sendable, Hashable {
  /// Pods that look alike to every selector and rule.
  public struct Variant: Sendable, Hashable {
    public let labels: [String: String]
    /// False where only a template says so and no pod runs now.
    public let isRunning: Bool
    public let hostNetwork: Bool
    public let value: Value
  }

  public let object: KubeObject
  public let namespace: String
  /// The controller's kind, such as `Deployment`; `Pod` for a pod without a controller.
  public let kind: String
  public let name: String
  public let variants: [Variant]

  /// Reads a canonical workload object; nil where it is not one.
  public init?(_ object: KubeObject) {
    guard object.kind == ResourceCatalog.workloads.kind, let namespace = object.namespace,
      let kind = object.spec?["controller"]?["kind"]?.string,
      let name = object.spec?["controller"]?["name"]?.string
    else { return nil }
    self.object = object
    self.namespace = namespace
    self.kind = kind
    self.name = name
    variants = (object.spec?["pods"]?.list ?? []).map { value in
      Variant(
        labels: value["labels"]?.stringMap ?? [:], isRunning: value["running"]?.bool ?? false,
        hostNetwork: value["hostNetwork"]?.bool ?? false, value: value)
    }
  }

  /// `shop/api[Deployment]`, as netpol-analyzer names it.
  public var qualifiedTitle: String { "\(namespace)/\(name)[\(kind)]" }

  /// `Deployment/api`
  public var title: String { "\(kind)/\(name)" }
}
