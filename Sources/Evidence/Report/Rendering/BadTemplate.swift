/// A template that cannot be used.
struct BadTemplate: Error, CustomStringConvertible {
  let name: String
  let description: String
}
