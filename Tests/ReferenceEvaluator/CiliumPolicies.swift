import KubeModel

struct CiliumPolicies: Sendable {
  init(_ objects: [KubeObject]) {}
  func selectsHost(_ host: Party, _ direction: Direction, _ cluster: Cluster) -> Match { .no }
}
extension Reference {
  func ciliumVerdict(_ flow: Flow, _ direction: Direction) -> Verdict { .unknown }
}
