package import KubeModel

/// Makes a case that fails as small as it still fails.
package enum Shrinker {
  /// Removes objects, then elements of lists, then fields, one by one, as long as `fails` says that what is left
  /// fails, too. What identifies an object stays.
  package static func shrink(_ objects: [KubeObject], while fails: ([KubeObject]) -> Bool) -> [KubeObject] {
    var smallest = objects
    while let smaller = candidates(of: smallest).first(where: fails) { smallest = smaller }
    return smallest
  }

  /// The objects with one thing less, the largest things first.
  private static func candidates(of objects: [KubeObject]) -> some Sequence<[KubeObject]> {
    let without = objects.indices.lazy.map { index in
      var smaller = objects
      smaller.remove(at: index)
      return smaller
    }
    let within = objects.indices.lazy.flatMap { index in
      candidates(of: objects[index]).lazy.map { object in
        var smaller = objects
        smaller[index] = object
        return smaller
      }
    }
    return [AnySequence(without), AnySequence(within)].joined()
  }

  private static func candidates(of object: KubeObject) -> [KubeObject] {
    guard let map = object.value.map else { return [] }
    var results: [KubeObject] = []
    for (key, value) in map.entries where key != "apiVersion" && key != "kind" {
      let smaller = key == "metadata" ? candidates(ofMetadata: value) : candidates(of: value)
      for value in smaller {
        var map = map
        map[key] = value
        results.append(KubeObject(.map(map)))
      }
    }
    return results
  }

  private static func candidates(ofMetadata metadata: Value) -> [Value] {
    guard var map = metadata.map, let labels = map["labels"] else { return [] }
    return candidates(of: labels).map {
      map["labels"] = $0
      return .map(map)
    }
  }

  /// Every value with one element or field less, at whatever depth.
  private static func candidates(of value: Value) -> [Value] {
    switch value {
    case .list(let list):
      let without = list.indices.map { index in
        var list = list
        list.remove(at: index)
        return Value.list(list)
      }
      let within = list.indices.flatMap { index in
        candidates(of: list[index]).map { element in
          var list = list
          list[index] = element
          return Value.list(list)
        }
      }
      return without + within
    case .map(let map):
      let without = map.keys.map { key in Value.map(map.filter { other, _ in other != key }) }
      let within = map.entries.flatMap { key, value in
        candidates(of: value).map { value in
          var map = map
          map[key] = value
          return Value.map(map)
        }
      }
      return without + within
    default: return []
    }
  }
}
