import KubeModel

@testable import Reachability

/// A small cluster, with the policies that a test adds to it, and what the linter finds there.
struct LintCase {
  let findings: [LintFinding]
  let unknownPods: String?

  private static let cluster = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: retail}}}
    ---
    {apiVersion: v1, kind: Namespace, metadata: {name: empty}}
    ---
    {apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, image: i, ports: [{name: grpc, containerPort: 9000}]}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: c, image: i}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, image: i, ports: [{name: dns, protocol: UDP, containerPort: 5353}]}]}}
    """

  /// - Parameter objects: documents, most often from the functions below.
  init(
    _ objects: String..., withPods: Bool = true, semantics: Semantics = Semantics(.kubernetes),
    enforcement: ClusterState.Enforcement = .init(basis: .read, cni: "kindnet", detail: "DaemonSet kube-system/kindnet"),
    ranges: ClusterState.Ranges = .init()
  ) throws {
    let state = try LintCase.state(objects, withPods: withPods, enforcement: enforcement, ranges: ranges)
    let set = PolicySet(state, semantics)
    let linter = Linter(ReachabilityEngine(ClusterModel(state), set.policies, semantics), set, state)
    findings = linter.findings
    unknownPods = linter.unknownPods
  }

  /// The small cluster and these objects.
  static func state(
    _ objects: [String] = [], withPods: Bool = true,
    enforcement: ClusterState.Enforcement = .init(basis: .read, cni: "kindnet", detail: "DaemonSet kube-system/kindnet"),
    ranges: ClusterState.Ranges = .init()
  ) throws -> ClusterState {
    let text = ([LintCase.cluster] + objects).joined(separator: "\n---\n")
    let (documents, problems) = YAMLReader.documents(Array(text.utf8))
    guard problems.isEmpty else { throw UnreadableYAML(problems: problems.map(\.message)) }
    var folder = WorkloadFolder()
    var entries: [ClusterState.Entry] = []
    func add(_ object: KubeObject, _ type: ResourceType) {
      entries.append(.init(object: object, type: type, path: StoreLayout().path(of: ObjectID(object, type: type))))
    }
    for object in documents.map({ KubeObject($0.value) }) {
      guard let type = ResourceCatalog.type(group: object.group, kind: object.kind) else {
        throw UnreadableYAML(problems: ["\(object.kind) is not recorded"])
      }
      if type.role == .folded { folder.add(object) } else { add(CanonicalForm.object(object, type: type), type) }
    }
    if withPods { for workload in folder.results() { add(workload.object, ResourceCatalog.workloads) } }
    return ClusterState(
      cluster: "test", entries: entries,
      coverage: ResourceCatalog.all.map { KindCoverage(group: $0.group, resource: $0.resource, status: .read) },
      enforcement: enforcement, ranges: ranges)
  }

  /// `policy path`, of the findings with a code.
  func places(_ code: LintCode) -> [String] {
    findings.filter { $0.code == code }.map { "\($0.policy.name) \($0.path)" }
  }

  func severities(_ code: LintCode) -> [LintSeverity] { findings.filter { $0.code == code }.map(\.severity) }

  static func policy(_ name: String, _ spec: String, in namespace: String = "shop") -> String {
    "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: \(name), namespace: \(namespace)}, spec: \(spec)}"
  }

  static func cluster(_ name: String, priority: Int, _ rest: String, subject: String = "{namespaces: {}}") -> String {
    """
    {apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: \(name)}, \
    spec: {tier: Admin, priority: \(priority), subject: \(subject), \(rest)}}
    """
  }
}
