internal import KubeModel

/// Finds the CNI that enforces policy, from its DaemonSet and its settings.
///
/// What cannot be read is said to be unknown: a policy that nothing enforces is no protection.
enum EnforcementDetector {
  /// Keys of ConfigMaps that decide about enforcement; nothing else of a ConfigMap is ever kept.
  static let settingKeys: [String: [String]] = [
    "cilium-config": ["enable-policy", "policy-audit-mode", "enable-k8s-networkpolicy"]
  ]

  /// The ConfigMap that tells how the CNI with one of these DaemonSets enforces, where there is one.
  static func settings(of daemonSets: some Sequence<DaemonSetName>) -> (namespace: String, name: String)? {
    daemonSets.first { ["cilium", "anetd"].contains($0.name) && namespaces.contains($0.namespace) }
      .map { ($0.namespace, "cilium-config") }
  }

  /// Whether a ConfigMap is one whose settings decide about enforcement.
  static func isSettings(_ object: KubeObject) -> Bool {
    object.kind == "ConfigMap" && object.group.isEmpty && settingKeys[object.name] != nil
      && namespaces.contains(object.namespace ?? "")
  }

  /// What of a ConfigMap's data decides about enforcement.
  static func settings(_ name: String, in data: Value?) -> [String: String] {
    var found: [String: String] = [:]
    for key in settingKeys[name] ?? [] {
      // Only texts are settings; anything else has to stay visible as what does not read.
      if let value = data?[key], !value.isNull { found[key] = value.string ?? "unreadable" }
    }
    if data?.map == nil { found["enable-policy"] = "unreadable" }
    return found
  }

  /// DaemonSets by name, and the CNI that each is part of.
  private static let daemonSets: [(name: String, cni: String)] = [
    ("cilium", "cilium"), ("anetd", "cilium"), ("calico-node", "calico"), ("canal", "calico"),
    ("antrea-agent", "antrea"), ("ovnkube-node", "ovn-kubernetes"), ("kube-router", "kube-router"),
    ("weave-net", "weave"), ("aws-node", "aws-vpc-cni"), ("azure-npm", "azure-npm"),
    ("kindnet", "kindnet"), ("kube-flannel-ds", "flannel"), ("kube-flannel", "flannel"),
  ]

  /// Namespaces that CNIs are installed in. Elsewhere a DaemonSet of that name is anybody's.
  private static let namespaces: Set<String> = [
    "kube-system", "calico-system", "cilium", "kube-flannel", "openshift-ovn-kubernetes", "ovn-kubernetes",
  ]

  /// CNIs that enforce NetworkPolicy wherever they run, with no setting that turns it off.
  private static let alwaysEnforcing: Set<String> = [
    "calico", "antrea", "ovn-kubernetes", "azure-npm",
  ]

  /// - Parameters:
  ///   - daemonSets: names and namespaces of the DaemonSets that were read; nil where they were not read.
  ///   - settings: the settings of `settingKeys` that were read; nil where none could be read.
  static func enforcement(
    daemonSets: [DaemonSetName]?, settings: [String: String]?
  ) -> ClusterState.Enforcement {
    guard let daemonSets else {
      return unknown("DaemonSets were not read, so the CNI was not seen")
    }
    var found = self.daemonSets.compactMap { candidate in
      daemonSets.first { $0.name == candidate.name && namespaces.contains($0.namespace) }
        .map { (cni: candidate.cni, place: $0) }
    }
    // Another CNI beside flannel is there to do what flannel does not.
    if found.contains(where: { $0.cni != "flannel" }) { found.removeAll { $0.cni == "flannel" } }
    guard let (cni, daemonSet) = found.first else {
      return unknown("no DaemonSet of a known CNI was found")
    }
    let cnis = Set(found.map(\.cni))
    guard cnis.count == 1 else {
      return unknown("several CNIs were found: \(cnis.sorted().joined(separator: ", "))")
    }
    let place = "DaemonSet \(daemonSet.namespace)/\(daemonSet.name)"
    guard daemonSet.isReady != false else { return unknown("\(place): none of its pods is ready", cni: cni) }
    func off(_ detail: String) -> ClusterState.Enforcement {
      ClusterState.Enforcement(basis: .read, isOn: false, cni: cni, detail: "\(place): \(detail)")
    }
    switch cni {
    case "flannel": return off("flannel does not enforce NetworkPolicy")
    case "cilium":
      guard let settings else {
        return unknown("\(place): ConfigMap cilium-config was not read", cni: cni)
      }
      switch (boolean(settings["policy-audit-mode"], else: false), boolean(settings["enable-k8s-networkpolicy"], else: true)) {
      case (nil, _), (_, nil): return unknown("\(place): a setting of ConfigMap cilium-config does not read", cni: cni)
      case (true?, _): return off("policy-audit-mode is on, nothing is enforced")
      case (_, false?): return off("enable-k8s-networkpolicy is false")
      case (false?, true?): break
      }
      switch settings["enable-policy"].map(word) ?? "default" {
      case "default", "always": break
      case "never": return off("enable-policy is never, nothing is enforced")
      default: return unknown("\(place): enable-policy of ConfigMap cilium-config does not read", cni: cni)
      }
      return ClusterState.Enforcement(
        basis: .read, cni: cni, detail: "\(place), settings of ConfigMap cilium-config")
    case _ where alwaysEnforcing.contains(cni):
      return ClusterState.Enforcement(basis: .read, cni: cni, detail: place)
    default:
      return unknown("\(place): whether policy is switched on is not read", cni: cni)
    }
  }

  /// A setting as the agent reads it, whatever its case and the blanks around it.
  private static func word(_ text: String) -> String {
    text.lowercased().filter { !$0.isWhitespace }
  }

  /// Nil where a text is no boolean.
  private static func boolean(_ text: String?, else absent: Bool) -> Bool? {
    guard let text else { return absent }
    return ["true": true, "t": true, "1": true, "false": false, "f": false, "0": false][word(text)]
  }

  private static func unknown(_ detail: String, cni: String? = nil) -> ClusterState.Enforcement {
    ClusterState.Enforcement(basis: .unknown, cni: cni, detail: detail)
  }
}
