internal import KubeModel

/// Reads one policy object of Cilium, and notes what is wrong with it.
struct CiliumReader {
  let identity: Policy.Identity
  /// The namespace that a CiliumNetworkPolicy stands in; nil for a clusterwide policy.
  let namespace: String?
  let surroundings: CiliumSurroundings
  private(set) var problems: [PolicyProblem] = []
  private(set) var nodePolicies: [NodePolicy] = []

  init(identity: Policy.Identity, namespace: String?, surroundings: CiliumSurroundings) {
    self.identity = identity
    self.namespace = namespace
    self.surroundings = surroundings
  }

  var isRefused: Bool { problems.contains { $0.effect == .refused } }

  mutating func policies(_ object: KubeObject) -> [Policy] {
    if object.apiVersion != "\(CiliumPolicies.group)/v2" {
      let version = HiddenText.escaped(object.apiVersion)
      note("apiVersion", "is '\(version)', and Cilium serves the kind as cilium.io/v2 only")
    }
    let specs = list(object.value["specs"], "specs") ?? []
    let single = object.spec.flatMap { $0.isNull ? nil : $0 }
    if single == nil && specs.isEmpty { note("spec", "is missing, and so is specs") }
    var policies: [Policy] = []
    if let single { policies += read(spec: single, "spec") }
    for (index, spec) in specs.enumerated() { policies += read(spec: spec, "specs[\(index)]") }
    return policies
  }

  // MARK: Fields

  /// Keeps a policy for nodes, which is no policy for pods.
  mutating func add(_ nodePolicy: NodePolicy) { nodePolicies.append(nodePolicy) }

  mutating func note(_ path: String, _ message: String, _ effect: PolicyProblem.Effect = .refused) {
    let problem = PolicyProblem(identity, path: path, message: message, effect: effect)
    if problems.last != problem { problems.append(problem) }
  }

  /// A list, or nil where there is none: Cilium tells an empty list from one that is absent.
  mutating func list(_ value: Value?, _ path: String) -> [Value]? {
    guard let value, !value.isNull else { return nil }
    if value.list == nil { note(path, "is no list") }
    return value.list
  }

  /// Notes what is no mapping, and fields that a server would drop: most often a misspelling.
  mutating func expectKeys(_ value: Value?, _ known: [String], _ path: String) {
    guard let map = value?.map else {
      note(path, "is no mapping")
      return
    }
    for key in map.keys where !known.contains(key) {
      note(
        path, "has an unknown field '\(HiddenText.escaped(key))'" + NearMiss.suffix(key, among: known), .partIgnored)
    }
  }

  mutating func block(_ value: Value?, needsMask: Bool, _ path: String) -> IPRange? {
    guard let text = value?.string, !needsMask || text.contains("/"), let range = IPRange(text) else {
      note(path, "'\(HiddenText.escaped(value?.string ?? ""))' is no CIDR block")
      return nil
    }
    return range
  }
}

extension RuleCondition {
  /// Both conditions, under the word of the first.
  static func both(_ first: RuleCondition?, _ second: RuleCondition?) -> RuleCondition? {
    guard let first, let second else { return first ?? second }
    return first == second ? first : RuleCondition(code: first.code, text: "\(first.text); and \(second.text)")
  }
}
