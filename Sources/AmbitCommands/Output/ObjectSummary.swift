import AmbitKit
import KubeModel

/// An object in a few words, for a row of a table.
enum ObjectSummary {
  /// Pod selector, policy types and rules.
  static func cells(_ object: KubeObject, type: ResourceType) -> [String] {
    if let workload = Workload(object) {
      let labels = workload.variants.first.map { labelText($0.labels) } ?? "-"
      let running = workload.variants.contains(where: \.isRunning) ? "" : "not running"
      return [labels, workload.kind, running.isEmpty ? "-" : running]
    }
    guard type.isPolicy else { return [object.labels.isEmpty ? "-" : labelText(object.labels), "-", "-"] }
    let spec = object.spec
    let selector =
      spec?["podSelector"].map(selectorText) ?? spec?["endpointSelector"].map(selectorText)
      ?? spec?["selector"]?.string ?? (spec?["subject"] == nil ? "-" : "(subject)")
    let ingress = spec?["ingress"]?.list?.count ?? 0
    let egress = spec?["egress"]?.list?.count ?? 0
    let types = (spec?["policyTypes"] ?? spec?["types"])?.strings ?? []
    let rules = [
      ingress > 0 ? "\(ingress) ingress" : "", egress > 0 ? "\(egress) egress" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    return [
      selector, types.isEmpty ? "-" : types.joined(separator: ","), rules.isEmpty ? "none" : rules,
    ]
  }

  /// How long an object has been there, in kubectl's units.
  static func age(_ object: KubeObject, at moment: Moment) -> String {
    guard let text = object.metadata?["creationTimestamp"]?.string,
      let created = Moment(text, now: moment, day: .start)
    else { return "<unknown>" }
    let seconds = max(0, moment.seconds - created.seconds)
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<7200: return "\(seconds / 60)m"
    case ..<172_800: return "\(seconds / 3600)h"
    case ..<63_072_000: return "\(seconds / 86_400)d"
    default: return "\(seconds / 31_536_000)y"
    }
  }

  private static func labelText(_ labels: [String: String]) -> String {
    labels.isEmpty
      ? "<none>" : labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  private static func selectorText(_ value: Value) -> String {
    guard let selector = LabelSelector(value) else { return "-" }
    guard !selector.isEmpty else { return "<all>" }
    return selector.requirements.map { requirement in
      let values = requirement.values.sorted()
      return switch requirement.operator {
      case .isIn where values.count == 1: "\(requirement.key)=\(values[0])"
      case .isIn: "\(requirement.key) in (\(values.joined(separator: ",")))"
      case .isNotIn: "\(requirement.key) notin (\(values.joined(separator: ",")))"
      case .exists: requirement.key
      case .doesNotExist: "!\(requirement.key)"
      }
    }.joined(separator: ",")
  }
}
