import EngineCourt
import KubeModel
import ReferenceEvaluator
import Testing

/// Anything that answers for packets, so that each corpus asks every evaluator.
struct Judge: Sendable, CustomTestStringConvertible {
  let name: String
  let court: @Sendable ([KubeObject], Reference.Options) -> Court

  /// A judge with a cluster before it.
  struct Court {
    /// The ids of endpoints by `namespace/name`.
    let ids: [String: String]
    let answer: (Reference.Packet) -> Reference.Answer
  }

  var testDescription: String { name }

  static let all = [reference, engine]

  static let reference = Judge(name: "reference") { objects, options in
    let reference = Reference(objects, options: options)
    let ids = Dictionary(reference.endpoints.map { ("\($0.namespace)/\($0.name)", $0.id) }) { first, _ in first }
    return Court(ids: ids, answer: reference.answer)
  }
}

extension Judge {
  static let engine = Judge(name: "engine") { objects, options in
    let court = EngineCourt(objects, options)
    return Court(ids: court.ids) { packet in
      court.answer(packet) ?? Reference.Answer(egress: .unknown, ingress: .unknown)
    }
  }
}

extension Judge.Court {
  /// An end as tables write it: `namespace/name`, or an address.
  func end(_ text: String) throws -> Reference.End {
    if let address = Address(text) { return .address(address) }
    return .endpoint(try #require(ids[text], "no endpoint \(text)"))
  }
}
