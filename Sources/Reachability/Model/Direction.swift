/// Which way a connection goes, seen from the pod that a policy selects.
package enum Direction: String, Sendable, CaseIterable {
  case ingress
  case egress
}
