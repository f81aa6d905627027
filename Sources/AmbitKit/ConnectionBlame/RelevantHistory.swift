internal import HistoryIndex
internal import Integrity
internal import KubeModel
internal import Reachability

/// The versions of objects on which the answer to a question can depend, out of a whole history.
///
/// These are: the cluster's own facts; the namespaces of both ends, and the workloads that an end may mean; the policies
/// of these namespaces that may select a pod of an end; every policy without a namespace, with tiers and sets of
/// addresses; services where a policy speaks of them; nodes where an end is on the network of one. Leaving the rest out
/// leaves the answer as it is.
struct RelevantHistory {
  /// Oldest first; those of one snapshot in the order of their paths.
  let steps: [ObjectStep]

  init(_ question: ConnectionQuestion, in history: ClusterHistory, _ objects: VersionReader, upTo commit: String) throws {
    var collector = Collector(history: history, objects: objects, commit: commit)
    steps = try collector.steps(question.ends).sorted { ($0.order, $0.path) < ($1.order, $1.path) }
  }
}

/// Reads versions of objects, each once.
final class VersionReader {
  private let history: ClusterHistory
  private var known: [String: StoredObject] = [:]
  /// How many versions were read.
  var count: Int { known.count }

  init(_ history: ClusterHistory) { self.history = history }

  func object(_ step: ObjectStep) throws -> StoredObject? {
    guard let blob = step.blob else { return nil }
    if let object = known[blob] { return object }
    guard let object = StoredObject(try history.text(of: blob, at: step.path, in: step.commit)) else {
      throw ClusterHistory.unreadable(blob, at: step.path, in: step.commit)
    }
    known[blob] = object
    return object
  }
}

private struct Collector {
  let history: ClusterHistory
  let objects: VersionReader
  let commit: String
  /// The labels that pods of the ends ever had, by namespace.
  private var labels: [String: Set<[String: String]>] = [:]
  private var isOnHostNetwork = false
  private var speaksOfServices = false

  init(history: ClusterHistory, objects: VersionReader, commit: String) {
    self.history = history
    self.objects = objects
    self.commit = commit
  }

  private static let setKinds: Set<String> = [
    "Tier", "NetworkSet", "GlobalNetworkSet", "HostEndpoint", "CiliumCIDRGroup",
  ]

  mutating func steps(_ ends: [PlaceReference.Named]) throws -> [ObjectStep] {
    var found: [ObjectStep] = []
    var namespaces: Set<String> = []
    for case .pods(let namespace, let rest) in ends {
      namespaces.insert(namespace)
      found += try workloads(namespace, rest)
    }
    var policies: [ObjectID] = []
    var labelled = namespaces
    for (group, resource) in try history.ambit.index.read({ [cluster = history.cluster] in try $0.kinds(in: cluster) }) {
      let type = ResourceCatalog.type(group: group, resource: resource)
      func all(_ namespace: String? = nil) throws -> [ObjectID] { try ids(group, resource, namespace) }
      if resource == StoredObject.clusterType.resource && group.isEmpty {
        found += try steps(of: all())
      } else if type?.isPolicy ?? (resource != ResourceCatalog.workloads.resource || !group.isEmpty) {
        // A kind outside of the catalogue is a policy that nobody evaluates.
        policies += try (namespaces.sorted() + [""]).flatMap { try all($0) }
      } else if let type, Collector.setKinds.contains(type.kind), type.group != "" {
        let sets = try all()
        labelled.formUnion(sets.compactMap(\.namespace))
        found += try steps(of: sets)
      }
    }
    let all = try history.ambit.index.read { [cluster = history.cluster, commit, policies] view in
      try policies.map { id in
        (id, try view.steps(of: id, in: cluster, upTo: commit), try view.rules(of: id, in: cluster, upTo: commit))
      }
    }
    for (id, steps, rules) in all { found += try policy(id, steps, rules) }
    if isOnHostNetwork { found += try steps(of: ids("", "nodes")) }
    if speaksOfServices { found += try steps(of: ids("", "services")) }
    // Sets have the labels of their namespaces.
    found += try steps(
      of: labelled.map { ObjectID(group: "", resource: "namespaces", namespace: nil, name: $0) })
    var seen: Set<ObjectStep> = []
    return found.filter { seen.insert($0).inserted }
  }

  private func ids(_ group: String, _ resource: String, _ namespace: String? = nil) throws -> [ObjectID] {
    try history.ambit.index.read { [cluster = history.cluster] view in
      try namespace.map { try view.objects(cluster, group: group, resource: resource, namespace: $0) }
        ?? view.objects(cluster, group: group, resource: resource)
    }
  }

  private func steps(of ids: some Sequence<ObjectID>) throws -> [ObjectStep] {
    let ids = Array(ids)
    return try history.ambit.index.read { [cluster = history.cluster, commit] view in
      try ids.flatMap { try view.steps(of: $0, in: cluster, upTo: commit) }
    }
  }

  // MARK: Workloads

