import KubeModel

/// A cluster whose policies look like those of real ones: namespaces of unequal size, a skew of labels,
/// policies by team, a tail of blocks of addresses. The same each time.
struct PolicyCluster {
  let state: ClusterState

  private static let apps = ["web", "api", "cart", "db", "cache", "worker", "search", "auth", "mail", "jobs"]
  private static let teams = ["retail", "billing", "platform", "data", "risk", "mobile", "core", "ops"]

  /// - Parameter classes: how many workloads differ in their labels; the others are like one of them.
  init(namespaces: Int, workloads: Int, classes: Int, policies: Int) {
    var entries: [ClusterState.Entry] = []
    // Of every four namespaces, one holds as much as the three others.
    let slots = (0..<namespaces).flatMap { Array(repeating: $0, count: $0 % 4 == 0 ? 3 : 1) }
    for namespace in 0..<namespaces {
      entries.append(
        PolicyCluster.entry(
          "v1", "Namespace", ResourceCatalog.namespaces, nil, "ns-\(namespace)",
          labels: ["team": teams(namespace), "env": namespace % 3 == 0 ? "prod" : "dev"], spec: [:]))
    }
    for index in 0..<workloads {
      let namespace = slots[index % slots.count]
      let app = PolicyCluster.apps[(index / slots.count) % PolicyCluster.apps.count]
      entries.append(
        PolicyCluster.entry(
          "ambit/v1", "Workload", ResourceCatalog.workloads, "ns-\(namespace)", "deployment.\(app)-\(index)",
          labels: [:],
          spec: [
            "controller": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string("\(app)-\(index)")],
            "pods": [
              [
                "labels": [
                  "app": .string(app), "tier": app == "db" || app == "cache" ? "data" : "app",
                  "instance": .string("i-\(index % classes)"),
                ],
                "ports": [["containerPort": 8080, "name": "http", "protocol": "TCP"]],
                "running": true, "serviceAccountName": "default",
              ]
            ],
          ]))
    }
    for index in 0..<policies {
      let namespace = slots[index % slots.count]
      entries.append(
        PolicyCluster.entry(
          "networking.k8s.io/v1", "NetworkPolicy", ResourceCatalog.networkPolicies, "ns-\(namespace)", "p-\(index)",
          labels: [:], spec: PolicyCluster.policy(index)))
    }
    state = ClusterState(
      cluster: "bench", entries: entries,
      coverage: ResourceCatalog.all.map { KindCoverage(group: $0.group, resource: $0.resource, status: .read) },
      enforcement: ClusterState.Enforcement(basis: .read, cni: nil, detail: ""))

    func teams(_ namespace: Int) -> Value { .string(PolicyCluster.teams[namespace % PolicyCluster.teams.count]) }
  }

  /// The state with one more rule in a policy: TCP 9090 from pods of its namespace.
  func changingPolicy(_ index: Int) -> ClusterState {
    var seen = -1
    let entries = state.entries.map { entry -> ClusterState.Entry in
      guard entry.type == ResourceCatalog.networkPolicies else { return entry }
      seen += 1
      guard seen == index, var root = entry.object.value.map, var spec = root["spec"]?.map else { return entry }
      spec["ingress"] = .list((spec["ingress"]?.list ?? []) + [["from": [["podSelector": [:]]], "ports": [["port": 9090]]]])
      root["spec"] = .map(spec)
      return ClusterState.Entry(object: KubeObject(.map(root)), type: entry.type, path: entry.path)
    }
    return ClusterState(
      cluster: state.cluster, entries: entries, coverage: state.coverage, enforcement: state.enforcement)
  }

  private static func policy(_ index: Int) -> Value {
    let app = Value.string(apps[index % apps.count])
    let peer = Value.string(apps[(index / 3) % apps.count])
    let team = Value.string(teams[(index / 5) % teams.count])
    switch index % 5 {
    case 0: return ["podSelector": [:], "policyTypes": ["Ingress"]]
    case 1:
      return [
        "podSelector": ["matchLabels": ["app": app]], "policyTypes": ["Ingress"],
        "ingress": [
          ["from": [["podSelector": ["matchLabels": ["app": peer]]]], "ports": [["protocol": "TCP", "port": 8080]]]
        ],
      ]
    case 2:
      return [
        "podSelector": ["matchLabels": ["app": app]], "policyTypes": ["Ingress"],
        "ingress": [
          ["from": [["namespaceSelector": ["matchLabels": ["team": team]]]], "ports": [["port": "http"]]]
        ],
      ]
    case 3:
      let block = Value.string("10.\(index % 200).0.0/16")
      return [
        "podSelector": ["matchLabels": ["app": app]], "policyTypes": ["Egress"],
        "egress": [
          [
            "to": [["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "ns-0"]]]],
            "ports": [["protocol": "UDP", "port": 53]],
          ], ["to": [["ipBlock": ["cidr": block]]]],
        ],
      ]
    default:
      return [
        "podSelector": ["matchLabels": ["tier": "data"]], "policyTypes": ["Ingress"],
        "ingress": [
          [
            "from": [
              [
                "namespaceSelector": ["matchLabels": ["env": "prod"]],
                "podSelector": ["matchExpressions": [["key": "app", "operator": "In", "values": [app, peer]]]],
              ]
            ], "ports": [["protocol": "TCP", "port": 5432, "endPort": 5440]],
          ]
        ],
      ]
    }
  }

  private static func entry(
    _ apiVersion: Value, _ kind: Value, _ type: ResourceType, _ namespace: String?, _ name: String, labels: Value,
    spec: Value
  ) -> ClusterState.Entry {
    let metadata: Value = [
      "name": .string(name), "namespace": namespace.map(Value.string) ?? .null, "labels": labels,
    ]
    let object = KubeObject(["apiVersion": apiVersion, "kind": kind, "metadata": metadata, "spec": spec])
    return ClusterState.Entry(object: object, type: type, path: "\(namespace ?? "")/\(name)")
  }
}
