package import KubeModel

/// What is true of a cluster as a whole; the content of `cluster.yaml`.
package struct ClusterFacts: Sendable, Hashable {
  /// The uid of the namespace kube-system, which stands for the cluster's own identity.
  package var uid: String?
  package var serverVersion: String?
  /// The namespaces that are known, sorted, where readings were confined to them; nil for the whole cluster.
  package var scope: [String]?
  package var enforcement: ClusterState.Enforcement
  /// Settings of the CNI that decide how it enforces policy, as they were read.
  package var enforcementSettings: [String: String]
  package var podRanges: [String]
  package var serviceRanges: [String]
  package var nodeAddresses: [String]
  /// Policy kinds in the cluster that Ambit records without evaluating them.
  package var unmodelledKinds: [String]

  package var ranges: ClusterState.Ranges {
    ClusterState.Ranges(pods: podRanges, services: serviceRanges, nodes: nodeAddresses)
  }

  /// The scope in words: `namespace a`, or `namespaces a, b`; nil for the whole cluster.
  package var scopeText: String? {
    scope.map { "namespace\($0.count == 1 ? "" : "s") \($0.joined(separator: ", "))" }
  }

  /// Reads what `scopeText` wrote.
  private static func scope(written text: String) -> [String]? {
    for prefix in ["namespace ", "namespaces "] where text.hasPrefix(prefix) {
      return text.dropFirst(prefix.count).split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }
    return nil
  }

  /// The facts as the store keeps them.
  package func object(cluster: String, layout: StoreLayout) -> KubeObject {
    var spec = Mapping([
      (
        "enforcement",
        [
          "basis": .string(enforcement.basis.rawValue), "enforces": enforcement.isKnown ? .bool(enforcement.isOn) : .null,
          "cni": enforcement.cni.map(Value.string) ?? .null,
          "detail": .string(enforcement.detail),
          "settings": .map(Mapping(enforcementSettings.map { ($0.key, .string($0.value)) })),
        ]
      ),
      (
        "ranges",
        [
          "nodes": .list(nodeAddresses.map(Value.string)), "pods": .list(podRanges.map(Value.string)),
          "services": .list(serviceRanges.map(Value.string)),
        ]
      ), ("scope", .string(scopeText ?? "cluster")),
      ("unmodelledKinds", .list(unmodelledKinds.map(Value.string))),
    ])
    spec["uid"] = uid.map(Value.string)
    spec["serverVersion"] = serverVersion.map(Value.string)
    if !layout.hashedFolders.isEmpty {
      spec["hashedFolders"] = .list(layout.hashedFolders.sorted().map(Value.string))
    }
    return KubeObject([
      "apiVersion": "ambit/v1", "kind": "Cluster", "metadata": ["name": .string(cluster)],
      "spec": .map(spec),
    ])
  }

  /// Reads what `object(cluster:layout:)` wrote.
  package init(_ object: KubeObject) {
    let spec = object.spec
    uid = spec?["uid"]?.string
    serverVersion = spec?["serverVersion"]?.string
    scope = (spec?["scope"]?.string).flatMap(ClusterFacts.scope(written:))
    let written = spec?["enforcement"]
    enforcement = ClusterState.Enforcement(
      basis: ClusterState.Enforcement.Basis(rawValue: written?["basis"]?.string ?? "") ?? .unknown,
      isOn: written?["enforces"]?.bool ?? false,
      cni: written?["cni"]?.string, detail: written?["detail"]?.string ?? "not recorded")
    enforcementSettings = written?["settings"]?.stringMap ?? [:]
    podRanges = spec?["ranges"]?["pods"]?.strings ?? []
    serviceRanges = spec?["ranges"]?["services"]?.strings ?? []
    nodeAddresses = spec?["ranges"]?["nodes"]?.strings ?? []
    unmodelledKinds = spec?["unmodelledKinds"]?.strings ?? []
  }

  package init(
    uid: String?, serverVersion: String?, scope: [String]?, enforcement: ClusterState.Enforcement,
    enforcementSettings: [String: String], podRanges: [String], serviceRanges: [String],
    nodeAddresses: [String], unmodelledKinds: [String]
  ) {
    self.uid = uid
    self.serverVersion = serverVersion
    self.scope = scope
    self.enforcement = enforcement
    self.enforcementSettings = enforcementSettings
    self.podRanges = podRanges
    self.serviceRanges = serviceRanges
    self.nodeAddresses = nodeAddresses
    self.unmodelledKinds = unmodelledKinds
  }

  /// The layout that `cluster.yaml` says the store uses.
  package static func layout(in object: KubeObject) -> StoreLayout {
    StoreLayout(hashedFolders: Set(object.spec?["hashedFolders"]?.strings ?? []))
  }
}
