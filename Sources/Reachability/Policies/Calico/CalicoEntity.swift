import KubeModel

/// One end of a rule: whom it names, and at which ports.
struct CalicoEntity {
  /// All of these have to hold.
  private(set) var parts: [PeerTerm.Who] = []
  /// Whether something that is not recorded narrows it further.
  private(set) var isUnknown = false
  /// Families of the blocks that it states.
  private(set) var families: Set<IPRange.Family> = []
  private(set) var ports: [Value] = []
  private(set) var notPorts: [Value] = []
  /// The ports of a service, where the end is one.
  private(set) var service: (fixed: TrafficSet, named: [NamedPort])?
  private(set) var isService = false

  let path: String

  /// Whom it names, nil where it names everyone.
  var who: PeerTerm.Who? { parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .every(parts) }

  private static let fields: Set<String> = [
    "nets", "selector", "notSelector", "notNets", "ports", "notPorts", "namespaceSelector", "services",
    "serviceAccounts", "domains",
  ]

  /// - Parameter namespace: that of the policy; nil for a global one.
  init(
    _ value: Value?, _ path: String, namespace: String?, _ cluster: CalicoCluster, _ reading: inout CalicoReading
  ) {
    self.path = path
    guard let map = reading.mapping(value, path, fields: CalicoEntity.fields) else { return }
    readSelectors(map, namespace: namespace, cluster, &reading)
    let nets = reading.ranges(map["nets"], "\(path).nets", needPrefix: true)
    let notNets = reading.ranges(map["notNets"], "\(path).notNets", needPrefix: true)
    families = Set((nets + notNets).map(\.family))
    if !nets.isEmpty { parts.append(.addresses(IPRange.union(nets), reach: .everywhere)) }
    if !notNets.isEmpty { parts.append(.not(.addresses(IPRange.union(notNets), reach: .everywhere))) }
    let domains = reading.texts(map["domains"], "\(path).domains")
    if !domains.isEmpty { parts.append(.domains(domains)) }
    ports = reading.list(map["ports"], "\(path).ports")
    notPorts = reading.list(map["notPorts"], "\(path).notPorts")
    if let services = map["services"], !services.isNull {
      let others: Set = ["nets", "notNets", "selector", "notSelector", "namespaceSelector", "serviceAccounts"]
      if map.entries.contains(where: { others.contains($0.key) && !CalicoEntity.isEmpty($0.value) }) {
        reading.refuse("\(path).services", "stands beside nothing else that tells whom the rule means")
      }
      readService(services, namespace: namespace, cluster, &reading)
    }
  }

  private static func isEmpty(_ value: Value) -> Bool {
    value.isNull || value == "" || value == .list([])
  }

  // MARK: Selectors

  private mutating func readSelectors(
    _ map: Mapping, namespace: String?, _ cluster: CalicoCluster, _ reading: inout CalicoReading
  ) {
    let scope = reading.selector(map["namespaceSelector"], "\(path).namespaceSelector", mayBeGlobal: true)
    let selector = reading.selector(map["selector"], "\(path).selector")
    let notSelector = reading.selector(map["notSelector"], "\(path).notSelector")
    var wanted = serviceAccounts(map["serviceAccounts"], &reading)
    if let selector { wanted.append(selector) }
    // As soon as any selector is stated, a namespaced policy means its own namespace by it.
    if let scope {
      wanted.insert(scope.prefixed(CalicoPods.namespacePrefix, everyone: CalicoPods.namespace), at: 0)
    } else if let namespace, !wanted.isEmpty || notSelector != nil {
      wanted.insert(.equals(CalicoPods.namespace, namespace), at: 0)
    }
    let bound = scope == nil ? namespace : nil
    if !wanted.isEmpty {
      let known = wanted.filter { $0.expression(cluster.pods.meaning) != nil }
      if known.count < wanted.count { note(&reading) }
      if !known.isEmpty, let who = cluster.who(known.count == 1 ? known[0] : .and(known), boundTo: bound) {
        parts.append(who)
      }
    }
    if let notSelector {
      if let who = cluster.who(notSelector, boundTo: nil) { parts.append(.not(who)) } else { note(&reading) }
    }
  }

  private mutating func note(_ reading: inout CalicoReading) {
    isUnknown = true
    reading.report(.unknown, path, "selects by labels of service accounts, which are not recorded")
  }

  private func serviceAccounts(_ value: Value?, _ reading: inout CalicoReading) -> [CalicoSelector.Node] {
    let path = "\(path).serviceAccounts"
    guard let map = reading.mapping(value, path, fields: ["names", "selector"]) else { return [] }
    var wanted: [CalicoSelector.Node] = []
    if let selector = reading.selector(map["selector"], "\(path).selector") {
      wanted.append(selector.prefixed(CalicoPods.serviceAccountPrefix, everyone: nil))
    }
    let names = reading.texts(map["names"], "\(path).names")
    if !names.isEmpty { wanted.append(.isIn(CalicoPods.serviceAccount, names)) }
    return wanted
  }

  // MARK: Services

  private mutating func readService(
    _ value: Value, namespace: String?, _ cluster: CalicoCluster, _ reading: inout CalicoReading
  ) {
    isService = true
    let path = "\(path).services"
    guard let map = reading.mapping(value, path, fields: ["name", "namespace"]) else { return }
    let name = reading.text(map["name"], "\(path).name")
    let given = reading.text(map["namespace"], "\(path).namespace")
    if name.isEmpty { reading.refuse("\(path).name", "a service needs its name") }
    if given.isEmpty, namespace == nil { reading.refuse("\(path).namespace", "a global policy has to name it") }
    let place = given.isEmpty ? namespace ?? "" : given
    guard let object = cluster.services["\(place)/\(name)"] else {
      let type = ResourceCatalog.type(group: "", kind: "Service")
      if let reason = type.flatMap({ cluster.state.unreadReason($0, namespace: place) }) {
        parts.append(.unresolved("the Service \(place)/\(name): \(reason)"))
      } else {
        parts.append(.either([]))
        service = (.none, [])
        reading.report(.surprising, path, "there is no Service \(place)/\(name), so the rule matches nothing")
      }
      return
    }
    service = CalicoEntity.ports(of: object)
    if object.spec?["type"]?.string == "ExternalName" {
      parts.append(.either([]))
    } else if let labels = object.spec?["selector"]?.stringMap, !labels.isEmpty {
      let wanted = labels.sorted { $0.key < $1.key }.map { LabelExpression.is(.pod($0.key), $0.value) }
      parts.append(.pods(.all([.is(.namespaceName, place)] + wanted)))
    } else {
      parts.append(.unresolved("the endpoints of the Service \(place)/\(name), which has no selector"))
    }
  }

  /// The ports at which a service's endpoints listen.
  private static func ports(of service: KubeObject) -> (TrafficSet, [NamedPort]) {
    var fixed = TrafficSet.none
    var named: [NamedPort] = []
    for port in service.spec?["ports"]?.list ?? [] {
      guard let transport = TrafficSet.Transport(port["protocol"]?.string ?? "TCP") else { continue }
      // The API server states the target where nobody did; files often leave it out.
      let target = port["targetPort"].flatMap { $0.isNull ? nil : $0 } ?? port["port"]
      if let number = target?.int.flatMap({ UInt16(exactly: $0) }), number > 0 {
        fixed = fixed.union(TrafficSet(transport, number...number))
      } else if let name = target?.string {
        named.append(NamedPort(name, transport))
      }
    }
    return (fixed, named)
  }
}
