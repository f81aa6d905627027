internal import KubeModel
package import Reachability

/// What the owner sets for checks that ask for more than yes or no.
package struct Parameters: Sendable {
  /// A protocol that hides nothing, and its ports.
  package struct InsecureProtocol: Sendable {
    package let name: String
    package let ports: TrafficSet
  }

  /// The annotation of a policy or an entry point that names who answers for it.
  package private(set) var ownerAnnotation = "ambit.dev/owner"
  /// The annotation that says why it is needed.
  package private(set) var justificationAnnotation = "ambit.dev/justification"
  /// Addresses that count as the owner's own network, and so as not public.
  package private(set) var internalAddresses: [IPRange] = Parameters.privateUse
  /// NP-RULE-05: where cloud providers hand out credentials, and at which ports.
  package private(set) var metadataAddresses = ranges(["169.254.169.254", "fd00:ec2::254"])
  package private(set) var metadataPorts = TrafficSet(.tcp, 80...80)
  /// NP-RULE-08.
  package private(set) var insecureProtocols = Parameters.plainText
  /// NP-RULE-10: ports at nodes that pods have no business with, and API servers outside of the cluster.
  package private(set) var nodePorts = TrafficSet.union(of: [TrafficSet(.tcp, 10_250...10_250), TrafficSet(.tcp, 10_255...10_255), TrafficSet(.tcp, 6_443...6_443)])
  package private(set) var apiServerAddresses: [IPRange] = []
  package private(set) var apiServerPorts = TrafficSet.union(of: [TrafficSet(.tcp, 443...443), TrafficSet(.tcp, 6_443...6_443)])
  /// NP-RBAC-01: subjects that may write policies, `Group/NAME`, `User/NAME` or `ServiceAccount/NAMESPACE/NAME`.
  package private(set) var allowedPolicyWriters: Set<String> = []
  /// NP-RBAC-02.
  package private(set) var allowedEscalators: Set<String> = []
  /// NP-CHG-04: people, robots and accounts that change policies in the approved way.
  package private(set) var approvedActors: Set<String> = []
  /// NP-HIST-03: how long history is to be kept, in milliseconds.
  package private(set) var retention: Int64 = 365 * 86_400_000

  /// What holds where no register is recorded.
  package static let none = Parameters()

  private static func ranges(_ texts: [String]) -> [IPRange] { texts.compactMap { IPRange($0) } }

  /// What RFC 6890 and its like keep for networks of one's own, and what is nobody's on the Internet.
  private static let privateUse = ranges([
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "224.0.0.0/3", "::/3", "4000::/2", "8000::/1",
  ])

  private static let plainText: [InsecureProtocol] = [
    ("FTP", ["TCP/20-21"]), ("Telnet", ["TCP/23"]), ("TFTP", ["UDP/69"]), ("POP3", ["TCP/110"]), ("IMAP", ["TCP/143"]),
    ("SNMP", ["UDP/161-162"]), ("rexec, rlogin, rsh", ["TCP/512-514"]),
  ].map { name, ports in
    InsecureProtocol(name: name, ports: .union(of: ports.compactMap { TrafficSet(portText: $0) }))
  }
}

// MARK: Reading

extension Parameters {
  package static let registerName = "parameters"

  static let register = KnownRegister(
    registerName, kind: "Parameters", "what checks take for insecure, internal, justified or allowed", read: Parameters.read)

  /// What each check takes.
  private static let keys: [(check: String, keys: [String])] = [
    ("NP-CHG-04", ["approvedActors"]), ("NP-HIST-03", ["retain"]), ("NP-RBAC-01", ["allowedPolicyWriters"]), ("NP-RBAC-02", ["allowedEscalators"]), ("NP-RULE-05", ["addresses", "ports"]),
    ("NP-RULE-08", ["protocols"]), ("NP-RULE-10", ["nodePorts", "apiServers", "apiServerPorts"]),
  ]

  static func read(_ fields: inout FieldReader) -> Parameters? {
    let path: [PathStep] = [.key("spec")]
    let spec = fields.root["spec"] ?? .null
    fields.checkKeys(spec, at: path, allowed: ["annotations", "internalAddresses", "checks"])
    var parameters = Parameters()
    if let annotations = spec["annotations"] {
      let place = path + [.key("annotations")]
      fields.checkKeys(annotations, at: place, allowed: ["owner", "justification"])
      if let key = fields.optionalText(annotations, "owner", at: place) { parameters.ownerAnnotation = key }
      if let key = fields.optionalText(annotations, "justification", at: place) { parameters.justificationAnnotation = key }
    }
    // Beside those that are nobody's on the Internet.
    parameters.internalAddresses = IPRange.union(privateUse + fields.cidrs(spec, "internalAddresses", at: path))
    let checks = spec["checks"] ?? .map(Mapping())
    let place = path + [.key("checks")]
    fields.checkKeys(checks, at: place, allowed: keys.map(\.check))
    for (check, keys) in keys {
      guard let own = checks[check] else { continue }
      fields.checkKeys(own, at: place + [.key(check)], allowed: keys)
      parameters.take(own, of: check, at: place + [.key(check)], &fields)
    }
    return parameters
  }

  private mutating func take(_ own: Value, of check: String, at place: [PathStep], _ fields: inout FieldReader) {
    switch check {
    case "NP-RULE-05":
      if own["addresses"] != nil { metadataAddresses = fields.cidrs(own, "addresses", at: place) }
      if let ports = fields.ports(own, "ports", at: place) { metadataPorts = ports }
    case "NP-RULE-08": takeProtocols(own, at: place, &fields)
    case "NP-RULE-10":
      if let ports = fields.ports(own, "nodePorts", at: place) { nodePorts = ports }
      apiServerAddresses = fields.cidrs(own, "apiServers", at: place)
      if let ports = fields.ports(own, "apiServerPorts", at: place) { apiServerPorts = ports }
    case "NP-CHG-04": approvedActors = Set(fields.strings(own, "approvedActors", at: place))
    case "NP-HIST-03": if let length = fields.length(own, "retain", at: place) { retention = length }
    case "NP-RBAC-01": allowedPolicyWriters = Parameters.subjects(own, "allowedPolicyWriters", at: place, &fields)
    default: allowedEscalators = Parameters.subjects(own, "allowedEscalators", at: place, &fields)
    }
  }

  private mutating func takeProtocols(_ own: Value, at place: [PathStep], _ fields: inout FieldReader) {
    guard own["protocols"] != nil else { return }
    insecureProtocols = []
    for (index, entry) in fields.list(own, "protocols", at: place).enumerated() {
      let place = place + [.key("protocols"), .index(index)]
      fields.checkKeys(entry, at: place, allowed: ["name", "ports"], required: ["name", "ports"])
      let name = fields.text(entry, "name", at: place)
      if let ports = fields.ports(entry, "ports", at: place), !ports.isEmpty {
        insecureProtocols.append(InsecureProtocol(name: name, ports: ports))
      }
    }
  }

  private static func subjects(
    _ own: Value, _ key: String, at place: [PathStep], _ fields: inout FieldReader
  ) -> Set<String> {
    Set(
      fields.texts(own, key, at: place).compactMap { text, place in
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let isKnown = parts.count > 1 && (parts[0] == "ServiceAccount" ? parts.count == 3 : ["User", "Group"].contains(parts[0]))
        if !isKnown {
          fields.report(place, "'\(text)' is no subject; write User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME")
        }
        return isKnown ? text : nil
      })
  }

  package init?(recorded bytes: [UInt8]) {
    guard let content = KnownRegister.content(bytes, Parameters.read) else { return nil }
    self = content
  }
}
