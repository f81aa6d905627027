internal import KubeModel

/// What the items of a typed list, or of a watch, are.
struct ListedKind: Sendable {
  let type: ResourceType
  let kind: String
  let apiVersion: String

  /// Why an item cannot be used.
  struct Defect: Error {
    let message: String
  }

  init(type: ResourceType, kind: String, apiVersion: String) {
    self.type = type
    self.kind = kind
    self.apiVersion = apiVersion
  }

  init(type: ResourceType, servedAs served: Discovery.Resource) {
    self.init(
      type: type, kind: served.kind,
      apiVersion: served.group.isEmpty ? served.version : "\(served.group)/\(served.version)")
  }

  /// The object that an item is, which need not repeat its kind.
  func object(of item: Value, origin: RawObject.Origin) throws(Defect) -> RawObject {
    guard var map = item.map else { throw Defect(message: "an item of \(kind)List is no object") }
    if map["kind"] == nil { map["kind"] = .string(kind) }
    if map["apiVersion"] == nil { map["apiVersion"] = .string(apiVersion) }
    let object = KubeObject(.map(map))
    guard object.kind == kind, object.group == KubeObject.group(of: apiVersion) else {
      throw Defect(message: "an item of \(kind)List is of another kind")
    }
    return RawObject(object: object, type: type, origin: origin)
  }
}
