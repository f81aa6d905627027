/// Folds pods and the controllers that make them into workloads.
///
/// Objects are added one by one, in any order, and leave only what network policy sees of them: however
/// many pods a controller has, those that look alike take the place of one.
public struct WorkloadFolder: Sendable {
  /// What tells one pod or controller from another.
  public struct Key: Hashable, Sendable {
    public let namespace: String
    public let group: String
    public let kind: String
    public let name: String

    public init(_ object: KubeObject) {
      self.init(
        namespace: object.namespace ?? "default", group: object.group, kind: object.kind, name: object.name)
    }

    init(namespace: String, group: String, kind: String, name: String) {
      self.namespace = namespace
      self.group = group
      self.kind = kind
      self.name = name
    }

    /// Byte equality: `String.==` calls two spellings of one accented letter equal.
    public static func == (left: Key, right: Key) -> Bool {
      Mapping.isSame(left.name, right.name) && Mapping.isSame(left.namespace, right.namespace)
        && Mapping.isSame(left.kind, right.kind) && Mapping.isSame(left.group, right.group)
    }

    /// The workload's name: the kind's group is part of it where other groups have a kind of that name.
    var workloadName: String {
      let isOwn = ResourceCatalog.type(group: group, kind: kind)?.role == .folded
      let isTaken = ResourceCatalog.all.contains { $0.role == .folded && $0.kind == kind }
      return "\(kind.lowercased())" + (isOwn || !isTaken ? "" : ".\(group)") + ".\(name)"
    }
  }

  /// A folded workload, and the object at its head.
  public struct Result: Sendable {
    public let object: KubeObject
    public let head: Key
  }

  /// All that is kept of one pod or controller.
  public struct Piece: Hashable, Sendable {
    fileprivate enum Content: Hashable {
      /// Makes no workload any more, as a pod that is done.
      case nothing
      case pod(of: Owner, facts: Value, Presence)
      case head(Key, Head)
    }

    fileprivate let content: Content
  }

  fileprivate struct Owner: Hashable {
    let key: Key
    let apiVersion: String
  }

  /// A controller, or a pod without one.
  fileprivate struct Head: Hashable {
    let apiVersion: String
    let owner: Owner?
    let facts: Value
    /// Whether it can start no pod any more.
    let isInactive: Bool
    let presence: Presence
    /// Nil for a mirror pod, whose own are made anew with every restart of its node.
    let metadata: Mapping?
  }

  /// What is known of the pods that share their facts.
  fileprivate struct Presence: Hashable {
    var isRunning = false
    /// Names and addresses, where they are kept.
    var names: Set<String> = []
    var addresses: Set<String> = []

    mutating func formUnion(_ other: Presence) {
      isRunning = isRunning || other.isRunning
      names.formUnion(other.names)
      addresses.formUnion(other.addresses)
    }

    func union(_ other: Presence) -> Presence {
      var result = self
      result.formUnion(other)
      return result
    }
  }

  private var heads: [Key: Head] = [:]
  /// Facts of pods by the controller that made them.
  private var pods: [Owner: [Value: Presence]] = [:]
  /// Noise labels that a selector of the cluster names.
  public private(set) var keptNoise: Set<String> = []
  private let keepsPods: Bool

  /// - Parameter keepsPods: whether workloads tell the names and addresses of their pods. They churn, and
  ///   have no place in a store.
  public init(keepsPods: Bool = false) { self.keepsPods = keepsPods }

  // MARK: Adding

  /// Adds a pod or a controller.
  ///
  /// - Returns: false where another of the same name was added that differs from it; the first one stays.
  @discardableResult
  public mutating func add(_ object: KubeObject) -> Bool { add(piece(of: object)) }

  /// What is kept of a pod or a controller; adding it is adding the object.
  public func piece(of object: KubeObject) -> Piece {
    let isPod = object.kind == "Pod"
    if isPod && WorkloadFolder.isFinishedPod(object) { return Piece(content: .nothing) }
    let owner = WorkloadFolder.owner(of: object)
    let facts = WorkloadFolder.facts(isPod ? object.value : WorkloadFolder.template(of: object))
    let presence = isPod ? self.presence(of: object) : Presence()
    if isPod, let owner { return Piece(content: .pod(of: owner, facts: facts, presence)) }
    let head = Head(
      apiVersion: object.apiVersion, owner: owner, facts: facts,
      isInactive: WorkloadFolder.isInactive(object), presence: presence,
      metadata: object.controller?.kind == "Node" ? nil : WorkloadFolder.metadata(of: object))
    return Piece(content: .head(Key(object), head))
  }

