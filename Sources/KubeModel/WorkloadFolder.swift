/// Folds pods and the controllers that make them into workloads.
public struct WorkloadFolder {
  /// A folded workload and the raw object of its controller, where that was read.
  public struct Result: Sendable {
    public let object: KubeObject
    public let raw: Value?
  }

  private struct Key: Hashable {
    let namespace: String
    let kind: String
    let name: String
  }

  private struct Workload {
    var apiVersion: String
    var controller: KubeObject?
    var variants: [Value: Bool] = [:]  // facts -> is a pod of them running
  }

  private let keptNoise: Set<String>
  private var workloads: [Key: Workload] = [:]

  /// Folds `objects`, which are the pods and controllers of a cluster in raw form.
  ///
  /// - Parameter selecting: every other object of the cluster. A label that one of them names is kept
  ///   even where it is a controller's own book-keeping.
  public static func fold(_ objects: [KubeObject], selecting others: some Sequence<KubeObject>) -> [Result] {
    var folder = WorkloadFolder(keptNoise: noiseLabels(usedIn: others))
    folder.add(objects)
    return folder.results()
  }

  private init(keptNoise: Set<String>) { self.keptNoise = keptNoise }

  // MARK: Owners

  private mutating func add(_ objects: [KubeObject]) {
    var byKey: [Key: KubeObject] = [:]
    for object in objects where object.kind != "Pod" {
      byKey[Key(namespace: object.namespace ?? "default", kind: object.kind, name: object.name)] = object
    }
    for object in objects {
      let isPod = object.kind == "Pod"
      if isPod ? WorkloadFolder.isFinishedPod(object) : WorkloadFolder.isInactive(object) { continue }
      let (key, apiVersion) = WorkloadFolder.owner(of: object, in: byKey)
      let isOwner = key.kind == object.kind && key.name == object.name
      // A ReplicaSet or a Job adds nothing where the controller above it tells its own template.
      if !isPod && !isOwner && byKey[key] != nil { continue }
      var workload = workloads[key] ?? Workload(apiVersion: apiVersion)
      if isOwner && !WorkloadFolder.isMirrorPod(object) { workload.controller = object }
      let facts = podFacts(isPod ? object.value : WorkloadFolder.template(of: object))
      let isRunning = isPod && object.value["status"]?["phase"]?.string != nil
      workload.variants[facts] = (workload.variants[facts] ?? false) || isRunning
      workloads[key] = workload
    }
  }

  /// Follows controllers upwards as far as they are known.
  private static func owner(of object: KubeObject, in known: [Key: KubeObject]) -> (Key, String) {
    let namespace = object.namespace ?? "default"
    var key = Key(namespace: namespace, kind: object.kind, name: object.name)
    var apiVersion = object.apiVersion
    var current: KubeObject? = object
    for _ in 0..<8 {  // owners form no cycles on a real server; a forged file may
      guard let owner = current?.controller, owner.kind != "Node" else { break }
      key = Key(namespace: namespace, kind: owner.kind, name: owner.name)
      apiVersion = owner.apiVersion
      current = known[key]
    }
    return (key, apiVersion)
  }

  private static func isMirrorPod(_ object: KubeObject) -> Bool {
    object.kind == "Pod" && object.controller?.kind == "Node"
  }

  private static func isFinishedPod(_ pod: KubeObject) -> Bool {
    let phase = pod.value["status"]?["phase"]?.string
    return phase == "Succeeded" || phase == "Failed"
  }

  /// A ReplicaSet of an earlier rollout, and a Job that is done, can start no pod any more.
  private static func isInactive(_ object: KubeObject) -> Bool {
    switch object.kind {
    case "ReplicaSet": object.controller != nil && object.spec?["replicas"]?.int == 0
    case "Job":
      (object.value["status"]?["conditions"]?.list ?? []).contains {
        ["Complete", "Failed"].contains($0["type"]?.string) && $0["status"]?.string == "True"
      }
    default: false
    }
  }

  private static func template(of object: KubeObject) -> Value {
    let path =
      object.kind == "CronJob" ? ["jobTemplate", "spec", "template"] : ["template"]
    return object.spec?[path] ?? .map(Mapping())
  }

  // MARK: Facts

