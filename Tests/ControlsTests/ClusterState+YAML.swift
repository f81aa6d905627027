import Controls
import KubeModel
import Registers

struct UnreadableYAML: Error { let problems: [String] }

extension ClusterState {
  /// A cluster of these objects, pods and controllers folded into workloads, in which every kind was read
  /// but those that `coverage` tells otherwise.
  init(
    yaml text: String, coverage: [KindCoverage] = [],
    enforcement: Enforcement = Enforcement(basis: .read, cni: "calico", detail: "DaemonSet kube-system/calico-node")
  ) throws {
    let (documents, problems) = YAMLReader.documents(Array(text.utf8))
    guard problems.isEmpty else { throw UnreadableYAML(problems: problems.map(\.message)) }
    var folded: [KubeObject] = []
    var recorded: [(object: KubeObject, type: ResourceType)] = []
    for object in documents.map({ KubeObject($0.value) }) {
      guard let type = ResourceCatalog.type(group: object.group, kind: object.kind) else {
        throw UnreadableYAML(problems: ["\(object.kind) is not recorded"])
      }
      if type.role == .folded { folded.append(object) } else { recorded.append((object, type)) }
    }
    let workloads = ClusterState.workloads(folded, selecting: recorded.map(\.object))
    let all = recorded.map { (CanonicalForm.object($0.object, type: $0.type), $0.type) }
      + workloads.map { ($0, ResourceCatalog.workloads) }
    let read = ResourceCatalog.all.filter { type in
      !coverage.contains { $0.group == type.group && $0.resource == type.resource }
    }.map { KindCoverage(group: $0.group, resource: $0.resource, status: .read) }
    self.init(
      cluster: "test",
      entries: all.map { object, type in
        Entry(object: object, type: type, path: StoreLayout().path(of: ObjectID(object, type: type)))
      }, coverage: read + coverage, enforcement: enforcement)
  }

  /// The workloads of these pods and controllers; the only place that knows how the folder is called.
  private static func workloads(_ objects: [KubeObject], selecting others: [KubeObject]) -> [KubeObject] {
    var folder = WorkloadFolder()
    for object in objects { folder.add(object) }
    for other in others { folder.keep(noise: WorkloadFolder.noise(usedBy: other)) }
    return folder.results().map(\.object)
  }

  func result(_ id: String, _ rulings: Rulings = .none) -> CheckResult? {
    CheckCatalog.checks(rulings).first { $0.id == id }?.result(CheckContext(self, rulings))
  }
  func status(_ id: String) -> ControlStatus? { result(id)?.status }
}

extension CheckResult {
  /// The outcome for the subject of this title, such as `Deployment shop/api`.
  func outcome(_ title: String) -> ControlStatus? { outcomes.first { $0.subject.title == title }?.status }
}

extension KindCoverage {
  static func unread(_ group: String, _ resource: String, in namespace: String? = nil) -> KindCoverage {
    KindCoverage(group: group, resource: resource, namespace: namespace, status: .unread(reason: "forbidden"))
  }
}

/// Manifests that tests put together.
enum Manifest {
  static func namespace(_ name: String, _ labels: String = "{}") -> String {
    "---\n{apiVersion: v1, kind: Namespace, metadata: {name: \(name), labels: \(labels)}}\n"
  }

  static func policy(_ name: String, in namespace: String, _ spec: String) -> String {
    "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: \(name), namespace: \(namespace)}, spec: \(spec)}\n"
  }

  static func object(_ version: String, _ kind: String, _ metadata: String, _ spec: String = "{}") -> String {
    "---\n{apiVersion: \(version), kind: \(kind), metadata: {\(metadata)}, spec: \(spec)}\n"
  }

  static func deployment(_ name: String, in namespace: String, labels: String = "{}", pod: String = "{}") -> String {
    """
    ---
    {apiVersion: apps/v1, kind: Deployment, metadata: {name: \(name), namespace: \(namespace)},
     spec: {template: {metadata: {labels: \(labels)}, spec: \(pod)}}}\n
    """
  }

  static let denyBoth = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
}

extension Rulings {
  /// The rulings of these registers, each a kind and what stands under its `spec`, in YAML of one line.
  init(_ registers: [(kind: String, spec: String)]) {
    self.init { (name) -> [UInt8]? in
      registers.first { $0.kind.lowercased() == name }
        .map { Array("{apiVersion: ambit/v1, kind: \($0.kind), spec: \($0.spec)}".utf8) }
    }
  }
}