  /// The workloads that an end may mean; all of the namespace where the name is none of a workload's.
  private mutating func workloads(_ namespace: String, _ rest: String) throws -> [ObjectStep] {
    let type = ResourceCatalog.workloads
    let all = try ids(type.group, type.resource, namespace)
    var meant = all
    if !rest.isEmpty, !rest.contains("=") {
      let name = rest.drop { $0 != "/" }.dropFirst()
      let wanted = name.isEmpty ? rest : String(name)
      let named = all.filter { $0.name.hasSuffix(".\(wanted)") }
      if !named.isEmpty { meant = named }
    }
    let steps = try steps(of: meant)
    for step in steps {
      guard let object = try objects.object(step)?.object, let workload = Workload(object) else { continue }
      for variant in workload.variants {
        labels[namespace, default: []].insert(variant.labels)
        if variant.hostNetwork { isOnHostNetwork = true }
      }
    }
    return steps
  }

  // MARK: Policies

  /// The steps of a policy at which it may begin or cease to matter, or matters and says something else.
  private mutating func policy(
    _ id: ObjectID, _ steps: [ObjectStep], _ rules: [RuleInterval]
  ) throws -> [ObjectStep] {
    guard let type = ResourceCatalog.type(group: id.group, resource: id.resource), type.role == .policy else { return steps }
    if [ResourceCatalog.calicoGroup, "cilium.io"].contains(type.group), !speaksOfServices {
      for step in steps {
        let written = try objects.object(step).map { JSONWriter.line(of: $0.object.value) } ?? ""
        if written.contains("\"services\"") || written.contains("\"toServices\"") { speaksOfServices = true }
      }
    }
    guard let namespace = id.namespace else { return steps }
    let periods = StatementPeriods(rules, steps)
    var kept: [ObjectStep] = []
    var isInForce = false
    // Up to which step it applies to the pods that it applied to last, and whether those may be of an end.
    var (end, mayApply) = (0, false)
    for (place, step) in steps.enumerated() {
      guard step.blob != nil else {
        if isInForce { kept.append(step) }
        (isInForce, end) = (false, 0)
        continue
      }
      if place >= end, let read = try objects.object(step) {
        mayApply = selects(read, labels[namespace] ?? [])
        // One policy of Cilium may come to select other pods beside those that it selects.
        end = type.group == "cilium.io" ? place + 1 : periods.endOfSubject(read.object, at: place)
      }
      // Of a NetworkPolicy, the statements are all that it means; of others, their order is a part of it.
      let isSame = type == ResourceCatalog.networkPolicies && !periods.isChanged(at: place)
      if mayApply ? !(isInForce && isSame) : isInForce { kept.append(step) }
      isInForce = mayApply
    }
    return kept
  }

  /// Whether a policy may select a pod of its namespace with one of these sets of labels.
  private func selects(_ object: StoredObject, _ labels: Set<[String: String]>) -> Bool {
    let entry = ClusterState.Entry(object: object.object, type: object.type, path: "policy")
    let state = ClusterState(
      cluster: history.cluster, entries: [entry], coverage: [],
      enforcement: ClusterState.Enforcement(basis: .unknown, cni: nil, detail: ""))
    let profile: Semantics.Profile =
      switch object.type.group {
      case ResourceCatalog.calicoGroup: .calico
      case "cilium.io": .cilium
      default: .kubernetes
      }
    let policies = PolicySet(state, Semantics(profile)).policies.filter { $0.identity.path == entry.path }
    // One that is not in force by itself may be with what is around it.
    guard !policies.isEmpty else { return true }
    let namespace = object.id.namespace
    return policies.contains { policy in
      labels.contains { labels in
        policy.subjects.known { key in
          switch key {
          case .pod(let name): .some(labels[name])
          case .namespaceName: .some(namespace)
          case .namespace, .serviceAccount: nil
          }
        } != false
      }
    }
  }
}

/// When statements of a policy came and went, by places in its steps.
private struct StatementPeriods {
  private var ends: [SHA256Value: [(added: Int, removed: Int)]] = [:]
  private var changed: Set<Int> = []

  init(_ intervals: [RuleInterval], _ steps: [ObjectStep]) {
    let places = Dictionary(steps.enumerated().map { ($1.commit, $0) }, uniquingKeysWith: { first, _ in first })
    for interval in intervals {
      guard let added = places[interval.added] else { continue }
      let removed = interval.removed.flatMap { places[$0] }
      changed.insert(added)
      if let removed { changed.insert(removed) }
      ends[interval.digest, default: []].append((added, removed ?? steps.count))
    }
  }

  /// Whether a step brought a statement, or took one away.
  func isChanged(at place: Int) -> Bool { changed.contains(place) }

  /// The step from which on a policy applies to other pods than at this one.
  func endOfSubject(_ object: KubeObject, at place: Int) -> Int {
    let subjects = (WrittenRule.all(of: object) ?? []).map(\.form).filter { $0.role == .subject }
    guard subjects.count == 1 else { return place + 1 }
    return ends[subjects[0].digest]?.first { $0.added <= place && place < $0.removed }?.removed ?? place + 1
  }
}