  /// Adds what was kept of a pod or a controller; see `add(_:)` of an object.
  @discardableResult
  public mutating func add(_ piece: Piece) -> Bool {
    switch piece.content {
    case .nothing: return true
    case .pod(let owner, let facts, let presence):
      pods[owner, default: [:]][facts, default: Presence()].formUnion(presence)
      return true
    case .head(let key, let head):
      guard let earlier = heads[key] else {
        heads[key] = head
        return true
      }
      return earlier.facts == head.facts && earlier.metadata == head.metadata
    }
  }

  /// Keeps labels that another object of the cluster names, although they are a controller's own
  /// book-keeping.
  public mutating func keep(noise: some Sequence<String>) { keptNoise.formUnion(noise) }

  /// Which of the labels that controllers write for themselves an object names.
  ///
  /// Looking for the name anywhere errs on the side of keeping a label, for every selector language.
  public static func noise(usedBy object: KubeObject) -> Set<String> {
    var used: Set<String> = []
    for part in ["spec", "specs"] {
      if let value = object.value[part] { visit(value, &used) }
    }
    return used
  }

  private static func visit(_ value: Value, _ used: inout Set<String>) {
    switch value {
    case .string(let text): visit(text, &used)
    case .list(let list): for element in list { visit(element, &used) }
    case .map(let map):
      for (key, value) in map.entries {
        visit(key, &used)
        visit(value, &used)
      }
    default: break
    }
  }

