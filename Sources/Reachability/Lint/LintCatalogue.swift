/// What each code means and what to do about it; `docs/lint.md` is printed from here.
extension LintCode {
  /// The severity of most findings; some facts make a finding weigh less or more.
  package var severity: LintSeverity { text.severity }
  package var title: String { text.title }
  package var meaning: String { text.meaning }
  package var remedy: String { text.remedy }

  private struct Text {
    let severity: LintSeverity
    let title: String
    let meaning: String
    let remedy: String
  }

  private var text: Text {
    switch self {
    case .selectsNothing:
      Text(
        severity: .warning, title: "The policy selects no pod",
        meaning: "No workload of the cluster has what the policy's selector asks for, so that it protects and permits nothing. An info where the policy speaks of whole namespaces that are empty.",
        remedy: "Correct the selector, or delete the policy.")
    case .peerSelectsNothing:
      Text(
        severity: .warning, title: "A peer selects nothing",
        meaning: "No workload, or no address, is what this peer of a rule describes: the rule permits, or denies, less than it seems to.",
        remedy: "Correct the peer's selectors, or delete the peer.")
    case .redundantRule:
      Text(
        severity: .warning, title: "The rule is redundant",
        meaning: "For every pod that the policy applies to, other rules match all that this rule matches, and do the same to it. Rules that apply in some cases only count for nothing. Of rules that match the same, the last is named: all that is found can be deleted together.",
        remedy: "Delete the rule, or narrow the rules that cover it.")
    case .redundantPolicy:
      Text(
        severity: .warning, title: "The policy is redundant",
        meaning: "Each of its rules is redundant or shadowed by other policies' rules, and another policy, whose selector asks for no more, isolates in the same directions. Of policies that are alike, the last is named.",
        remedy: "Delete the policy, or narrow what covers it.")
    case .shadowedRule:
      Text(
        severity: .warning, title: "The rule is shadowed",
        meaning: "Rules that are asked before decide everything that this one matches, for every pod that the policy applies to: it never decides anything.",
        remedy: "Move the rule before what shadows it, or delete it.")
    case .unreachableNamedPort:
      Text(
        severity: .warning, title: "No destination has the named port",
        meaning: "A rule names a port, and no pod at the destination has a container port of that name and protocol: the name matches nothing.",
        remedy: "Name a port that the destination's containers declare, or give its number.")
    case .blockCoversCluster:
      Text(
        severity: .warning, title: "An address block covers the cluster's own addresses",
        meaning: "The block holds addresses of pods, services or nodes. Whether pods are meant by it differs from CNI to CNI, and policy never sees the address of a Service, but those of its pods. It is an info where the semantics mean no pods by the block, unless it is less than a whole family and holds addresses of Services.",
        remedy: "Cut the ranges out with an exception, and select pods by their labels.")
    case .directionNotNamed:
      Text(
        severity: .warning, title: "policyTypes does not say what the rules do",
        meaning: "Rules stand for a direction that policyTypes does not name, which takes their effect away; or policyTypes is left out where egress is spoken of, which isolates for ingress too, and not for egress where its list is empty.",
        remedy: "State policyTypes with every direction that the policy is about, and no other.")
    case .allowsEverything:
      Text(
        severity: .warning, title: "The rule allows everyone on every port",
        meaning: "The rule has a limit neither on peers nor on ports, and so undoes the isolation of the pods that it applies to.",
        remedy: "Name the peers and the ports that are needed.")
    case .egressWithoutDNS:
      Text(
        severity: .warning, title: "Egress is isolated without DNS",
        meaning: "Pods may open connections, and none to port 53 of anyone, nor to the port of the cluster's DNS pods: names do not resolve. An info where they may open none at all.",
        remedy: "Allow egress to the DNS pods (namespace kube-system, k8s-app: kube-dns) on port 53 of UDP and TCP.")
    case .notEnforced:
      Text(
        severity: .error, title: "Nothing enforces the policy",
        meaning: "The CNI of the cluster does not know policies of this kind, or enforces none.",
        remedy: "Write the policy in a kind that the CNI enforces, or install what enforces it.")
    case .notInForceAsWritten:
      Text(
        severity: .error, title: "The policy is not in force as written",
        meaning: "The API server refuses the policy; or it drops a field, or nobody can say what the policy does, which are warnings.",
        remedy: "Correct the field; `kubectl apply --dry-run=server --validate=strict` tells what a server thinks of it.")
    case .undecidedOrder:
      Text(
        severity: .warning, title: "Two policies of one rank decide differently",
        meaning: "The policies have the same priority, apply to the same pods and do different things to the same traffic; the API leaves open which of them counts.",
        remedy: "Give them different priorities.")
    case .contradiction:
      Text(
        severity: .error, title: "A selector contradicts itself",
        meaning: "What the selector asks for can be true of no labels at all, whatever the cluster holds.",
        remedy: "Correct the selector's requirements.")
    case .surprising:
      Text(
        severity: .warning, title: "The policy works otherwise than it reads",
        meaning: "A part of the policy is in force, with an effect that differs from what its words suggest, or from server to server.",
        remedy: "Write the part so that it reads as it works.")
    }
  }
}
