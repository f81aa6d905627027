import KubeModel
import Reachability
import Registers

extension Check {
  /// A peer that is a whole namespace, or all of them, lets in whatever is deployed there next. Passes where the policy's
  /// annotation says why it is needed.
  static let wholeNamespacePeers = ofPolicies(
    "NP-RULE-06", "Whole-namespace and all-namespace peers are reviewed",
    reason: "A peer that is a whole namespace lets in whatever is deployed there next.",
    remedy: "Select the pods that need it, or say in an annotation why all of them do.", whenNone: "no policy allows anything"
  ) { scope in
    scope.answer(where: \.hasPermissions) { standing, permissions, answer in
      let wide = permissions.filter(\.isForWholeNamespaces)
      scope.judge(standing, wide, [scope.rulings.parameters.justificationAnnotation], &answer) { rule in
        "allows \(rule.direction.rawValue) \(rule.direction.preposition) \(rule.everyone ?? "whole namespaces") without a justification"
      }
    }
  }

  /// Every policy that allows something names who answers for it, and why it is needed, in its annotations.
  static let ownedPorts = ofPolicies(
    "NP-RULE-07", "Each allowed port has an owner and a justification",
    reason: "What nobody answers for, nobody takes back when it is not needed any more.",
    remedy: "Annotate the policy with its owner and the reason for what it allows.", whenNone: "no policy allows anything"
  ) { scope in
    let parameters = scope.rulings.parameters
    return scope.answer(where: \.hasPermissions) { standing, permissions, answer in
      let keys = [parameters.ownerAnnotation, parameters.justificationAnnotation]
      let missing = scope.missing(keys, of: standing.identity)
      scope.judge(standing, permissions, missing, &answer) { rule in
        "allows \(rule.direction.rawValue) on \(rule.portText) without the annotations \(missing.joined(separator: ", "))"
      }
    }
  }

  /// A rule that names ports of protocols that hide nothing, or opens such a port that a workload declares; and workloads
  /// with such ports that nothing isolates.
  static let insecurePorts = Check(
    id: "NP-RULE-08", title: "Ports of insecure protocols are not open",
    reason: "What goes over Telnet, FTP and their like can be read and changed on the way.",
    remedy: "Use the protected protocol in its place, and remove the port from the rule.",
    population: "policies and workloads", whenNone: "there are no policies and no workloads",
    .both(
      { context in
        var answer = insecureRules(context.policies)
        for workload in context.workloads { insecurePorts(workload, context, &answer) }
        return answer
      }, .shared
    ) { insecureRules($0.clusterPolicies) })

  private static func insecureRules(_ scope: PolicyScope) -> CheckAnswer {
    scope.answer(where: \.hasPermissions) { standing, permissions, answer in
      let subject = scope.subject(standing.identity)
      var isOpen = false
      for rule in permissions {
        // A rule for every port names none: it opens those that are there.
        let ports = rule.isEveryPort ? rule.direction == .ingress ? rule.declared : .none : rule.traffic
        for insecure in scope.rulings.parameters.insecureProtocols where !insecure.ports.intersection(ports).isEmpty {
          isOpen = true
          answer.findings.append(
            .init(
              subject: subject,
              message: "allows \(rule.direction.rawValue) on \(insecure.ports.intersection(ports).connectionText) (\(insecure.name))",
              storePath: standing.identity.path, yamlPath: rule.path,
              remedy: "Use a protected protocol in the place of \(insecure.name), and remove its ports from '\(rule.path)'."))
        }
      }
      answer.add(subject, isOpen ? .fail : .pass, isOpen ? "allows insecure protocols" : "")
    }
  }

  private static func insecurePorts(_ workload: Workload, _ context: NamespaceContext, _ answer: inout CheckAnswer) {
    let subject = context.subject(workload)
    let declared = context.isolation.declared(.workload(workload.title))
    let found = context.rulings.parameters.insecureProtocols.filter { !$0.ports.intersection(declared).isEmpty }
    guard !found.isEmpty else { return answer.add(subject, .pass) }
    let verdicts = context.isolation.verdicts(.workload(workload.title), .ingress)
    for case .unknown(let reason) in verdicts { return answer.add(subject, .notEvaluated, reason) }
    guard verdicts.contains(.notIsolated) else { return answer.add(subject, .pass, "rules decide who reaches them") }
    for insecure in found {
      answer.findings.append(
        .init(
          subject: subject, message: "anyone reaches \(insecure.ports.intersection(declared).connectionText) (\(insecure.name))",
          storePath: context.path(of: workload), yamlPath: "spec.pods",
          remedy: "Use a protected protocol in the place of \(insecure.name), and deny ingress by default.",
          remedyYAML: Remedies.defaultDeny(context.name, [.ingress])))
    }
    answer.add(subject, .fail, "anyone reaches insecure protocols")
  }
}

extension PolicyScope {
  /// One finding for each rule of a policy that lacks annotations; a pass where none does.
  func judge(
    _ standing: PolicyStanding, _ rules: [Permission], _ keys: [String], _ answer: inout CheckAnswer,
    message: (Permission) -> String
  ) {
    let subject = subject(standing.identity)
    let missing = missing(keys, of: standing.identity)
    guard !rules.isEmpty, !missing.isEmpty else { return answer.add(subject, .pass) }
    for rule in rules {
      answer.findings.append(
        .init(
          subject: subject, message: message(rule), storePath: standing.identity.path, yamlPath: rule.path,
          remedy: "Narrow '\(rule.path)', or annotate the policy with \(missing.joined(separator: " and ")).",
          remedyYAML: Remedies.annotations(missing)))
    }
    answer.add(subject, .fail, "without the annotations \(missing.joined(separator: ", "))")
  }
}

extension Permission {
  /// The ports in words.
  var portText: String { isEveryPort ? "every port" : traffic.portsOrOthers }
}

extension TrafficSet {
  /// The ports in words, where it has any.
  var portsOrOthers: String {
    intersection(.everyPort).isEmpty ? "traffic without ports" : isEveryPort ? "every port" : connectionText
  }
}
