/// A cluster at one moment: what was there, what was looked at, and how policy is enforced.
///
/// The engine and the checks see this and nothing else.
public struct ClusterState: Sendable {
  /// Whether the CNI enforces policy, and how that is known.
  public struct Enforcement: Sendable, Hashable {
    public enum Basis: String, Sendable { case read, attested, probed, unknown }
    public let basis: Basis
    /// Whether policy is enforced; says nothing where the basis is unknown.
    public let isOn: Bool
    /// The CNI's name, where it is known.
    public let cni: String?
    /// Where it was read, or why it is not known.
    public let detail: String
    public init(basis: Basis, isOn: Bool = true, cni: String?, detail: String) {
      self.basis = basis
      self.isOn = isOn
      self.cni = cni
      self.detail = detail
    }

    public var isKnown: Bool { basis != .unknown }
    /// `read`, or `read: off`.
    public var summary: String { isKnown && !isOn ? "\(basis.rawValue): off" : basis.rawValue }
  }

  /// An object with its place in the store.
  public struct Entry: Sendable {
    public let object: KubeObject
    public let type: ResourceType
    /// The path in the cluster's tree.
    public let path: String
    public init(object: KubeObject, type: ResourceType, path: String) {
      self.object = object
      self.type = type
      self.path = path
    }
  }

  /// Addresses that a cluster hands out, as far as they are known; blocks, or single addresses.
  public struct Ranges: Sendable, Hashable {
    public let pods: [String]
    public let services: [String]
    public let nodes: [String]
    public init(pods: [String] = [], services: [String] = [], nodes: [String] = []) {
      self.pods = pods
      self.services = services
      self.nodes = nodes
    }
  }

  public let cluster: String
  public let entries: [Entry]
  public let coverage: [KindCoverage]
  public let enforcement: Enforcement
  public let ranges: Ranges
  /// Coverage of kinds outside of the catalogue: policies that Ambit does not model.
  public let unmodelledCoverage: [KindCoverage]
  /// Coverage by group and resource; kinds that are read namespace by namespace have many rows.
  private let coverageByKind: [String: [KindCoverage]]

  public init(
    cluster: String, entries: [Entry], coverage: [KindCoverage], enforcement: Enforcement,
    ranges: Ranges = Ranges()
  ) {
    self.cluster = cluster
    self.entries = entries
    self.coverage = coverage
    self.enforcement = enforcement
    self.ranges = ranges
    coverageByKind = Dictionary(grouping: coverage, by: \.qualifiedName)
    unmodelledCoverage = coverage.filter {
      ResourceCatalog.type(group: $0.group, resource: $0.resource) == nil
    }
  }

  /// The objects of one kind, in the order of their paths.
  public func entries(of type: ResourceType) -> [Entry] {
    entries.filter { $0.type.group == type.group && $0.type.resource == type.resource }
  }

  public var workloads: [Workload] {
    entries(of: ResourceCatalog.workloads).compactMap { Workload($0.object) }
  }

  /// Every namespace that exists or that an object stands in, with its labels, sorted by name.
  ///
  /// The API server gives each namespace the label `kubernetes.io/metadata.name`; manifests often
  /// leave it out, so it is added here.
  public var namespaces: [(name: String, labels: [String: String])] {
    var labels: [String: [String: String]] = [:]
    for entry in entries {
      if let namespace = entry.object.namespace, labels[namespace] == nil { labels[namespace] = [:] }
      if entry.type == ResourceCatalog.namespaces { labels[entry.object.name] = entry.object.labels }
    }
    return labels.map { name, labels in
      (name, labels.merging(["kubernetes.io/metadata.name": name]) { given, _ in given })
    }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Why objects of a kind in a namespace (nil: anywhere) cannot be relied on, or nil where they can.
  ///
  /// A kind that the coverage does not mention was not read.
  public func unreadReason(_ type: ResourceType, namespace: String? = nil) -> String? {
    let applicable = (coverageByKind[type.qualifiedName] ?? []).filter {
      namespace == nil || $0.namespace == nil || $0.namespace == namespace
    }
    guard !applicable.isEmpty else { return "not read" }
    // A list for the namespace itself outranks the one for the whole cluster, which failed before it.
    if let namespace, let own = applicable.first(where: { $0.namespace == namespace }) {
      return own.unreadReason
    }
    return applicable.compactMap(\.unreadReason).first
  }
}

extension ClusterState {
  /// The same reading with some of its objects only.
  public func part(_ entries: [Entry]) -> ClusterState {
    ClusterState(cluster: cluster, entries: entries, coverage: coverage, enforcement: enforcement, ranges: ranges)
  }
}
