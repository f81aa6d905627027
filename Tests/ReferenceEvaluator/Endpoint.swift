import KubeModel

/// What may send and receive packets: a pod, or the pods that a workload's template makes.
package struct Endpoint: Sendable, Hashable {
  struct Port: Sendable, Hashable {
    let name: String
    let number: Int
    let `protocol`: TransportProtocol
  }

  /// `shop/Pod/web`, `shop/Deployment/api`.
  package let id: String
  package let kind: String
  package let namespace: String
  package let name: String
  let labels: [String: String]
  let serviceAccount: String
  let node: String?
  /// Where a pod's status tells them; a template has none.
  package let addresses: [Address]
  let hostAddresses: [Address]
  package let isHostNetwork: Bool
  let ports: [Port]

  /// Reads a pod. One that has finished is none: it has neither address nor traffic.
  init?(pod object: KubeObject) {
    let status = object.value["status"]
    if ["Succeeded", "Failed"].contains(status?["phase"]?.string) { return nil }
    let listed = (status?["podIPs"]?.list ?? []).compactMap { $0["ip"]?.string }
    let addresses = (listed.isEmpty ? [status?["podIP"]?.string].compactMap(\.self) : listed).compactMap(Address.init)
    let hosts = (status?["hostIPs"]?.list ?? []).compactMap { $0["ip"]?.string }
    let host = [status?["hostIP"]?.string].compactMap(\.self)
    self.init(
      object, labels: object.labels, spec: object.spec, addresses: addresses,
      hostAddresses: (host + hosts).compactMap(Address.init))
  }

  /// Reads the template of a workload; nil where there is none.
  init?(workload object: KubeObject) {
    let holder = object.kind == "CronJob" ? object.value[["spec", "jobTemplate"]] : object.value
    guard let template = holder?[["spec", "template"]] else { return nil }
    self.init(
      object, labels: template[["metadata", "labels"]]?.stringMap ?? [:], spec: template["spec"],
      addresses: [], hostAddresses: [])
  }

  private init(
    _ object: KubeObject, labels: [String: String], spec: Value?, addresses: [Address], hostAddresses: [Address]
  ) {
    kind = object.kind
    namespace = object.namespace ?? "default"
    name = object.name
    id = "\(namespace)/\(kind)/\(name)"
    self.labels = labels
    serviceAccount = spec?["serviceAccountName"]?.string ?? spec?["serviceAccount"]?.string ?? "default"
    node = spec?["nodeName"]?.string
    isHostNetwork = spec?["hostNetwork"]?.bool ?? false
    self.addresses = addresses.isEmpty && isHostNetwork ? hostAddresses : addresses
    self.hostAddresses = hostAddresses
    let containers = spec?["containers"]?.list ?? []
    let sidecars = (spec?["initContainers"]?.list ?? []).filter { $0["restartPolicy"]?.string == "Always" }
    ports =
      containers.flatMap { Endpoint.ports(of: $0) }
      + sidecars.flatMap { Endpoint.ports(of: $0) }
  }

  private static func ports(of container: Value) -> [Port] {
    (container["ports"]?.list ?? []).compactMap { port in
      guard let name = port["name"]?.string, let number = port["containerPort"]?.int,
        let `protocol` = TransportProtocol(rawValue: port["protocol"]?.string ?? "TCP")
      else { return nil }
      return Port(name: name, number: Int(number), protocol: `protocol`)
    }
  }

  /// Whether a port of this name is the one that a packet goes to.
  func hasPort(named name: String, _ protocol: TransportProtocol, _ number: Int) -> Match {
    Match(ports.contains { $0.name == name && $0.protocol == `protocol` && $0.number == number })
  }
}

package enum TransportProtocol: String, Sendable, Hashable, CaseIterable {
  case tcp = "TCP"
  case udp = "UDP"
  case sctp = "SCTP"

  /// The number in an IP header.
  var number: Int64 {
    switch self {
    case .tcp: 6
    case .udp: 17
    case .sctp: 132
    }
  }
}

package enum Direction: String, Sendable, Hashable, CaseIterable {
  case ingress = "Ingress"
  case egress = "Egress"
}
