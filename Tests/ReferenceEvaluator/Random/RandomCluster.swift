package import KubeModel

/// Small clusters from a seed: namespaces, pods and policies with few labels, so that selectors meet them.
package struct RandomCluster: Sendable {
  package enum PolicyKind: String, Sendable, CaseIterable {
    case networkPolicy
    /// AdminNetworkPolicy and BaselineAdminNetworkPolicy.
    case adminNetworkPolicy
    case clusterNetworkPolicy
    case cilium
    case calico
  }

  package let seed: UInt64
  package let kinds: [PolicyKind]
  package private(set) var objects: [KubeObject] = []

  var random: SplitMix64
  /// How many odd things stand in a hundred places where one could.
  private let oddness: Int
  private(set) var namespaces: [String] = []

  /// - Parameters:
  ///   - kinds: the kinds of policies, each of which is there.
  ///   - oddness: percent of the places where something odd could stand, that do: what servers refuse, what
  ///     cannot be read, what nothing defines.
  package init(seed: UInt64, kinds: Set<PolicyKind>, oddness: Int = 0) {
    self.seed = seed
    self.kinds = PolicyKind.allCases.filter(kinds.contains)
    self.oddness = oddness
    random = SplitMix64(seed: seed)
    fill()
  }

  /// Every mix of kinds, each kind alone first.
  package static let mixes: [Set<PolicyKind>] = {
    let all = PolicyKind.allCases
    let sets = (1..<(1 << all.count)).map { bits in Set(all.indices.filter { bits >> $0 & 1 == 1 }.map { all[$0] }) }
    return sets.sorted {
      ($0.count, $0.map(\.rawValue).sorted().joined()) < ($1.count, $1.map(\.rawValue).sorted().joined())
    }
  }()

  /// The objects as YAML, to print a case.
  package static func yaml(_ objects: [KubeObject]) -> String {
    objects.map { CanonicalYAML.string(of: $0.value) }.joined(separator: "---\n")
  }

  /// Addresses that packets of this cluster come from and go to, and that blocks of its policies hold or not.
  package static let outsideAddresses = ["198.51.100.7", "198.51.100.130", "203.0.113.9", "2001:db8::7"]
  package static let nodeAddresses = ["172.18.0.1", "172.18.0.2"]
  /// Ports at which rules begin, end and hold.
  package static let ports = [53, 79, 80, 81, 443, 8080, 8081]

  // MARK: What is there besides policies

  private mutating func fill() {
    namespaces = Array(["alpha", "beta", "gamma", "delta"].prefix(random.number(2...4)))
    for (index, name) in ["node-1", "node-2"].enumerated() {
      let addresses: [Value] = [
        ["type": "InternalIP", "address": .string(RandomCluster.nodeAddresses[index])],
        ["type": "Hostname", "address": .string(name)],
      ]
      add(
        "v1", "Node", name, labels: ["kubernetes.io/os": index == 0 ? "linux" : "windows"],
        ["status": ["addresses": .list(addresses)]])
    }
    for name in namespaces where !odd() {
      add("v1", "Namespace", name, labels: labels(["env": ["prod", "dev"], "team": ["red", "blue"]]))
    }
    for number in 1...random.number(2...7) { addPod(number) }
    if random.chance(30) { addDeployment() }
    if random.chance(40) { addService() }
    for kind in kinds { addPolicies(of: kind) }
  }

  private mutating func addPolicies(of kind: PolicyKind) {
    switch kind {
    case .networkPolicy: for number in 1...random.number(1...4) { addNetworkPolicy(number) }
    case .adminNetworkPolicy: addAdminNetworkPolicies()
    case .clusterNetworkPolicy: for number in 1...random.number(1...4) { addClusterNetworkPolicy(number) }
    case .cilium: addCiliumPolicies()
    case .calico: addCalicoPolicies()
    }
  }

  private mutating func addPod(_ number: Int) {
    let namespace = random.pick(namespaces)
    let place = namespaces.firstIndex(of: namespace)!
    var spec: Fields = ["containers": .list([container()])]
    let isHost = random.chance(12)
    if isHost { spec["hostNetwork"] = true }
    let node = random.number(0...1)
    if random.chance(85) { spec["nodeName"] = .string("node-\(node + 1)") }
    if random.chance(30) { spec["serviceAccountName"] = .string(random.pick(["builder", "reader"])) }
    if random.chance(10) {
      spec["initContainers"] = .list([container(restart: random.chance(70) ? "Always" : nil)])
    }
    var status: Fields = ["phase": .string(random.chance(6) ? random.pick(["Succeeded", "Failed"]) : "Running")]
    if isHost {
      status["hostIP"] = .string(RandomCluster.nodeAddresses[node])
      status["podIP"] = .string(RandomCluster.nodeAddresses[node])
    } else if random.chance(88) {
      let v4 = "10.0.\(place).\(number)"
      status["podIP"] = .string(v4)
      var addresses = [v4]
      if random.chance(25) { addresses.append("fd00:10:\(place)::\(number)") }
      status["podIPs"] = .list(addresses.map { ["ip": .string($0)] })
      if spec["nodeName"] != nil { status["hostIP"] = .string(RandomCluster.nodeAddresses[node]) }
    }
    add(
      "v1", "Pod", "pod-\(number)", namespace: namespace, labels: podLabels(),
      ["spec": .fields(spec), "status": .fields(status)])
  }

  private mutating func addDeployment() {
    let template: Value = [
      "metadata": ["labels": .fields(podLabels().mapValues(Value.string))],
      "spec": ["containers": .list([container()])],
    ]
    add(
      "apps/v1", "Deployment", "deployment", namespace: random.pick(namespaces), labels: [:],
      ["spec": ["replicas": 2, "template": template]])
  }

  private mutating func addService() {
    var spec: Fields = [
      "ports": [["port": 80, "protocol": "TCP", "targetPort": random.chance(50) ? "http" : 8080]]
    ]
    if random.chance(75) { spec["selector"] = ["app": .string(random.pick(["web", "db"]))] }
    add("v1", "Service", "service", namespace: random.pick(namespaces), labels: podLabels(), ["spec": .fields(spec)])
  }

  /// Names of ports that stand for other numbers in other pods.
  private mutating func container(restart: Value? = nil) -> Value {
    var ports: [Value] = []
    if random.chance(80) { ports.append(["name": "http", "containerPort": .int(random.pick([80, 8080]))]) }
    if random.chance(50) { ports.append(["name": "dns", "containerPort": 53, "protocol": "UDP"]) }
    if random.chance(25) { ports.append(["name": "http", "containerPort": 81, "protocol": "SCTP"]) }
    var fields: Fields = ["name": "c", "image": "image", "ports": .list(ports)]
    fields["restartPolicy"] = restart
    return .fields(fields)
  }

  // MARK: Parts that the kinds share

  mutating func add(
    _ apiVersion: String, _ kind: String, _ name: String, namespace: String? = nil, labels: [String: String] = [:],
    _ rest: Fields = [:]
  ) {
    var metadata: Fields = ["name": .string(name)]
    if let namespace { metadata["namespace"] = .string(namespace) }
    if !labels.isEmpty { metadata["labels"] = .fields(labels.mapValues(Value.string)) }
    var value = rest
    value["apiVersion"] = .string(apiVersion)
    value["kind"] = .string(kind)
    value["metadata"] = .fields(metadata)
    objects.append(KubeObject(.fields(value)))
  }

  mutating func odd() -> Bool { random.chance(oddness) }

  private mutating func labels(_ choices: [String: [String]]) -> [String: String] {
    var labels: [String: String] = [:]
    for key in choices.keys.sorted() where random.chance(75) { labels[key] = random.pick(choices[key]!) }
    return labels
  }

  private mutating func podLabels() -> [String: String] {
    labels(["app": ["web", "db", "api"], "tier": ["front", "back"]])
  }

  mutating func podSelector() -> Value { selector(["app": ["web", "db", "api"], "tier": ["front", "back"]]) }

  mutating func namespaceSelector() -> Value {
    selector(["env": ["prod", "dev"], "team": ["red", "blue"], "kubernetes.io/metadata.name": namespaces])
  }

  /// Nothing, labels, or expressions with each of the operators.
  mutating func selector(_ choices: [String: [String]]) -> Value {
    if odd() { return ["matchExpressions": [["key": "app", "operator": "Near", "values": ["web"]]]] }
    if random.chance(35) { return [:] }
    var labels: Fields = [:]
    var expressions: [Value] = []
    let keys = random.chance(70) ? [random.pick(choices.keys.sorted())] : random.some(of: choices.keys.sorted())
    for key in keys {
      if random.chance(60) {
        labels[key] = .string(random.pick(choices[key]!))
      } else {
        expressions.append(expression(key, choices[key]!))
      }
    }
    var selector: Fields = [:]
    if !labels.isEmpty { selector["matchLabels"] = .fields(labels) }
    if !expressions.isEmpty { selector["matchExpressions"] = .list(expressions) }
    return .fields(selector)
  }

  private mutating func expression(_ key: String, _ values: [String]) -> Value {
    let word = random.pick(["In", "NotIn", "Exists", "DoesNotExist"])
    guard word.hasSuffix("In") else { return ["key": .string(key), "operator": .string(word)] }
    let some = random.some(of: values)
    return ["key": .string(key), "operator": .string(word), "values": .list(some.map(Value.string))]
  }

  mutating func cidr() -> String {
    if odd() { return random.pick(["10.0.0.0", "10.0.0.0/40", "nowhere", "10.0.0.1/8", "010.0.0.0/8"]) }
    return random.pick([
      "0.0.0.0/0", "::/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.1/32", "10.0.1.2/32", "fd00:10::/32",
      "fd00:10:0::/48", "172.18.0.0/16", "172.18.0.1/32", "198.51.100.0/24", "198.51.100.0/25", "203.0.113.0/24",
      "2001:db8::/32",
    ])
  }

  /// A block with exceptions inside of it.
  mutating func cidrWithExceptions() -> (cidr: String, exceptions: [String]) {
    guard random.chance(40) else { return (cidr(), []) }
    return random.pick([
      ("0.0.0.0/0", ["10.0.0.0/8"]), ("0.0.0.0/0", ["198.51.100.0/24", "10.0.1.0/24"]), ("10.0.0.0/8", ["10.0.1.0/24"]),
      ("198.51.100.0/24", ["198.51.100.0/25"]), ("::/0", ["2001:db8::/32"]),
      ("10.0.0.0/8", ["10.0.0.1/32", "10.0.1.2/32"]),
    ])
  }

  mutating func transport() -> String { random.pick(["TCP", "TCP", "TCP", "UDP", "SCTP"]) }
  mutating func port() -> Int64 { Int64(random.pick(RandomCluster.ports)) }

  /// A range from one of the ports to another.
  mutating func portRange() -> (start: Int64, end: Int64) {
    let ends = [port(), port()].sorted()
    return odd() ? (ends[1], max(1, ends[0] - 1)) : (ends[0], ends[1])
  }

  mutating func many(_ range: ClosedRange<Int>, _ make: (inout RandomCluster) -> Value) -> Value {
    .list((0..<random.number(range)).map { _ in make(&self) })
  }
}

/// The fields of an object while it is made.
typealias Fields = [String: Value]

extension Value {
  static func fields(_ fields: Fields) -> Value { .map(Mapping(fields.map { ($0.key, $0.value) })) }
}
