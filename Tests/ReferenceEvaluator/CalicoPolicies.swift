import KubeModel

struct CalicoPolicies: Sendable {
  init(_ objects: [KubeObject]) {}
  func hasHostEndpoint(_ host: Party) -> Match { .no }
}
extension Reference {
  func calicoVerdict(_ flow: Flow, _ direction: Direction) -> Verdict { .unknown }
}
