package import KubeModel

/// One object's step from what it said to what it says, as far as people mean it.
package struct Transition: Sendable, Hashable {
  package let object: ObjectID
  /// The digest of the intended form before; nil where the object was not there.
  package let from: String?
  /// The digest after; nil where the object is gone.
  package let to: String?

  package init(_ object: ObjectID, from: String?, to: String?) {
    self.object = object
    self.from = from
    self.to = to
  }

  /// Whether nothing that people mean changed.
  package var isNothing: Bool { from == to }
}

extension Transition {
  package var value: Value {
    var map = Mapping([
      ("group", .string(object.group)), ("resource", .string(object.resource)), ("name", .string(object.name)),
    ])
    map["namespace"] = object.namespace.map(Value.string)
    map["from"] = from.map(Value.string)
    map["to"] = to.map(Value.string)
    return .map(map)
  }

  /// Reads what `value` wrote; nil where it is no transition.
  package init?(_ value: Value) {
    guard let resource = value["resource"]?.string, let name = value["name"]?.string, !resource.isEmpty, !name.isEmpty,
      ["from", "to"].allSatisfy({ value[$0].map { $0.string.map(Transition.isDigest) ?? false } ?? true })
    else { return nil }
    self.init(
      ObjectID(group: value["group"]?.string ?? "", resource: resource, namespace: value["namespace"]?.string, name: name),
      from: value["from"]?.string, to: value["to"]?.string)
  }

  private static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
