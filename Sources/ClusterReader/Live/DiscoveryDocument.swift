import FoundationEssentials

/// The documents in which API servers tell what they serve. Lists may be `null`, which Go writes for none.
struct DiscoveryDocument: Decodable {
  struct Group: Decodable {
    struct Metadata: Decodable { let name: String? }
    struct Version: Decodable {
      let version: String
      let resources: [AggregatedResource]?
      let freshness: String?
    }
    struct AggregatedResource: Decodable {
      struct Kind: Decodable { let kind: String? }
      let resource: String
      let responseKind: Kind?
      let scope: String?
      let verbs: [String]?
      let shortNames: [String]?
    }
    /// Aggregated: the group's name, absent for the core group.
    let metadata: Metadata?
    let name: String?
    let versions: [Version]?
    let preferredVersion: Version?
  }
  struct PlainResource: Decodable {
    let name: String
    let kind: String
    let namespaced: Bool?
    let verbs: [String]?
    let shortNames: [String]?
  }

  let kind: String?
  /// APIGroupDiscoveryList.
  let items: [Group]?
  /// APIGroupList.
  let groups: [Group]?
  /// APIVersions.
  let versions: [String]?
  /// APIResourceList.
  let resources: [PlainResource]?

  init(_ body: [UInt8], path: String) throws {
    do {
      self = try JSONDecoder().decode(DiscoveryDocument.self, from: Data(body))
    } catch {
      throw ClusterReaderError(
        .badAnswer, "\(path) is no discovery document",
        hint: "check that the server's address is a Kubernetes API server's")
    }
  }
}
