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
    // In place: a getter and a setter would copy a whole array for each element that is changed.
    _modify { if direction == .ingress { yield &ingress } else { yield &egress } }
  }
}

extension ByDirection: Sendable where Value: Sendable {}
