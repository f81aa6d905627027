import AmbitKit
import Foundation
import KubeModel
import Reachability

/// An object in a few words, for a row of a table.
enum ObjectSummary {
  /// The columns that tell objects of a kind apart, between their name and their age.
  ///
  /// - Parameter type: nil for policies of every kind.
  static func headings(_ type: ResourceType?) -> [String] {
    switch type {
    case .some(let type) where type == ResourceCatalog.workloads || type.role == .folded: ["LABELS", "PODS", "OUTSIDE-OF-POLICY"]
    case .some(let type) where type.group.isEmpty && type.kind == "Service":
      ["TYPE", "CLUSTER-IP", "PORTS", "SELECTOR"]
    case .some(let type) where !type.isPolicy: ["LABELS"]
    default: ["POD-SELECTOR", "TYPES", "RULES"]
    }
  }

  /// The cells under `headings(_:)`.
  static func cells(_ object: KubeObject, type: ResourceType) -> [String] {
    if let workload = Workload(object) { return cells(workload) }
    if type.group.isEmpty && type.kind == "Service" { return cells(service: object.spec) }
    return type.isPolicy ? cells(policy: object, type: type) : [SelectorText.labels(object.labels)]
  }

  private static func cells(_ workload: Workload) -> [String] {
    let labels = workload.variants.map { SelectorText.labels($0.labels) }
    let more = labels.count > 1 ? " and \(labels.count - 1) more" : ""
    let outside = ["hostNetwork", "hostPID", "privileged"].filter { key in
      workload.variants.contains { $0.value[key]?.bool == true }
    }
    return [
      (labels.first ?? "-") + more,
      workload.variants.contains(where: \.isRunning) ? "running" : "none running",
      outside.isEmpty ? "-" : outside.joined(separator: ","),
    ]
  }

  private static func cells(service spec: Value?) -> [String] {
    let ports = (spec?["ports"]?.list ?? []).map { port in
      "\(port["port"]?.int.map { String($0) } ?? "?")/\(port["protocol"]?.string ?? "TCP")"
    }
    return [
      spec?["type"]?.string ?? "ClusterIP", spec?["clusterIP"]?.string ?? "-",
      ports.isEmpty ? "<none>" : ports.joined(separator: ","),
      SelectorText.labels(spec?["selector"]?.stringMap ?? [:]),
    ]
  }

  private static func cells(policy object: KubeObject, type: ResourceType) -> [String] {
    let spec = object.spec
    let selector =
      spec?["podSelector"].map(SelectorText.text) ?? spec?["endpointSelector"].map(SelectorText.text)
      ?? spec?["selector"]?.string ?? (spec?["subject"] == nil ? "-" : "(subject)")
    if type == ResourceCatalog.networkPolicies {
      let directions = WrittenRule.closedDirections(of: object).map(\.rawValue.capitalized).sorted(by: >)
      return [selector, directions.joined(separator: ","), RuleText.text(object)]
    }
    let counts = ["ingress", "ingressDeny", "egress", "egressDeny"].compactMap { key -> String? in
      let count = spec?[key]?.list?.count ?? 0
      return count > 0 ? "\(count) \(key)" : nil
    }
    let types = (spec?["policyTypes"] ?? spec?["types"])?.strings ?? []
    return [
      selector, types.isEmpty ? "-" : types.joined(separator: ","),
      counts.isEmpty ? "-" : counts.joined(separator: ", "),
    ]
  }

  /// How long an object has been there, in kubectl's units.
  static func age(_ object: KubeObject, at moment: Moment) -> String {
    guard let text = object.metadata?["creationTimestamp"]?.string,
      let created = Moment(text, now: moment, day: .start)
    else { return "<unknown>" }
    let seconds = max(0, moment.seconds - created.seconds)
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
    func two(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
      "\(large)\(unit)" + (small == 0 ? "" : "\(small)\(smallUnit)")
    }
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<600: return two(minutes, "m", seconds % 60, "s")
    case ..<10_800: return "\(minutes)m"
    case ..<28_800: return two(hours, "h", minutes % 60, "m")
    case ..<172_800: return "\(hours)h"
    case ..<691_200: return two(days, "d", hours % 24, "h")
    case ..<63_072_000: return "\(days)d"
    case ..<252_288_000: return two(days / 365, "y", days % 365, "d")
    default: return "\(days / 365)y"
    }
  }
}