  private static func visit(_ text: String, _ used: inout Set<String>) {
    // Most texts are one word, which is a label or is none; Cilium puts a source before it.
    let isWord = text.utf8.allSatisfy { $0 > UInt8(ascii: ")") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ",") }
    guard !isWord else {
      let name = text.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(text[text.index(after: $0)...]) } ?? text
      if noiseLabels.contains(name) { used.insert(name) }
      return
    }
    for label in noiseLabels where text.contains(label) { used.insert(label) }
  }

  /// Adds what another folder has.
  public mutating func merge(_ other: WorkloadFolder) {
    heads.merge(other.heads) { first, _ in first }
    for (owner, variants) in other.pods {
      pods[owner, default: [:]].merge(variants) { $0.union($1) }
    }
    keptNoise.formUnion(other.keptNoise)
  }

  private func presence(of pod: KubeObject) -> Presence {
    let status = pod.value["status"]
    var presence = Presence(isRunning: status?["phase"]?.string != nil)
    guard keepsPods else { return presence }
    presence.names = [pod.name]
    let addresses = (status?["podIPs"]?.list ?? []).compactMap { $0["ip"]?.string ?? $0.string }
    presence.addresses = Set(addresses.isEmpty ? [status?["podIP"]?.string].compactMap(\.self) : addresses)
    return presence
  }

  // MARK: Reading objects

  /// Controllers that people know workloads by, whatever made them.
  private static let topKinds: Set<String> = [
    "Deployment", "StatefulSet", "DaemonSet", "CronJob", "ReplicationController",
  ]

  private static func owner(of object: KubeObject) -> Owner? {
    guard !topKinds.contains(object.kind), let controller = object.controller, controller.kind != "Node"
    else { return nil }
    return Owner(
      key: Key(
        namespace: object.namespace ?? "default", group: KubeObject.group(of: controller.apiVersion),
        kind: controller.kind, name: controller.name),
      apiVersion: controller.apiVersion)
  }

  private static func isFinishedPod(_ pod: KubeObject) -> Bool {
    let phase = pod.value["status"]?["phase"]?.string
    return phase == "Succeeded" || phase == "Failed"
  }

  /// A ReplicaSet of an earlier rollout, and a Job that is done, can start no pod any more.
  private static func isInactive(_ object: KubeObject) -> Bool {
    switch object.kind {
    case "ReplicaSet": object.controller?.kind == "Deployment" && object.spec?["replicas"]?.int == 0
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

  private static func metadata(of object: KubeObject) -> Mapping {
    var metadata = Mapping()
    for field in ["uid", "creationTimestamp"] {
      if let value = object.metadata?[field], !value.isNull { metadata[field] = value }
    }
    if let labels = object.metadata?["labels"], labels.map?.isEmpty == false, object.kind != "Pod" {
      metadata["labels"] = labels
    }
    return metadata
  }

  // MARK: Facts

  private static func facts(_ pod: Value) -> Value {
    let spec = pod["spec"]
    var facts = Mapping()
    facts["labels"] = .map(pod["metadata"]?["labels"]?.map ?? Mapping())
    facts["serviceAccountName"] = .string(spec?["serviceAccountName"]?.string ?? "default")
    for key in ["hostNetwork", "hostPID"] where spec?[key]?.bool == true { facts[key] = true }
    let sidecars = (spec?["initContainers"]?.list ?? []).filter {
      $0["restartPolicy"]?.string == "Always"
    }
    let containers = (spec?["containers"]?.list ?? []) + sidecars
    // What an init container does to the pod's network outlives it.
    let everyContainer = (spec?["containers"]?.list ?? []) + (spec?["initContainers"]?.list ?? [])
    let ports = WorkloadFolder.ports(of: containers, isHostNetwork: facts["hostNetwork"] != nil)
    if !ports.isEmpty { facts["ports"] = .list(ports) }
    if everyContainer.contains(where: { $0["securityContext"]?["privileged"]?.bool == true }) {
      facts["privileged"] = true
    }
    let capabilities = Set(
      everyContainer.flatMap { $0["securityContext"]?["capabilities"]?["add"]?.strings ?? [] }
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
    return sortedByText(Set(ports))
  }

  private static func sortedByText(_ values: some Sequence<Value>) -> [Value] {
    values.map { ($0, CanonicalYAML.bytes(of: $0)) }
      .sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
  }

  /// Labels that controllers write for their own book-keeping.
  static let noiseLabels: Set<String> = [
    "pod-template-hash", "controller-revision-hash", "pod-template-generation",
    "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-uid", "job-name",
    "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name",
    "batch.kubernetes.io/job-completion-index", "job-completion-index", "rollouts-pod-template-hash",
  ]

  private func withoutNoise(_ facts: Value) -> Value {
    guard var map = facts.map, let labels = map["labels"]?.map else { return facts }
    map["labels"] = .map(
      labels.filter { key, _ in !WorkloadFolder.noiseLabels.contains(key) || keptNoise.contains(key) })
    return .map(map)
  }

  // MARK: Result

  private struct Workload {
    var apiVersion: String
    var metadata: Mapping?
    /// The facts of its pods.
    var variants: [Value: Presence] = [:]
  }

  /// The workloads of everything that was added, sorted by namespace and name.
  public func results() -> [Result] {
    var workloads: [Key: Workload] = [:]
    func add(_ facts: Value, _ presence: Presence, to owner: Owner) {
      let facts = withoutNoise(facts)
      var workload = workloads[owner.key] ?? Workload(apiVersion: owner.apiVersion)
      workload.variants[facts, default: Presence()].formUnion(presence)
      // Of two versions of one API the same is told, whichever came first.
      workload.apiVersion = min(workload.apiVersion, owner.apiVersion)
      workloads[owner.key] = workload
    }
    for (key, head) in heads where !head.isInactive {
      let top = top(Owner(key: key, apiVersion: head.apiVersion))
      // A ReplicaSet or a Job adds nothing where the controller above it tells its own template.
      if top.key != key && heads[top.key] != nil { continue }
      add(head.facts, head.presence, to: top)
      if top.key == key { workloads[key]?.metadata = head.metadata }
    }
    for (owner, variants) in pods {
      let top = top(owner)
      for (facts, presence) in variants { add(facts, presence, to: top) }
    }
    return workloads.map { key, workload in
      Result(object: object(key, workload), head: key)
    }.sorted { ($0.object.namespace ?? "", $0.object.name) < ($1.object.namespace ?? "", $1.object.name) }
  }

  /// Follows controllers upwards as far as they are known.
  private func top(_ first: Owner) -> Owner {
    var owner = first
    var seen: Set<Key> = [first.key]
    while let next = heads[owner.key]?.owner {
      // Owners form no cycles on a real server; in a forged file each is its own.
      guard seen.insert(next.key).inserted else { return first }
      owner = next
    }
    return owner
  }

  private func object(_ key: Key, _ workload: Workload) -> KubeObject {
    var metadata = workload.metadata ?? Mapping()
    metadata["name"] = .string(key.workloadName)
    metadata["namespace"] = .string(key.namespace)
    let pods = workload.variants.map { facts, presence -> Value in
      var map = facts.map ?? Mapping()
      map["running"] = .bool(presence.isRunning)
      for (key, texts) in [("addresses", presence.addresses), ("names", presence.names)] where !texts.isEmpty {
        map[key] = .list(texts.sorted().map(Value.string))
      }
      return .map(map)
    }
    return KubeObject([
      "apiVersion": "ambit/v1", "kind": .string(ResourceCatalog.workloads.kind),
      "metadata": .map(metadata),
      "spec": [
        "controller": [
          "apiVersion": .string(workload.apiVersion), "kind": .string(key.kind), "name": .string(key.name),
        ],
        "pods": .list(WorkloadFolder.sortedByText(pods)),
      ],
    ])
  }
}
