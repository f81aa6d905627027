import KubeModel
import ReferenceEvaluator
import Testing

/// Eight namespaces in which a policy is there, or is not, and says little about whether the pod is closed.
@Suite(.enabled(if: Golden.isThere, Comment(rawValue: Golden.absence)))
struct SegmentationCorpus {
  static let truth: [(folder: String, isIngressOpen: Bool, isEgressOpen: Bool)] = [
    ("a_allow_all", true, true), ("b_other_ns", true, true), ("c_expr_mismatch", true, true),
    ("d_expr_only_match", false, false), ("e_ingress_only", false, true), ("f_no_policytypes", false, true),
    ("g_none", true, true), ("h_one_pod_policy_ns", true, true),
  ]

  @Test(arguments: Judge.all) func `existence is not segmentation`(_ judge: Judge) throws {
    var replay = try Replay("existence-is-not-segmentation")
    for (folder, isIngressOpen, isEgressOpen) in SegmentationCorpus.truth {
      let objects = try Golden.objects("existence-is-not-segmentation/\(folder)")
      let court = judge.court(objects, Reference.Options(.kubernetes))
      for `protocol` in TransportProtocol.allCases {
        for port in ["1", "80", "65535"] {
          func expectation(_ from: String, _ to: String, _ isAllowed: Bool) -> Expectation {
            Expectation(
              case: folder, from: from, to: to, protocol: `protocol`.rawValue, port: port, isAllowed: isAllowed)
          }
          try replay.check(expectation("198.51.100.7", "shop/web", isIngressOpen), court)
          try replay.check(expectation("shop/web", "198.51.100.7", isEgressOpen), court)
        }
      }
    }
    replay.finish(judge, atLeast: 144)
  }
}
