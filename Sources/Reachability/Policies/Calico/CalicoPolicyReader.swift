import KubeModel

/// Reads a NetworkPolicy or a GlobalNetworkPolicy of Calico's.
struct CalicoPolicyReader {
  let cluster: CalicoCluster

  /// More rules than these no server takes.
  private static let mostRules = 1_024

  private static let fields: Set<String> = [
    "tier", "order", "ingress", "egress", "selector", "types", "serviceAccountSelector", "performanceHints",
  ]
  private static let globalFields: Set<String> = ["namespaceSelector", "doNotTrack", "preDNAT", "applyOnForward"]

  func read(_ entry: ClusterState.Entry, into set: inout PolicySet) {
    var reading = CalicoReading(entry)
    let spec =
      reading.mapping(
        entry.object.spec, "spec",
        fields: CalicoPolicyReader.fields.union(
          reading.identity.namespace == nil ? CalicoPolicyReader.globalFields : [])) ?? Mapping()
    let subjects = subjects(spec, &reading)
    let order = reading.order(spec["order"], "spec.order")
    let sections = sections(spec, isUnknown: subjects.isUnknown, &reading)
    let hostsOnly = hostsOnly(spec, &reading)
    let tier = tier(spec, &reading)
    if !reading.isRefused, hostsOnly == nil { noteHostEndpoints(subjects.selector, subjects.expression, &reading) }
    set.problems += reading.problems
    if let reason = hostsOnly ?? tier.missing { set.unenforced.append((reading.identity, reason)) }
    guard !reading.isRefused, hostsOnly == nil, let found = tier.found else { return }
    let identity = reading.identity
    set.policies.append(
      Policy(
        identity: identity, subjects: subjects.expression, tier: found,
        rank: Policy.Rank(
          order: order, tieBreak: "\(identity.name)/\(identity.namespace ?? "")/\(identity.kind)"),
        sections: tier.isKnown ? sections : sections.mapValues { _ in CalicoPolicyReader.unknownSection }))
  }

  /// What stands for a policy of which nobody can say whom or when it decides.
  private static let unknownSection = Policy.Section(
    isolates: true,
    rules: [PolicyRule(action: .unknown, peers: .everyone, traffic: .everything, path: "spec")])

  // MARK: Parts

  private struct Subjects {
    var selector: CalicoSelector.Node
    var expression: LabelExpression
    /// Whether something that is not recorded narrows them.
    var isUnknown: Bool
  }

  private func subjects(_ spec: Mapping, _ reading: inout CalicoReading) -> Subjects {
    var wanted: [CalicoSelector.Node] = []
    if let selector = reading.selector(spec["selector"], "spec.selector") { wanted.append(selector) }
    if let namespace = reading.identity.namespace {
      wanted.append(.equals(CalicoPods.namespace, namespace))
    } else if let selector = reading.selector(spec["namespaceSelector"], "spec.namespaceSelector") {
      wanted.append(selector.prefixed(CalicoPods.namespacePrefix, everyone: CalicoPods.namespace))
    }
    if let selector = reading.selector(spec["serviceAccountSelector"], "spec.serviceAccountSelector") {
      wanted.append(selector.prefixed(CalicoPods.serviceAccountPrefix, everyone: CalicoPods.serviceAccount))
    }
    let expressions = wanted.compactMap { $0.expression(cluster.pods.meaning) }
    let isUnknown = expressions.count < wanted.count
    if isUnknown {
      reading.report(.unknown, "spec", "selects pods by labels of service accounts, which are not recorded")
    }
    return Subjects(
      selector: .and(wanted.isEmpty ? [.all] : wanted), expression: LabelExpression.all(expressions).simplified,
      isUnknown: isUnknown)
  }

  /// `types`, or their default: egress where there are egress rules alone, and ingress else.
  private func directions(_ spec: Mapping, _ reading: inout CalicoReading) -> Set<Direction> {
    var directions: Set<Direction> = []
    for (index, type) in reading.texts(spec["types"], "spec.types").enumerated() {
      guard let direction = ["Ingress": Direction.ingress, "Egress": .egress][type] else {
        reading.refuse("spec.types[\(index)]", "'\(type)' is neither Ingress nor Egress")
        continue
      }
      if !directions.insert(direction).inserted { reading.refuse("spec.types[\(index)]", "stands there twice") }
    }
    guard directions.isEmpty else { return directions }
    let hasEgress = !(spec["egress"]?.list ?? []).isEmpty
    let hasIngress = !(spec["ingress"]?.list ?? []).isEmpty
    return !hasEgress ? [.ingress] : hasIngress ? [.ingress, .egress] : [.egress]
  }

