import EngineCourt
import KubeModel
import ReferenceEvaluator
import Testing

/// What a change of a cluster's policies must do to the engine's answers, whatever they are.
@Suite struct MetamorphicTests {
  typealias Kind = RandomCluster.PolicyKind

  private static let addresses = ["198.51.100.7", "2001:db8::7"]
  private static let seeds = UInt64(1)...UInt64(24)

  /// The engine's answers about the endpoints of the first objects, after a change of these.
  private struct Answers {
    let before: [Reference.Packet: Reference.Answer]
    let after: [Reference.Packet: Reference.Answer]

    /// - Parameter end: the name after the change of an end.
    init?(
      _ objects: [KubeObject], _ changed: [KubeObject], _ semantics: Reference.Semantics,
      end: (Reference.End) -> Reference.End = { $0 }
    ) {
      let options = Reference.Options(semantics, self: .policy)
      let (old, new) = (EngineCourt(objects, options), EngineCourt(changed, options))
      guard !old.isUndecidable, !new.isUndecidable else { return nil }
      let packets = Reference(objects, options: options).packets(addresses: MetamorphicTests.addresses, ports: [53, 80, 8080])
      var (before, after) = ([Reference.Packet: Reference.Answer](), [Reference.Packet: Reference.Answer]())
      for packet in packets {
        let renamed = Reference.Packet(
          from: end(packet.source), to: end(packet.destination), packet.protocol, packet.port)
        guard let left = old.answer(packet), let right = new.answer(renamed) else { continue }
        before[packet] = left
        after[packet] = right
      }
      guard !before.isEmpty else { return nil }
      self.before = before
      self.after = after
    }

    /// The packets for which something does not hold.
    func violations(_ holds: (_ before: Verdict, _ after: Verdict) -> Bool) -> [Reference.Packet] {
      before.filter { packet, answer in after[packet].map { !holds(answer.combined, $0.combined) } ?? true }.map(\.key)
    }
  }

  private func objects(_ seed: UInt64, _ kinds: Set<Kind>) -> [KubeObject] {
    EngineCourt.recorded(RandomCluster(seed: seed, kinds: kinds).objects)
  }

  private func changing(_ object: KubeObject, _ field: String, _ change: (Mapping) -> Mapping) -> KubeObject {
    guard var root = object.value.map, let map = root[field]?.map else { return object }
    root[field] = .map(change(map))
    return KubeObject(.map(root))
  }

  static let kindsBySemantics: [(semantics: Reference.Semantics, kinds: Set<Kind>)] = [
    (.kubernetes, [.networkPolicy, .adminNetworkPolicy, .clusterNetworkPolicy]),
    (.cilium, [.networkPolicy, .cilium, .clusterNetworkPolicy]), (.calico, [.networkPolicy, .calico, .adminNetworkPolicy]),
    (.ovn, [.networkPolicy, .adminNetworkPolicy]),
  ]

  static let unordered: [(semantics: Reference.Semantics, kinds: Set<Kind>)] = [
    (.kubernetes, [.networkPolicy]), (.calico, [.networkPolicy]), (.cilium, [.networkPolicy, .cilium]),
  ]

  // MARK: Names

  /// Pods and policies get other names, whose order is the same; what others refer to by name keeps its own.
  @Test(arguments: MetamorphicTests.kindsBySemantics) func `names decide nothing`(_ given: (semantics: Reference.Semantics, kinds: Set<Kind>)) {
    let kept: Set<String> = [
      "Node", "Namespace", "Service", "Tier", "CiliumCIDRGroup", "BaselineAdminNetworkPolicy",
    ]
    func renamed(_ name: String) -> String {
      // Calico's names begin with their tier.
      guard let dot = name.firstIndex(of: ".") else { return "x-\(name)" }
      return "\(name[...dot])x-\(name[name.index(after: dot)...])"
    }
    var tried = 0
    for seed in MetamorphicTests.seeds {
      let objects = objects(seed, given.kinds)
      let changed = objects.map { object in
        kept.contains(object.kind) ? object : changing(object, "metadata") { metadata in
          var metadata = metadata
          metadata["name"] = .string(renamed(object.name))
          return metadata
        }
      }
      let answers = Answers(objects, changed, given.semantics) { end in
        guard case .endpoint(let id) = end, let slash = id.lastIndex(of: "/") else { return end }
        return .endpoint("\(id[...slash])\(renamed(String(id[id.index(after: slash)...])))")
      }
      guard let answers else { continue }
      tried += 1
      #expect(answers.before == answers.after, "seed \(seed)")
    }
    #expect(tried > 10)
  }

