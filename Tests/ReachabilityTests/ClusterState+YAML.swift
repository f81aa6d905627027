import KubeModel

struct UnreadableYAML: Error { let problems: [String] }

extension ClusterState {
  /// A cluster of these objects, in which every kind was read but those in `unread`.
  ///
  /// - Parameter unread: coverage that takes the place of "read" for its kind.
  init(yaml text: String, unread: [KindCoverage] = []) throws {
    let (documents, problems) = YAMLReader.documents(Array(text.utf8))
    guard problems.isEmpty else { throw UnreadableYAML(problems: problems.map(\.message)) }
    let entries = try documents.map { document -> Entry in
      let object = KubeObject(document.value)
      let workloads = object.kind == ResourceCatalog.workloads.kind ? ResourceCatalog.workloads : nil
      guard let type = workloads ?? ResourceCatalog.type(group: object.group, kind: object.kind) else {
        throw UnreadableYAML(problems: ["\(object.kind) is not recorded"])
      }
      let id = ObjectID(object, type: type)
      return Entry(
        object: CanonicalForm.object(object, type: type), type: type, path: StoreLayout().path(of: id))
    }
    let read = ResourceCatalog.all.filter { type in
      !unread.contains { $0.group == type.group && $0.resource == type.resource }
    }.map { KindCoverage(group: $0.group, resource: $0.resource, status: .read) }
    self.init(
      cluster: "test", entries: entries, coverage: read + unread,
      enforcement: Enforcement(basis: .read, cni: "calico", detail: "DaemonSet kube-system/calico-node"))
  }
}

extension KindCoverage {
  static func unread(_ group: String, _ resource: String, in namespace: String? = nil) -> KindCoverage {
    KindCoverage(group: group, resource: resource, namespace: namespace, status: .unread(reason: "forbidden"))
  }
}
