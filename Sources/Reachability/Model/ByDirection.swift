/// One value for each direction.
struct ByDirection<Value> {
  var ingress: Value
  var egress: Value

  init(_ make: (Direction) -> Value) {
    ingress = make(.ingress)
    egress = make(.egress)
  }

  subscript(direction: Direction) -> Value {
    get { direction == .ingress ? ingress : egress }
    set { if direction == .ingress { ingress = newValue } else { egress = newValue } }
  }
}

extension ByDirection: Sendable where Value: Sendable {}
