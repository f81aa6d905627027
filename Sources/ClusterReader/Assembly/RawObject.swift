internal import KubeModel

/// An object as it was read, before it takes the form that the store keeps.
struct RawObject {
  let object: KubeObject
  let type: ResourceType
  /// The file and line, or the list, that it came from; for diagnostics.
  let origin: Origin

  struct Origin: Sendable, Hashable {
    let file: String
    let line: Int?
  }

  var id: ObjectID { ObjectID(object, type: type) }

  /// Why an object cannot be used, such as `without metadata.name`; nil where it can.
  ///
  /// No server gives such objects. A damaged file does, and reading one as if it said something else would
  /// show as a change that nobody made.
  static func defect(of object: KubeObject, type: ResourceType) -> String? {
    guard object.metadata?["name"]?.string?.isEmpty == false else { return "without metadata.name" }
    let name = "'\(object.name.prefix(80))'"
    if let namespace = object.metadata?["namespace"], !namespace.isNull, namespace.string == nil {
      return "\(name), whose metadata.namespace is no text,"
    }
    for field in ["labels", "annotations"] {
      guard let map = object.metadata?[field], !map.isNull else { continue }
      guard map.map?.entries.allSatisfy({ $0.value.string != nil }) == true else {
        return "\(name), whose metadata.\(field) are no texts,"
      }
    }
    return type.role == .folded ? templateDefect(object).map { "\(name), whose \($0)," } : nil
  }

  private static func templateDefect(_ object: KubeObject) -> String? {
    guard object.kind != "Pod" else { return podDefect(object.value, "") }
    let path = object.kind == "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"]
    guard let template = object.value[path], template.map != nil else {
      return "\(path.joined(separator: ".")) is no mapping"
    }
    return podDefect(template, path.joined(separator: ".") + ".")
  }

  private static func podDefect(_ pod: Value, _ path: String) -> String? {
    if let labels = pod["metadata"]?["labels"], !labels.isNull,
      labels.map?.entries.allSatisfy({ $0.value.string != nil }) != true
    {
      return "\(path)metadata.labels are no texts"
    }
    guard let spec = pod["spec"], !spec.isNull else { return nil }
    guard spec.map != nil else { return "\(path)spec is no mapping" }
    for field in ["hostNetwork", "hostPID"] {
      if let value = spec[field], !value.isNull, value.bool == nil { return "\(path)spec.\(field) is no boolean" }
    }
    for field in ["containers", "initContainers"] {
      guard let containers = spec[field], !containers.isNull else { continue }
      guard containers.list?.allSatisfy({ $0.map != nil }) == true else {
        return "\(path)spec.\(field) is no list of mappings"
      }
    }
    return nil
  }
}