  private func sections(
    _ spec: Mapping, isUnknown: Bool, _ reading: inout CalicoReading
  ) -> [Direction: Policy.Section] {
    let directions = directions(spec, &reading)
    var sections: [Direction: Policy.Section] = [:]
    for direction in Direction.allCases {
      let path = "spec.\(direction.rawValue)"
      let rules = reading.list(spec[direction.rawValue], path)
      if rules.count > CalicoPolicyReader.mostRules {
        reading.refuse(path, "has more than \(CalicoPolicyReader.mostRules) rules")
        continue
      }
      let reader = CalicoRuleReader(cluster: cluster, namespace: reading.identity.namespace, direction: direction)
      let read = rules.enumerated().compactMap { reader.rule($0.element, "\(path)[\($0.offset)]", &reading) }
      guard directions.contains(direction) else {
        if !rules.isEmpty { reading.report(.surprising, path, "not in force, since spec.types leaves it out") }
        continue
      }
      sections[direction] =
        isUnknown ? CalicoPolicyReader.unknownSection : Policy.Section(isolates: true, rules: read)
    }
    return sections
  }

  // MARK: Tiers

  /// The tier, or why there is none; not known where nobody saw which tiers there are.
  private func tier(
    _ spec: Mapping, _ reading: inout CalicoReading
  ) -> (found: Tier?, isKnown: Bool, missing: String?) {
    let stated = reading.text(spec["tier"], "spec.tier")
    let name = stated.isEmpty ? Tier.default.name : stated
    if let dot = reading.identity.name.firstIndex(of: ".") {
      let prefix = String(reading.identity.name[..<dot])
      if prefix != name, cluster.tiers[prefix] != nil {
        reading.report(
          .surprising, "metadata.name", "named for the tier '\(prefix)', but it stands in the tier '\(name)'")
      }
    }
    if let tier = cluster.tiers[name] { return (tier, true, nil) }
    if let reason = cluster.tiers.unread {
      reading.report(.unknown, "spec.tier", "the tier '\(name)' was not read: \(reason)")
      // It may stand before all others.
      return (Tier(name: name, order: -.infinity, end: .pass), false, nil)
    }
    reading.report(.refused, "spec.tier", "there is no tier '\(name)'")
    return (nil, true, "there is no tier '\(name)'")
  }

  // MARK: Host endpoints

  /// Why the policy does nothing to pods, where it acts on host endpoints alone.
  private func hostsOnly(_ spec: Mapping, _ reading: inout CalicoReading) -> String? {
    let untracked = reading.isTrue(spec["doNotTrack"], "spec.doNotTrack")
    let preDNAT = reading.isTrue(spec["preDNAT"], "spec.preDNAT")
    let isForward = reading.isTrue(spec["applyOnForward"], "spec.applyOnForward")
    guard untracked || preDNAT else { return nil }
    let path = untracked ? "spec.doNotTrack" : "spec.preDNAT"
    if untracked && preDNAT { reading.refuse(path, "excludes spec.preDNAT") }
    if !isForward { reading.refuse(path, "needs spec.applyOnForward") }
    if preDNAT, !(spec["egress"]?.list ?? []).isEmpty || spec["types"]?.strings?.contains("Egress") == true {
      reading.refuse("spec.preDNAT", "a policy before DNAT has no egress")
    }
    reading.report(.partIgnored, path, CalicoPolicyReader.hostsOnlyText)
    return CalicoPolicyReader.hostsOnlyText
  }

  private static let hostsOnlyText = "the policy acts on host endpoints alone, which are not evaluated"

  private func noteHostEndpoints(
    _ selector: CalicoSelector.Node, _ expression: LabelExpression, _ reading: inout CalicoReading
  ) {
    guard reading.identity.namespace == nil else { return }
    let selectsHosts = cluster.labelled(selector).contains { $0.isHost }
    if expression == .nothing || (selectsHosts && !cluster.pods.selectsAny(expression)) {
      reading.report(.partIgnored, "spec.selector", CalicoPolicyReader.hostsOnlyText)
    }
  }
}
