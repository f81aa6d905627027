internal import KubeModel

/// Peers that are no pods by their labels: addresses, nodes, names and services.
extension CiliumReader {
  // MARK: Addresses

  /// An entry of a CIDR set. Rules on addresses speak of no pod and no node that Cilium knows.
  mutating func addressSet(_ item: Value, _ path: String) -> [CiliumPeer] {
    let forms = ["cidr", "cidrGroupRef", "cidrGroupSelector"]
    expectKeys(item, forms + ["except"], path)
    let present = forms.filter { !(item[$0] ?? .null).isNull }
    guard present.count == 1, let form = present.first, let value = item[form] else {
      note(path, "needs one of \(forms.joined(separator: ", "))")
      return []
    }
    var holes: [IPRange] = []
    for (index, except) in (list(item["except"], "\(path).except") ?? []).enumerated() {
      if let hole = block(except, needsMask: true, "\(path).except[\(index)]") { holes.append(hole) }
    }
    guard form == "cidr" else {
      guard let ranges = addressGroup(value, form, "\(path).\(form)") else {
        return [CiliumPeer(.unresolved("addresses of a CiliumCIDRGroup that was not read"), path)]
      }
      return [CiliumPeer(.addresses(IPRange.subtract(holes, from: ranges), reach: .outside), path)]
    }
    guard let range = block(value, needsMask: true, "\(path).cidr") else { return [] }
    for (index, hole) in holes.enumerated() where !range.contains(hole) {
      note("\(path).except[\(index)]", "does not lie inside of the cidr")
    }
    return [CiliumPeer(.addresses(range.subtracting(holes), reach: .outside), path)]
  }

  /// The addresses of the groups that a name or a selector means; nil where groups were not read.
  private mutating func addressGroup(_ value: Value, _ form: String, _ path: String) -> [IPRange]? {
    let isMeant: (KubeObject) -> Bool
    if form == "cidrGroupRef" {
      guard let name = value.string, !name.isEmpty else {
        note(path, "is no name")
        return []
      }
      isMeant = { $0.name == name }
    } else {
      guard let selector = plainSelector(value, path) else { return [] }
      isMeant = { selector.matches($0.labels) }
    }
    guard let groups = surroundings.addressGroups else { return nil }
    let meant = groups.filter(isMeant)
    if meant.isEmpty { note(path, "means no CiliumCIDRGroup that exists, and so no address", .surprising) }
    var ranges: [IPRange] = []
    for group in meant {
      for (index, block) in (group.spec?["externalCIDRs"]?.list ?? []).enumerated() {
        if let range = block.string.flatMap({ IPRange($0) }) {
          ranges.append(range)
        } else {
          note(
            path,
            "means the CiliumCIDRGroup '\(HiddenText.escaped(group.name))', whose spec.externalCIDRs[\(index)]"
              + " is no CIDR block", .partIgnored)
        }
      }
    }
    return ranges
  }

  /// A selector whose keys may name a source, which says nothing for objects that have labels of one only.
  mutating func plainSelector(_ value: Value, _ path: String) -> LabelSelector? {
    // Read once as it stands, for what is wrong with it.
    selector(value, path) == nil ? nil : withoutSources(value)
  }

  /// A selector with the sources of its keys left out.
  func withoutSources(_ value: Value) -> LabelSelector? {
    let labels = (value["matchLabels"]?.map?.entries ?? []).map { (CiliumSelector.split($0.key).1, $0.value) }
    let expressions = (value["matchExpressions"]?.list ?? []).map { expression -> Value in
      var map = expression.map ?? Mapping()
      map["key"] = map["key"]?.string.map { .string(CiliumSelector.split($0).1) }
      return .map(map)
    }
    return LabelSelector(["matchLabels": .map(Mapping(labels)), "matchExpressions": .list(expressions)])
  }

  // MARK: Nodes and names

  mutating func nodes(_ item: Value, _ path: String) -> [CiliumPeer] {
    guard let selector = plainSelector(item, path) else { return [] }
    return [CiliumPeer(.nodes(selector), path, if: .nodeSelectors)]
  }

  mutating func domain(_ item: Value, _ path: String) -> [CiliumPeer] {
    expectKeys(item, ["matchName", "matchPattern"], path)
    let names = ["matchName", "matchPattern"].compactMap { item[$0]?.string }.filter { !$0.isEmpty }
    guard names.count == 1, let name = names.first else {
      note(path, "needs one of matchName, matchPattern")
      return []
    }
    let isPattern = !(item["matchPattern"]?.string ?? "").isEmpty
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
      case UInt8(ascii: "*"): isPattern
      default: false
      }
    }
    if !isName { note(path, "has '\(HiddenText.escaped(name))', which is no domain name") }
    let plain = name.lowercased()
    return [CiliumPeer(.domains([plain.hasSuffix(".") ? String(plain.dropLast()) : plain]), path, if: .domainName)]
  }

  // MARK: Services

  /// The pods behind services; addresses where a service has no selector.
  mutating func service(_ item: Value, _ path: String) -> [CiliumPeer] {
    let forms = ["k8sService", "k8sServiceSelector"]
    expectKeys(item, forms, path)
    let present = forms.filter { !(item[$0] ?? .null).isNull }
    if present.isEmpty { note(path, "needs one of \(forms.joined(separator: ", "))") }
    var tests: [(KubeObject) -> Bool] = []
    for form in present {
      guard let value = item[form] else { continue }
      let isSelector = form == "k8sServiceSelector"
      expectKeys(value, [isSelector ? "selector" : "serviceName", "namespace"], "\(path).\(form)")
      // Without a namespace, services of every namespace are meant.
      let place = value["namespace"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      if isSelector {
        guard let selector = plainSelector(value["selector"] ?? .null, "\(path).\(form).selector") else { return [] }
        tests.append { (place == nil || $0.namespace == place) && selector.matches($0.labels) }
      } else {
        let name = value["serviceName"]?.string ?? ""
        tests.append { (place == nil || $0.namespace == place) && $0.name == name }
      }
    }
    guard let services = surroundings.services else {
      return [CiliumPeer(.unresolved("services, which were not read"), path)]
    }
    let meant = services.filter { service in tests.contains { $0(service) } }
    if meant.isEmpty { note(path, "means no service that exists, and so nobody", .surprising) }
    return meant.map { service in
      let place = service.namespace ?? "default"
      guard let labels = service.spec?["selector"]?.map, !labels.isEmpty else {
        let title = HiddenText.escaped("\(place)/\(service.name)")
        return CiliumPeer(.unresolved("addresses behind the service \(title), which has no selector"), path)
      }
      let parts = labels.entries.map { LabelExpression.is(.pod($0.key), $0.value.string ?? "") }
      return CiliumPeer(.pods(.all(of: [.is(.namespaceName, place)] + parts)), path, if: .selectingServices)
    }
  }
}