  private func podFacts(_ pod: Value) -> Value {
    let spec = pod["spec"]
    var facts = Mapping()
    let labels = (pod["metadata"]?["labels"]?.map ?? Mapping()).filter { key, _ in
      !WorkloadFolder.noiseLabels.contains(key) || keptNoise.contains(key)
    }
    facts["labels"] = .map(labels)
    facts["serviceAccountName"] = .string(spec?["serviceAccountName"]?.string ?? "default")
    for key in ["hostNetwork", "hostPID"] where spec?[key]?.bool == true { facts[key] = true }
    let sidecars = (spec?["initContainers"]?.list ?? []).filter {
      $0["restartPolicy"]?.string == "Always"
    }
    let containers = (spec?["containers"]?.list ?? []) + sidecars
    let ports = WorkloadFolder.ports(of: containers, isHostNetwork: facts["hostNetwork"] != nil)
    if !ports.isEmpty { facts["ports"] = .list(ports) }
    if containers.contains(where: { $0["securityContext"]?["privileged"]?.bool == true }) {
      facts["privileged"] = true
    }
    let capabilities = Set(
      containers.flatMap { $0["securityContext"]?["capabilities"]?["add"]?.strings ?? [] }
        .map { $0.hasPrefix("CAP_") ? String($0.dropFirst(4)) : $0 }
    ).intersection(["NET_ADMIN", "NET_RAW", "ALL"])
    if !capabilities.isEmpty {
      facts["capabilities"] = .list(capabilities.sorted().map(Value.string))
    }
    if let networks = pod["metadata"]?["annotations"]?["k8s.v1.cni.cncf.io/networks"] {
      facts["extraNetworks"] = networks
    }
    return .map(facts)
  }

  private static func ports(of containers: [Value], isHostNetwork: Bool) -> [Value] {
    let ports = containers.flatMap { $0["ports"]?.list ?? [] }.compactMap { port -> Value? in
      guard let number = port["containerPort"] else { return nil }
      var result = Mapping([
        ("containerPort", number), ("protocol", port["protocol"] ?? "TCP"),
      ])
      result["name"] = port["name"]
      // On the host's network the server sets every host port itself.
      if !isHostNetwork, let hostPort = port["hostPort"], hostPort != 0 { result["hostPort"] = hostPort }
      return .map(result)
    }
    return Set(ports).map { ($0, CanonicalYAML.bytes(of: $0)) }
      .sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
  }

  // MARK: Labels

  /// Labels that controllers write for their own book-keeping.
  static let noiseLabels: Set<String> = [
    "pod-template-hash", "controller-revision-hash", "pod-template-generation",
    "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-uid", "job-name",
    "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/job-completion-index", "job-completion-index", "rollouts-pod-template-hash",
  ]

  /// The noise labels that any object names in its spec, as a key or within a selector's text.
  ///
  /// Looking for the name anywhere errs on the side of keeping a label, for every selector language.
  private static func noiseLabels(usedIn objects: some Sequence<KubeObject>) -> Set<String> {
    var used: Set<String> = []
    func visit(_ text: String) {
      for label in noiseLabels where text.contains(label) { used.insert(label) }
    }
    func visit(_ value: Value) {
      switch value {
      case .string(let text): visit(text)
      case .list(let list): for element in list { visit(element) }
      case .map(let map):
        for (key, value) in map.entries {
          visit(key)
          visit(value)
        }
      default: break
      }
    }
    for object in objects {
      if let spec = object.spec { visit(spec) }
      if let specs = object.value["specs"] { visit(specs) }
    }
    return used
  }

  // MARK: Result

  private func results() -> [Result] {
    workloads.map { key, workload in
      Result(object: object(key, workload), raw: workload.controller?.value)
    }.sorted { ($0.object.namespace ?? "", $0.object.name) < ($1.object.namespace ?? "", $1.object.name) }
  }

  private func object(_ key: Key, _ workload: Workload) -> KubeObject {
    var metadata = Mapping([
      ("name", .string("\(key.kind.lowercased()).\(key.name)")), ("namespace", .string(key.namespace)),
    ])
    if let controller = workload.controller?.metadata {
      for field in ["uid", "creationTimestamp"] {
        if let value = controller[field], !value.isNull { metadata[field] = value }
      }
      if let labels = controller["labels"], labels.map?.isEmpty == false, key.kind != "Pod" {
        metadata["labels"] = labels
      }
    }
    let pods = workload.variants.map { facts, isRunning -> Value in
      var map = facts.map ?? Mapping()
      map["running"] = .bool(isRunning)
      return .map(map)
    }.map { ($0, CanonicalYAML.bytes(of: $0)) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }
    return KubeObject(
      .map(
        Mapping([
          ("apiVersion", "ambit/v1"), ("kind", .string(ResourceCatalog.workloads.kind)),
          ("metadata", .map(metadata)),
          (
            "spec",
            .map(
              Mapping([
                (
                  "controller",
                  [
                    "apiVersion": .string(workload.apiVersion), "kind": .string(key.kind),
                    "name": .string(key.name),
                  ]
                ), ("pods", .list(pods.map(\.0))),
              ])
            )
          ),
        ])))
  }
}
