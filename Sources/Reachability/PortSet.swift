internal import KubeModel

/// Ports of a rule, by protocol.
package struct PortSet: Sendable {
  static let all = 1...65_535
  static let protocols = ["TCP", "UDP", "SCTP"]
  static let unlimited = PortSet()

  private init() { ranges = nil }

  /// Nil where the rule does not limit ports.
  private let ranges: [String: [ClosedRange<Int>]]?

  /// Reads the `ports` of a rule.
  ///
  /// - Throws: what of them no server takes, after the path of the port.
  init(_ ports: [Value], path: String) throws(RuleDefect) {
    var ranges: [String: [ClosedRange<Int>]] = [:]
    guard !ports.isEmpty else {
      self.ranges = nil
      return
    }
    for (index, port) in ports.enumerated() {
      let place = "\(path)[\(index)]"
      guard port.map != nil else { throw RuleDefect(message: "\(place) is no port") }
      let name = port["protocol"].flatMap { $0.isNull ? nil : $0 } ?? "TCP"
      guard let name = name.string, PortSet.protocols.contains(name) else {
        throw RuleDefect(message: "\(place).protocol is none of \(PortSet.protocols.joined(separator: ", "))")
      }
      guard let range = try PortSet.range(port, place) else { continue }
      ranges[name, default: []].append(range)
    }
    self.ranges = ranges
  }

  /// The numbers that an entry stands for; nil for a name, which stands for one port of each pod.
  private static func range(_ port: Value, _ place: String) throws(RuleDefect) -> ClosedRange<Int>? {
    let end = port["endPort"].flatMap { $0.isNull ? nil : $0 }
    guard let first = port["port"], !first.isNull else {
      guard end == nil else { throw RuleDefect(message: "\(place) has an endPort without a port") }
      return all
    }
    if first.string != nil {
      guard end == nil else { throw RuleDefect(message: "\(place) has an endPort beside a port's name") }
      return nil
    }
    guard let low = first.int.flatMap({ Int(exactly: $0) }), all.contains(low) else {
      throw RuleDefect(message: "\(place).port is no port")
    }
    guard let end else { return low...low }
    guard let high = end.int.flatMap({ Int(exactly: $0) }), all.contains(high), high >= low else {
      throw RuleDefect(message: "\(place).endPort is no port, or less than port")
    }
    return low...high
  }

  /// Whether the ports are nearly all of a protocol's.
  package var isEveryPort: Bool {
    PortSet.protocols.contains { name in
      var (count, next) = (0, 1)
      for range in ranges(of: name).sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound >= next {
        count += range.upperBound - max(range.lowerBound, next) + 1
        next = range.upperBound + 1
      }
      return count >= Openness.nearlyAllPorts
    }
  }

  /// The ranges of a protocol, in no order; they may overlap.
  func ranges(of name: String) -> [ClosedRange<Int>] { ranges.map { $0[name] ?? [] } ?? [PortSet.all] }
}

/// Why a rule cannot be evaluated.
struct RuleDefect: Error {
  let message: String
}