  // MARK: Rules

  /// In a direction that the policy isolates already.
  @Test(arguments: Reference.Semantics.allCases)
  func `one more rule of a NetworkPolicy closes nothing`(_ semantics: Reference.Semantics) {
    let rules: [(ingress: Value, egress: Value)] = [
      ([:], [:]), (["ports": [["port": 80]]], ["ports": [["port": 80]]]),
      (["from": [["podSelector": [:]]]], ["to": [["namespaceSelector": [:]]]]),
    ]
    for seed in MetamorphicTests.seeds {
      let objects = objects(seed, [.networkPolicy, .clusterNetworkPolicy])
      let rule = rules[Int(seed % 3)]
      let changed = objects.map { object in
        guard object.kind == "NetworkPolicy" else { return object }
        return changing(object, "spec") { spec in
          var spec = spec
          for (key, added) in [("ingress", rule.ingress), ("egress", rule.egress)] {
            if let list = spec[key]?.list, !list.isEmpty { spec[key] = .list(list + [added]) }
          }
          return spec
        }
      }
      let violations = Answers(objects, changed, semantics)?.violations { $0 != .allowed || $1 == .allowed }
      #expect(violations?.isEmpty ?? true, "seed \(seed): \(violations?.first.map { "\($0)" } ?? "")")
    }
  }

  /// A rule that denies, in front of all others of its policy.
  @Test(arguments: MetamorphicTests.kindsBySemantics)
  func `one more denial opens nothing`(_ given: (semantics: Reference.Semantics, kinds: Set<Kind>)) {
    for seed in MetamorphicTests.seeds {
      let objects = objects(seed, given.kinds)
      let changed = objects.map { object in
        changing(object, "spec") { spec in
          var spec = spec
          for (key, word) in [("ingress", "from"), ("egress", "to")] {
            guard let list = spec[key]?.list, !list.isEmpty else { continue }
            switch object.kind {
            case "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy":
              spec[key] = .list([.map(Mapping([("action", "Deny"), (word, [["namespaces": [:]]])]))] + list)
            case "NetworkPolicy" where object.group == "projectcalico.org", "GlobalNetworkPolicy":
              spec[key] = .list([["action": "Deny", "protocol": "TCP"]] + list)
            case "CiliumNetworkPolicy":
              spec["\(key)Deny"] = .list((spec["\(key)Deny"]?.list ?? []) + [.map(Mapping([("\(word)Entities", ["cluster"])]))])
            default: break
            }
          }
          return spec
        }
      }
      let violations = Answers(objects, changed, given.semantics)?.violations { before, after in
        (after != .allowed || before == .allowed) && (before != .denied || after == .denied)
      }
      #expect(violations?.isEmpty ?? true, "seed \(seed): \(violations?.first.map { "\($0)" } ?? "")")
    }
  }

  /// Of kinds whose rules have no order: the first rule of each list in one policy, the rest in another.
  @Test(arguments: MetamorphicTests.unordered)
  func `rules spread over two policies mean the same`(_ given: (semantics: Reference.Semantics, kinds: Set<Kind>)) {
    var tried = 0
    for seed in MetamorphicTests.seeds {
      let objects = objects(seed, given.kinds)
      let changed = objects.flatMap { object -> [KubeObject] in
        let lists = ["ingress", "egress", "ingressDeny", "egressDeny"].filter { object.spec?[$0]?.list?.isEmpty == false }
        guard ["NetworkPolicy", "CiliumNetworkPolicy"].contains(object.kind),
          lists.contains(where: { object.spec?[$0]?.list?.count ?? 0 > 1 })
        else { return [object] }
        tried += 1
        func part(_ rest: Bool) -> KubeObject {
          let half = changing(object, "spec") { spec in
            var spec = spec
            for key in lists {
              guard let list = spec[key]?.list else { continue }
              // A list of one stands in both, so that each isolates what the whole does.
              if list.count > 1 { spec[key] = .list(Array(rest ? list.dropFirst() : list.prefix(1))) }
            }
            return spec
          }
          return changing(half, "metadata") { metadata in
            var metadata = metadata
            metadata["name"] = .string(object.name + (rest ? "-rest" : "-first"))
            return metadata
          }
        }
        return [part(false), part(true)]
      }
      guard let answers = Answers(objects, changed, given.semantics) else { continue }
      #expect(answers.before == answers.after, "seed \(seed)")
    }
    #expect(tried > 5)
  }
}
